import type { AccountId, ChatId } from '../../contract/index.ts'
import type { TelegramConnection } from '../telegram/gateway.ts'
import { lookAtChat, type Look } from './look.ts'
import type { Apply, DeliveryDeps } from './ports.ts'
import type { DeliveryStore } from './store.ts'
import type { WishWork } from './wish-work.ts'

const EVERY_MS = 15 * 60_000
const PAUSE_BETWEEN_READS_MS = 1000
const PAUSE_AFTER_FAILED_READ_MS = 10_000

/** Which chats of an account are to be read again, and what reading one means for what is placed there. */
export function createReconciling(
  accountId: AccountId,
  store: DeliveryStore,
  { clock, accounts, targets }: DeliveryDeps,
  { apply, wishes }: { readonly apply: Apply; readonly wishes: WishWork },
) {
  const toRead = new Set<ChatId>()
  let allAt = 0
  let readsFrom = 0

  const look = async (line: TelegramConnection, chatId: ChatId): Promise<Look> => {
    const seen = await lookAtChat(line, targets, store, accountId, chatId)
    if (seen.ok) {
      toRead.delete(chatId)
      const others = seen.value.others.reduce((sum, { parts }) => sum + (parts?.length ?? 1), 0)
      store.wishes.setOthers(accountId, chatId, others, clock.now())
      wishes.saw(seen.value.seen)
      return seen
    }
    accounts.report(accountId, seen.error)
    if (seen.error.reaction === 'SKIP' || seen.error.reaction === 'REFRESH') closed(chatId)
    return seen
  }

  /** The chat cannot be read any more: what has not come out there by its date will not; the rest is asked about later. */
  const closed = (chatId: ChatId): void => {
    toRead.delete(chatId)
    wishes.chatClosed(chatId)
    const now = accounts.serverNow(accountId)
    const rows = store.placedIn(accountId, chatId)
    const ahead = rows.filter(row => row.state !== 'uncertain' && (row.movedTo ?? row.at) * 1000 > now)
    apply(
      rows
        .filter(row => !ahead.includes(row))
        .map(row => [row, { kind: 'seen', sight: { kind: 'nowhere' } }]),
    )
    store.transaction(() => {
      for (const row of ahead) store.save(row, { ...row, notBefore: Math.max(row.notBefore, now + EVERY_MS) })
    })
  }

  return {
    look,
    /** As `look`, as one of many: the next is not read before `readsFrom`. */
    lookInTurn: async (line: TelegramConnection, chatId: ChatId): Promise<void> => {
      const read = await look(line, chatId)
      readsFrom = clock.now() + (read.ok ? PAUSE_BETWEEN_READS_MS : PAUSE_AFTER_FAILED_READ_MS)
    },
    readsFrom: (): number => readsFrom,
    /** When every chat we have something in is to be read again, milliseconds since 1970. */
    allAt: (): number => allAt,
    nextChat: (now: number): ChatId | null => {
      if (now >= allAt) {
        for (const chatId of store.chatsToReconcile(accountId)) toRead.add(chatId)
        allAt = now + EVERY_MS
      }
      return toRead.values().next().value ?? null
    },
    add: (chatId: ChatId): void => {
      toRead.add(chatId)
    },
    addAll: (): void => {
      allAt = 0
    },
  }
}

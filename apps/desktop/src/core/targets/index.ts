import type { AccountId, ChatId, ChatView, Handlers, ListedChat, Output } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { CallFailure, success } from '../failure.ts'
import type { Clock, Emit, Log, Timers } from '../ports.ts'
import type { Database } from '../storage/index.ts'
import { callFailureOf } from '../telegram/call-failure.ts'
import type { Peer, TelegramFailure } from '../telegram/gateway.ts'
import { instantOf } from '../time.ts'
import type { Sealer } from '../vault/sealer.ts'
import { fetchChats } from './fetch.ts'
import { createTargetStore, type StoredChat } from './store.ts'

export type TargetsDeps = {
  readonly database: Database
  readonly sealer: Sealer
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly emit: Emit
  readonly accounts: Pick<Accounts, 'ids' | 'learn' | 'line' | 'obstacle' | 'report' | 'watch'>
}

export type Targets = {
  readonly handlers: Pick<Handlers, 'targets.list' | 'targets.details'>
  /** What is known of a chat, even if the account is no longer in it; null when nothing is. */
  chat(accountId: AccountId, chatId: ChatId): ChatView | null
  /** How to address a chat; a group that became a supergroup is followed there. */
  peerOf(accountId: AccountId, chatId: ChatId): Peer | null
  /** How to address one of the identities a chat accepts; null when it is not among them as last read. */
  sendAs(accountId: AccountId, chatId: ChatId, identity: ChatId): Peer | null
  titleOf(accountId: AccountId, chatId: ChatId): string
  /** A chat of a saved list, as it is now; a group that became a supergroup is followed there. */
  listed(accountId: AccountId, chatId: ChatId): ListedChat
  /** Reads the chats again from Telegram; a failure is told to the account and otherwise forgotten. */
  refresh(accountId: AccountId): Promise<void>
}

const DAY_MS = 24 * 3600_000
const MOST_MIGRATIONS = 3

/** The chats of each account, cached; read from Telegram the first time, on demand, and once a day when asked for. */
export function createTargets(deps: TargetsDeps): Targets {
  const { accounts, clock, emit } = deps
  const store = createTargetStore(deps.database, deps.sealer)
  const underWay = new Map<AccountId, Promise<void>>()
  accounts.watch(change => {
    if (change.kind === 'removing') store.forget(change.accountId)
  })

  const fetchNow = async (accountId: AccountId): Promise<void> => {
    const line = accounts.line(accountId)
    if (line === null) throw new CallFailure('account/not-connected', undefined, true)
    const fetched = await fetchChats(line, deps.timers)
    if (!fetched.ok) {
      accounts.report(accountId, fetched.error)
      throw callFailureOf(fetched.error, clock.now())
    }
    if (!accounts.ids().includes(accountId)) return
    accounts.learn(accountId, fetched.value.me)
    store.replace(accountId, fetched.value.chats, clock.now())
    emit('targets.changed', { accountId })
  }

  /** One reading at a time per account; whoever asks meanwhile gets its outcome. */
  const read = (accountId: AccountId): Promise<void> => {
    const present = underWay.get(accountId)
    if (present) return present
    const reading = fetchNow(accountId).finally(() => underWay.delete(accountId))
    underWay.set(accountId, reading)
    return reading
  }

  const refresh = (accountId: AccountId): Promise<void> =>
    read(accountId).catch((error: unknown) => {
      deps.log('info', 'targets.refresh', { error: error instanceof CallFailure ? error.error.code : 'bug' })
    })

  const listed = (accountId: AccountId): Output<'targets.list'> => {
    const refreshedAt = store.refreshedAt(accountId)
    return {
      chats: store
        .present(accountId)
        .filter(chat => chat.migratedTo === null)
        .map(viewOf),
      refreshedAt: refreshedAt === null ? null : instantOf(refreshedAt),
    }
  }

  const followed = (accountId: AccountId, chatId: ChatId): StoredChat | null => {
    let chat = store.one(accountId, chatId)
    for (let step = 0; step < MOST_MIGRATIONS && chat?.migratedTo != null; step++)
      chat = store.one(accountId, chat.migratedTo) ?? chat
    return chat
  }

  const details = async (accountId: AccountId, chatId: ChatId): Promise<ChatView> => {
    if (!accounts.ids().includes(accountId)) throw new CallFailure('account/unknown')
    const chat = followed(accountId, chatId)
    if (chat === null) throw new CallFailure('chat/unknown')
    const line = accounts.line(accountId)
    if (line === null) throw new CallFailure('account/not-connected', undefined, true)
    const refused = (failure: TelegramFailure): CallFailure => {
      accounts.report(accountId, failure)
      return callFailureOf(failure, clock.now())
    }
    const topics = chat.forum ? await line.topics(chat.peer) : success([])
    if (!topics.ok) throw refused(topics.error)
    const sendAs = await line.sendAs(chat.peer)
    // Where nobody may choose, Telegram refuses the question.
    if (!sendAs.ok && !['SKIP', 'REFRESH'].includes(sendAs.error.reaction)) throw refused(sendAs.error)
    const read = { topics: topics.value, sendAs: sendAs.ok ? sendAs.value : [] }
    store.saveDetails(accountId, chat, read)
    emit('targets.changed', { accountId })
    return { ...viewOf({ ...chat, ...read }), id: chatId }
  }

  return {
    handlers: {
      'targets.details': ({ accountId, chatId }) => details(accountId, chatId),
      'targets.list': async ({ accountId, refresh: wanted }) => {
        if (!accounts.ids().includes(accountId)) throw new CallFailure('account/unknown')
        const refreshedAt = store.refreshedAt(accountId)
        if (wanted || refreshedAt === null) await read(accountId)
        else if (clock.now() - refreshedAt > DAY_MS && accounts.obstacle(accountId) === null)
          void refresh(accountId)
        return listed(accountId)
      },
    },
    chat: (accountId, chatId) => {
      const chat = followed(accountId, chatId)
      return chat === null ? null : { ...viewOf(chat), id: chatId }
    },
    peerOf: (accountId, chatId) => followed(accountId, chatId)?.peer ?? null,
    sendAs: (accountId, chatId, identity) =>
      followed(accountId, chatId)?.sendAs.find(({ id }) => id === identity)?.peer ?? null,
    listed: (accountId, chatId) => {
      const chat = followed(accountId, chatId)
      const present = chat !== null && store.isPresent(accountId, chat.id)
      const state = !present ? 'gone' : chat.canPost ? 'ok' : 'no-rights'
      return { id: chat?.id ?? chatId, title: chat?.title ?? '', state }
    },
    titleOf: (accountId, chatId) => followed(accountId, chatId)?.title ?? '',
    refresh,
  }
}

const viewOf = ({
  id,
  title,
  username,
  kind,
  forum,
  memberCount,
  canPost,
  mediaKinds,
  paidStars,
  admin,
  slowModeSeconds,
  topics,
  sendAs,
}: StoredChat): ChatView => ({
  id,
  title,
  username,
  kind,
  forum,
  memberCount,
  canPost,
  mediaKinds: [...mediaKinds],
  paidStars,
  admin,
  slowModeSeconds,
  topics: [...topics],
  sendAs: sendAs.map(({ id, title, premiumRequired }) => ({ id: id as ChatId, title, premiumRequired })),
})

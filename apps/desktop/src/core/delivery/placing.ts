import type { AccountId, ErrorCode } from '../../contract/index.ts'
import type { Placement, RemoteFile, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import { afterFlood } from './pace.ts'
import type { Apply, DeliveryDeps } from './ports.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'
import type { Uploads } from './uploads.ts'

/** Banned from writing in this many chats of one session: the account is restricted, whatever Telegram calls it. */
const BANNED_CHATS_MEANING_RESTRICTED = 3
/** The same unheard-of refusal this many times: something general is wrong, so the lane stops and a person looks. */
const STRANGE_REFUSALS_MEANING_STOP = 3

const CHAT_UNKNOWN: TelegramFailure = { reaction: 'SKIP', code: 'chat/unknown', rpc: 'chat-unknown' }
const NO_SENDER: TelegramFailure = {
  reaction: 'SKIP',
  code: 'telegram/send-as-refused',
  rpc: 'send-as-unknown',
}
/** What a chat refuses of one message, and not of every other. */
const OF_THE_MESSAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'telegram/kind-not-allowed-in-chat',
  'telegram/send-as-refused',
  'telegram/slow-mode-album',
  'telegram/topic-gone',
])

type Tools = {
  readonly apply: Apply
  /** Takes this message's place in the pace; inside a transaction. */
  readonly takeSlot: (row: StoredDelivery) => void
  readonly uploads: Uploads
}

/** Puts messages into Telegram's queues, one at a time, and draws the conclusions of what Telegram answers. */
export function createPlacing(
  accountId: AccountId,
  store: DeliveryStore,
  { accounts, clock, targets, random, log }: DeliveryDeps,
  { apply, takeSlot, uploads }: Tools,
) {
  const bannedIn = new Set<string>()
  const strange = new Map<string, number>()
  const jitter = (): number => (random.bytes(1)[0] ?? 0) / 255

  const place = async (
    line: TelegramConnection,
    row: StoredDelivery,
    files: readonly RemoteFile[],
  ): Promise<void> => {
    const peer = targets.peerOf(accountId, row.chatId)
    const sendAs = row.sendAs === null ? null : targets.sendAs(accountId, row.chatId, row.sendAs)
    const unknown = peer === null ? CHAT_UNKNOWN : row.sendAs !== null && sendAs === null ? NO_SENDER : null
    if (peer === null || unknown !== null) {
      apply([[row, { kind: 'concerned', failure: unknown ?? CHAT_UNKNOWN }]])
      return
    }
    const content = store.content(row)
    const parts = store.partsOf(row)
    // The claim and its place in the pace are on disk before the request leaves.
    apply([[row, { kind: 'claimed' }]], ([after]) => {
      if (after?.state === 'sending') takeSlot(row)
    })
    const claimed = store.one(row.id)
    if (claimed?.state !== 'sending') return
    const answer = await line.schedule({
      peer,
      text: content.text,
      entities: content.entities,
      silent: content.silent,
      noWebpage: !content.linkPreview,
      at: claimed.at,
      randomId: claimed.randomId,
      media: files.map((file, position) => ({
        file,
        spoiler: content.files[position]?.spoiler ?? false,
        randomId: parts[position]?.randomId ?? '',
      })),
      ...(row.topicId === null ? {} : { topicId: row.topicId }),
      ...(sendAs === null ? {} : { sendAs }),
    })
    if (answer.ok) placed(claimed, answer.value)
    else await refused(claimed, answer.error)
  }

  const placed = (row: StoredDelivery, placement: Placement): void => {
    // The claim of the next one syncs this one, too. A power cut before that leaves it claimed: it is looked for.
    const next = store.nextToPlace(accountId, accounts.serverNow(accountId))
    const { parts, files } = placement
    const also = (): void => {
      if (parts !== undefined) store.setParts(row, parts)
      if (files?.length) store.wishes.setFiles(row, files)
    }
    apply([[row, { kind: 'placed', placement }]], also, next === null ? 'now' : 'with-the-next')
  }

  /** After a flood: slower, and not at all before a person has looked where they become many. */
  const slowDown = ({ waitSeconds = 0 }: TelegramFailure): void => {
    const lane = store.lane(accountId)
    const { pace, askFirst } = afterFlood(lane.pace, clock.now(), waitSeconds)
    store.saveLane(accountId, { ...lane, pace, stopped: lane.stopped ?? (askFirst ? 'care' : null) })
  }

  const refused = async (row: StoredDelivery, failure: TelegramFailure): Promise<void> => {
    log('info', 'delivery.refused', { reaction: failure.reaction, rpc: failure.rpc })
    const others = concerned(row, failure)
    apply(
      [
        [row, { kind: 'refused', failure, jitter: jitter() }],
        ...others.map(other => [other, { kind: 'concerned', failure }] as const),
      ],
      () => {
        if (failure.reaction === 'WAIT') slowDown(failure)
        if (isStrange(failure)) store.saveLane(accountId, { ...store.lane(accountId), stopped: 'care' })
      },
    )
    accounts.report(accountId, restrictedAfter(row, failure) ?? failure)
    if (failure.code === 'telegram/file-expired') uploads.forget(store.content(row).files)
    else if (failure.reaction === 'REFRESH' && !row.refreshed) await targets.refresh(accountId)
  }

  /** A file did not get there: its message waits, or cannot be placed at all; those with the same file likewise. */
  const unprepared = async (row: StoredDelivery, failure: TelegramFailure): Promise<void> => {
    log('info', 'delivery.upload-refused', { reaction: failure.reaction, rpc: failure.rpc })
    const others = failure.reaction === 'FIX' ? store.waitingOfPlan(row.planId) : []
    const event = { kind: 'unprepared', failure, jitter: jitter() } as const
    apply([row, ...others.filter(({ id }) => id !== row.id)].map(one => [one, event]))
    accounts.report(accountId, failure)
    // A line that has just died is not asked again before the account has heard of it.
    await Promise.resolve()
  }

  /** Rows that would meet the same refusal: sparing Telegram the question spares the account. */
  const concerned = (row: StoredDelivery, { reaction, code }: TelegramFailure): readonly StoredDelivery[] => {
    if (reaction === 'WAIT_TARGET') return store.waitingInChat(accountId, row.chatId)
    if (reaction === 'SKIP' && OF_THE_MESSAGE.has(code))
      return store.waitingInChat(accountId, row.chatId).filter(({ planId }) => planId === row.planId)
    if (reaction === 'SKIP' && code !== 'telegram/unknown') return store.waitingInChat(accountId, row.chatId)
    if (reaction === 'FIX' && code !== 'telegram/date-refused') return store.waitingOfPlan(row.planId)
    return []
  }

  const restrictedAfter = (row: StoredDelivery, { rpc }: TelegramFailure): TelegramFailure | null => {
    if (rpc !== 'USER_BANNED_IN_CHANNEL') return null
    bannedIn.add(row.chatId)
    if (bannedIn.size < BANNED_CHATS_MEANING_RESTRICTED) return null
    return { reaction: 'STOP', code: 'telegram/restricted', rpc }
  }

  const isStrange = ({ reaction, code, rpc }: TelegramFailure): boolean => {
    if (reaction !== 'SKIP' || code !== 'telegram/unknown') return false
    strange.set(rpc, (strange.get(rpc) ?? 0) + 1)
    return (strange.get(rpc) ?? 0) >= STRANGE_REFUSALS_MEANING_STOP
  }

  return {
    place,
    unprepared,
    slowDown,
    /** A person has looked: strange refusals are counted anew. */
    forgive: (): void => strange.clear(),
  }
}

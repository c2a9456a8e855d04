import type { AccountId, ChatId, DeliveryId, ErrorCode, Progress } from '../../contract/index.ts'
import { instantOf } from '../time.ts'
import type { RemoteFile, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { transition, type Delivery, type DeliveryEvent } from './machine.ts'
import { afterFlood, afterSend, nextSlot, weightOf } from './pace.ts'
import type { DeliveryDeps } from './ports.ts'
import { cancelRows } from './cancel.ts'
import { lookAtChat, type Look } from './look.ts'
import type { DeliveryStore, StoredDelivery } from './store.ts'
import { createUploads } from './uploads.ts'
import { createWishWork, type Wished } from './wish-work.ts'

/** The wall clock may jump and computers sleep, so no sleep is longer than this. */
const LONGEST_SLEEP_MS = 60_000
const RECONCILE_EVERY_MS = 15 * 60_000
const PAUSE_BETWEEN_READS_MS = 1000
const PAUSE_AFTER_FAILED_READ_MS = 10_000
const RETRY_AFTER_BUG_MS = 30_000
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

export type Lane = ReturnType<typeof createLane>

/** The one worker of an account: everything that concerns its deliveries at Telegram happens here, one step at a time. */
export function createLane(accountId: AccountId, store: DeliveryStore, deps: DeliveryDeps) {
  const { clock, timers, accounts, targets, log } = deps
  const exclusive = oneAtATime()
  const wishes = createWishWork(accountId, store, deps)
  const uploads = createUploads(accountId, deps)
  const toReconcile = new Set<ChatId>()
  const bannedIn = new Set<string>()
  const strange = new Map<string, number>()
  let reconcileAt = 0
  let readsFrom = 0
  let running = false
  let again = false
  let stopped = false
  let cancelTimer = (): void => undefined
  let lastProgress = ''

  const serverNow = (): number => accounts.serverNow(accountId)

  /** Commits what events make of rows, then tells the interface. */
  const apply = (changes: readonly (readonly [StoredDelivery, DeliveryEvent])[], also?: () => void): void => {
    if (changes.length === 0) return
    const changed: DeliveryId[] = []
    const commit = (row: StoredDelivery, after: Delivery): void => {
      store.save(row, after)
      changed.push(row.id)
    }
    store.transaction(() => {
      for (const [row, event] of changes) {
        const after = transition(row, event, serverNow())
        if (after !== row) commit(row, after)
      }
      also?.()
    })
    if (changed.length > 0) deps.emit('deliveries.changed', { ids: changed })
  }

  const sleepUntil = (instant: number | null): void => {
    cancelTimer()
    if (stopped) return
    const ms = instant === null ? LONGEST_SLEEP_MS : instant - clock.now()
    cancelTimer = timers.after(Math.max(0, Math.min(ms, LONGEST_SLEEP_MS)), wake)
  }

  const weightOfRow = (row: StoredDelivery | null): number =>
    weightOf(row === null ? 0 : store.plan(row.planId).files.length)

  /** When this message, or, without one, a change of one, may leave; now at the earliest. */
  const slotFor = (row: StoredDelivery | null, now: number): number =>
    nextSlot(store.lane(accountId).pace, deps.pace(accountId), now, weightOfRow(row))

  const waiting = (): Progress['waiting'] => {
    const obstacle = accounts.obstacle(accountId)
    const { paused } = store.lane(accountId)
    if (obstacle !== null)
      return { reason: obstacle.reason, until: obstacle.until === null ? null : instantOf(obstacle.until) }
    if (paused) return { reason: 'paused', until: null }
    const next = store.nextToPlace(accountId, serverNow())
    if (next === null) return null
    const slot = slotFor(next, clock.now())
    return slot > clock.now() ? { reason: 'pace', until: instantOf(slot) } : null
  }

  const progress = (): Progress => {
    const counts = store.counts(accountId, store.lane(accountId).run)
    return { accountId, ...counts, waiting: waiting(), upload: uploads.progress() }
  }

  const tell = (): void => {
    const present = progress()
    const text = JSON.stringify(present)
    if (text === lastProgress) return
    lastProgress = text
    deps.emit('deliveries.progressed', present)
  }

  /** One piece of work at most. Answers when to come back, or `now` when there may be more to do. */
  const step = async (): Promise<'now' | number | null> => {
    const now = clock.now()
    // Nothing is under way between two steps, so the answer of such a row could not be written down.
    apply(store.interrupted(accountId).map(row => [row, { kind: 'interrupted' }]))
    wishes.settleHere()
    const line = accounts.line(accountId)
    const obstacle = accounts.obstacle(accountId)
    if (line === null || (obstacle !== null && obstacle.reason !== 'restricted'))
      return obstacle?.until ?? null

    const overdue = store.toLookAt(accountId, serverNow())
    const unsettled = wishes.chatToLookAt()
    const unknown = overdue?.state === 'uncertain' || unsettled !== null
    const { paused } = store.lane(accountId)
    const wish = unsettled === null ? wishes.next(obstacle === null ? 'anything' : 'cancellations') : null
    if (wish?.wish.kind === 'cancel') {
      await cancelWished()
      return 'now'
    }
    // Nothing new leaves while the outcome of something older can be found out.
    const next = unknown || paused || obstacle !== null ? null : store.nextToPlace(accountId, serverNow())
    if (wish !== null && slotFor(null, now) <= now) {
      await carryOut(line, wish)
      return 'now'
    }
    // Files go ahead of their message, whose pace they do not touch.
    const files = next === null ? [] : store.plan(next.planId).files
    if (next === null) uploads.rest()
    const uploaded = await uploads.step(line, files)
    if (next !== null && uploaded.kind !== 'ready') {
      if (uploaded.kind === 'failed') await unprepared(next, uploaded.failure)
      return 'now'
    }
    if (next !== null && slotFor(next, now) <= now) {
      await place(line, next, uploaded.kind === 'ready' ? uploaded.files : [])
      return 'now'
    }
    const wakeForPlacing = Math.min(
      next === null ? Infinity : slotFor(next, now),
      wish === null ? Infinity : slotFor(null, now),
    )
    const chatId = unsettled ?? overdue?.chatId ?? chatToReconcile(now)
    if (chatId === null) {
      const attention = store.nextAttention(accountId, serverNow()) ?? Infinity
      return Math.min(
        wakeForPlacing,
        attention - (serverNow() - now),
        reconcileAt,
        wishes.nextAt() ?? Infinity,
      )
    }
    if (readsFrom > now) return Math.min(readsFrom, wakeForPlacing)
    const read = await look(line, chatId)
    readsFrom = clock.now() + (read.ok ? PAUSE_BETWEEN_READS_MS : PAUSE_AFTER_FAILED_READ_MS)
    return 'now'
  }

  /** Its place in the pace, to be committed with whatever claims it. */
  const takeSlot = (row: StoredDelivery | null = null): void => {
    const present = store.lane(accountId)
    const pace = afterSend(present.pace, clock.now(), weightOfRow(row))
    store.saveLane(accountId, { ...present, pace })
  }

  const cancelWished = async (): Promise<void> => {
    const ids = wishes.takeCancellations()
    const { cancelled, failed } = await cancelRows(
      ids,
      accountId,
      { apply, look, reconcileChat },
      store,
      deps,
    )
    wishes.afterCancelling(
      cancelled,
      failed.map(({ id, code, failure }) => ({ id, failure: failure ?? reasonOf(code) })),
    )
  }

  const carryOut = async (line: TelegramConnection, wished: Wished): Promise<void> => {
    const failed = await wishes.carryOut(line, wished, () => takeSlot())
    if (failed === null) {
      if (wished.row.state === 'drifted') reconcileChat(wished.row.chatId)
      return
    }
    log('info', 'delivery.wish-refused', { reaction: failed.reaction, rpc: failed.rpc })
    if (failed.reaction === 'WAIT') {
      const present = store.lane(accountId)
      store.saveLane(accountId, { ...present, pace: afterFlood(present.pace) })
    }
    accounts.report(accountId, failed)
  }

  const chatToReconcile = (now: number): ChatId | null => {
    if (now >= reconcileAt) {
      for (const chatId of store.chatsToReconcile(accountId)) toReconcile.add(chatId)
      reconcileAt = now + RECONCILE_EVERY_MS
    }
    return toReconcile.values().next().value ?? null
  }

  const look = async (line: TelegramConnection, chatId: ChatId): Promise<Look> => {
    const seen = await lookAtChat(line, targets, store, accountId, chatId)
    if (seen.ok) {
      toReconcile.delete(chatId)
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
    toReconcile.delete(chatId)
    wishes.chatClosed(chatId)
    const now = serverNow()
    const rows = store.placedIn(accountId, chatId)
    const ahead = rows.filter(row => row.state !== 'uncertain' && (row.movedTo ?? row.at) * 1000 > now)
    apply(
      rows
        .filter(row => !ahead.includes(row))
        .map(row => [row, { kind: 'seen', sight: { kind: 'nowhere' } }]),
    )
    store.transaction(() => {
      for (const row of ahead)
        store.save(row, { ...row, notBefore: Math.max(row.notBefore, now + RECONCILE_EVERY_MS) })
    })
  }

  /** A file did not get there: its message waits, or cannot be placed at all; those with the same file likewise. */
  const unprepared = async (row: StoredDelivery, failure: TelegramFailure): Promise<void> => {
    log('info', 'delivery.upload-refused', { reaction: failure.reaction, rpc: failure.rpc })
    const jitter = (deps.random.bytes(1)[0] ?? 0) / 255
    const others = failure.reaction === 'FIX' ? store.waitingOfPlan(row.planId) : []
    apply(
      [row, ...others.filter(({ id }) => id !== row.id)].map(one => [
        one,
        { kind: 'unprepared', failure, jitter },
      ]),
    )
    accounts.report(accountId, failure)
    // A line that has just died is not asked again before the account has heard of it.
    await Promise.resolve()
  }

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
    apply([[row, { kind: 'claimed' }]], () => {
      if (store.one(row.id)?.state === 'sending') takeSlot(row)
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
    if (answer.ok)
      apply([[claimed, { kind: 'placed', placement: answer.value }]], () => {
        if (answer.value.parts !== undefined) store.setParts(claimed, answer.value.parts)
        if (answer.value.files?.length) store.wishes.setFiles(claimed, answer.value.files)
      })
    else await refused(claimed, answer.error)
  }

  const refused = async (row: StoredDelivery, failure: TelegramFailure): Promise<void> => {
    log('info', 'delivery.refused', { reaction: failure.reaction, rpc: failure.rpc })
    const others = concerned(row, failure)
    const jitter = (deps.random.bytes(1)[0] ?? 0) / 255
    apply(
      [
        [row, { kind: 'refused', failure, jitter }],
        ...others.map(other => [other, { kind: 'concerned', failure }] as const),
      ],
      () => {
        const lane = store.lane(accountId)
        if (failure.reaction === 'WAIT') store.saveLane(accountId, { ...lane, pace: afterFlood(lane.pace) })
        if (isStrange(failure)) store.saveLane(accountId, { ...lane, paused: true })
      },
    )
    accounts.report(accountId, restrictedAfter(row, failure) ?? failure)
    if (failure.code === 'telegram/file-expired') uploads.forget(store.content(row).files)
    else if (failure.reaction === 'REFRESH' && !row.refreshed) await targets.refresh(accountId)
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

  const run = async (): Promise<void> => {
    if (running) {
      again = true
      return
    }
    running = true
    try {
      let next: 'now' | number | null = 'now'
      while ((next === 'now' || again) && !stopped) {
        again = false
        next = await exclusive(step)
        tell()
      }
      sleepUntil(next === 'now' ? null : next)
    } catch (error) {
      if (stopped) return
      log('error', 'delivery.lane', { error: error instanceof Error ? error.name : typeof error })
      sleepUntil(clock.now() + RETRY_AFTER_BUG_MS)
    } finally {
      running = false
    }
  }

  const wake = (): void => {
    if (!stopped) void run()
  }

  const reconcileChat = (chatId: ChatId): void => {
    toReconcile.add(chatId)
    wake()
  }

  return {
    wake,
    progress,
    tell,
    /** Runs `work` when no step is under way, with nothing else able to start. */
    exclusive: <T>(work: () => Promise<T>): Promise<T> => exclusive(work),
    apply,
    look,
    /** Takes a place in the pace for what leaves by another way than the queue; milliseconds to wait first, 0: taken. */
    claimSlot: (): number => {
      const wait = slotFor(null, clock.now()) - clock.now()
      if (wait <= 0) takeSlot()
      return Math.max(0, wait)
    },
    /** Every chat we have something in is to be read again. */
    reconcileSoon: (): void => {
      reconcileAt = 0
      wake()
    },
    reconcileChat,
    setPaused: (paused: boolean): void => {
      store.saveLane(accountId, { ...store.lane(accountId), paused })
      strange.clear()
      tell()
      wake()
    },
    stop: (): void => {
      stopped = true
      cancelTimer()
    },
  }
}

/** A refusal that was decided here, as if Telegram had answered it. */
function reasonOf(code: ErrorCode): TelegramFailure {
  const passing =
    code === 'telegram/unreachable' || code === 'account/not-connected' || code === 'telegram/wait'
  return { reaction: passing ? 'BACKOFF' : 'SKIP', code, rpc: 'cancel' }
}

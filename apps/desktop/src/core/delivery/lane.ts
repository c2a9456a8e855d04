import type { AccountId, ChatId, DeliveryId, ErrorCode, Progress } from '../../contract/index.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import type { TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import { instantOf } from '../time.ts'
import { cancelRows } from './cancel.ts'
import { transition } from './machine.ts'
import { afterSend, nextSlot, weightOf } from './pace.ts'
import { createPlacing } from './placing.ts'
import type { Apply, DeliveryDeps } from './ports.ts'
import { createReconciling } from './reconciling.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'
import { createUploads } from './uploads.ts'
import { createWishWork, type Wished } from './wish-work.ts'

/** The wall clock may jump and computers sleep, so no sleep is longer than this. */
const LONGEST_SLEEP_MS = 60_000
const RETRY_AFTER_BUG_MS = 30_000

export type Lane = ReturnType<typeof createLane>

/** The one worker of an account: everything that concerns its deliveries at Telegram happens here, one step at a time. */
export function createLane(accountId: AccountId, store: DeliveryStore, deps: DeliveryDeps) {
  const { clock, timers, accounts, log } = deps
  const exclusive = oneAtATime()
  const wishes = createWishWork(accountId, store, deps)
  const uploads = createUploads(accountId, deps)
  let running = false
  let again = false
  let stopped = false
  let cancelTimer = (): void => undefined
  let lastProgress = ''

  const serverNow = (): number => accounts.serverNow(accountId)

  const apply: Apply = (changes, also, durability) => {
    if (changes.length === 0) return
    const changed: DeliveryId[] = []
    const commit = ([row, event]: (typeof changes)[number]): StoredDelivery => {
      const after = transition(row, event, serverNow())
      if (after === row) return row
      store.save(row, after)
      changed.push(row.id)
      return { ...row, ...after }
    }
    store.transaction(() => {
      const after = changes.map(commit)
      also?.(after)
    }, durability)
    if (changed.length > 0) deps.emit('deliveries.changed', { ids: changed })
  }

  const weightOfRow = (row: StoredDelivery | null): number =>
    weightOf(row === null ? 0 : store.plan(row.planId).files.length)

  /** When this message, or, without one, a change of one, may leave; now at the earliest. */
  const slotFor = (row: StoredDelivery | null, now: number): number =>
    nextSlot(store.lane(accountId).pace, deps.pace(accountId), now, weightOfRow(row))

  /** Its place in the pace, to be committed with whatever claims it. */
  const takeSlot = (row: StoredDelivery | null = null): void => {
    const present = store.lane(accountId)
    const pace = afterSend(present.pace, clock.now(), weightOfRow(row))
    store.saveLane(accountId, { ...present, pace })
  }

  const placing = createPlacing(accountId, store, deps, { apply, takeSlot, uploads })
  const reconciling = createReconciling(accountId, store, deps, { apply, wishes })

  const waiting = (): Progress['waiting'] => {
    const obstacle = accounts.obstacle(accountId)
    const { stopped: by } = store.lane(accountId)
    if (obstacle !== null)
      return { reason: obstacle.reason, until: obstacle.until === null ? null : instantOf(obstacle.until) }
    if (by !== null) return { reason: by === 'person' ? 'paused' : 'held', until: null }
    const next = store.nextToPlace(accountId, serverNow())
    if (next === null) return null
    const slot = slotFor(next, clock.now())
    return slot > clock.now() ? { reason: 'pace', until: instantOf(slot) } : null
  }

  const progress = (): Progress => ({
    accountId,
    ...store.counts(accountId),
    waiting: waiting(),
    upload: uploads.progress(),
  })

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
    const halted = store.lane(accountId).stopped !== null
    const wish = unsettled === null ? wishes.next(obstacle === null ? 'anything' : 'cancellations') : null
    if (wish?.wish.kind === 'cancel') {
      await cancelWished()
      return 'now'
    }
    // Nothing new leaves while the outcome of something older can be found out.
    const next = unknown || halted || obstacle !== null ? null : store.nextToPlace(accountId, serverNow())
    if (wish !== null && slotFor(null, now) <= now) {
      await carryOut(line, wish)
      return 'now'
    }
    // Files go ahead of their message, whose pace they do not touch.
    const files = next === null ? [] : store.plan(next.planId).files
    if (next === null) uploads.rest()
    const uploaded = await uploads.step(line, files)
    if (next !== null && uploaded.kind !== 'ready') {
      if (uploaded.kind === 'failed') await placing.unprepared(next, uploaded.failure)
      return 'now'
    }
    if (next !== null && slotFor(next, now) <= now) {
      await placing.place(line, next, uploaded.kind === 'ready' ? uploaded.files : [])
      return 'now'
    }
    const wakeForPlacing = Math.min(
      next === null ? Infinity : slotFor(next, now),
      wish === null ? Infinity : slotFor(null, now),
    )
    const chatId = unsettled ?? overdue?.chatId ?? reconciling.nextChat(now)
    if (chatId === null) {
      const attention = store.nextAttention(accountId, serverNow()) ?? Infinity
      return Math.min(
        wakeForPlacing,
        attention - (serverNow() - now),
        reconciling.allAt(),
        wishes.nextAt() ?? Infinity,
      )
    }
    if (reconciling.readsFrom() > now) return Math.min(reconciling.readsFrom(), wakeForPlacing)
    await reconciling.lookInTurn(line, chatId)
    return 'now'
  }

  const cancelWished = async (): Promise<void> => {
    const ids = wishes.takeCancellations()
    const tools = { apply, look: reconciling.look, reconcileChat }
    const { cancelled, failed } = await cancelRows(ids, accountId, tools, store, deps)
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
    if (failed.reaction === 'WAIT') placing.slowDown(failed)
    accounts.report(accountId, failed)
  }

  const sleepUntil = (instant: number | null): void => {
    cancelTimer()
    if (stopped) return
    const ms = instant === null ? LONGEST_SLEEP_MS : instant - clock.now()
    cancelTimer = timers.after(Math.max(0, Math.min(ms, LONGEST_SLEEP_MS)), wake)
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
    reconciling.add(chatId)
    wake()
  }

  return {
    wake,
    progress,
    tell,
    /** Runs `work` when no step is under way, with nothing else able to start. */
    exclusive: <T>(work: () => Promise<T>): Promise<T> => exclusive(work),
    apply,
    look: reconciling.look,
    /** Takes a place in the pace for what leaves by another way than the queue; milliseconds to wait first, 0: taken. */
    claimSlot: (): number => {
      const wait = slotFor(null, clock.now()) - clock.now()
      if (wait <= 0) takeSlot()
      return Math.max(0, wait)
    },
    /** Every chat we have something in is to be read again. */
    reconcileSoon: (): void => {
      reconciling.addAll()
      wake()
    },
    reconcileChat,
    setPaused: (paused: boolean): void => {
      store.saveLane(accountId, { ...store.lane(accountId), stopped: paused ? 'person' : null })
      placing.forgive()
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

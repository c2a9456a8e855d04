import type {
  AccountId,
  ChatId,
  DeliveryId,
  Handlers,
  MediaId,
  Output,
  PlanId,
  PlanMedia,
} from '../../contract/index.ts'
import type { AccountChange } from '../accounts/index.ts'
import { CallFailure, failure, success, type Result } from '../failure.ts'
import { callFailureOf } from '../telegram/call-failure.ts'
import { OFFLINE } from '../telegram/errors.ts'
import type { Content } from '../messages/index.ts'
import type { RemoteFile, TelegramFailure } from '../telegram/gateway.ts'
import { cancelRows, type Cancelled } from './cancel.ts'
import { createLane, type Lane } from './lane.ts'
import { calendar, listPage } from './list.ts'
import { createManage, type ManageHandlers } from './manage.ts'
import { transition } from './machine.ts'
import type { DeliveryDeps } from './ports.ts'
import type { Span, SpanOutcome } from './list-store.ts'
import type { StoredDelivery } from './rows.ts'
import { createStore, type NewPlan } from './store.ts'
import { instantOf } from '../time.ts'
import { createUploads } from './uploads.ts'
import { viewOf } from './view.ts'
import { createWholePlan, type PlanHandlers } from './whole-plan.ts'

export type { DeliveryDeps } from './ports.ts'
export type { NewPlan } from './store.ts'
export { placingSeconds, type PaceSettings } from './pace.ts'

export type DeliveryHandlers = ManageHandlers &
  PlanHandlers &
  Pick<
    Handlers,
    | 'deliveries.list'
    | 'deliveries.get'
    | 'deliveries.calendar'
    | 'deliveries.queue'
    | 'deliveries.cancel'
    | 'deliveries.retry'
    | 'deliveries.reconcile'
    | 'deliveries.progress'
    | 'deliveries.pause'
  >

export type Deliveries = {
  readonly handlers: DeliveryHandlers
  /** Puts in order what the last run left behind, then starts working. Needs the open vault. */
  start(): void
  stop(): Promise<void>
  /** Stores a plan with all its deliveries and what `also` writes, whole or not at all, and starts placing them. */
  place(plan: NewPlan, also?: () => void): void
  /**
   * Gives messages another text, those at Telegram as well, and does what `also` writes, whole or not at all; answers which
   * of them cannot be changed any more.
   */
  rewrite(texts: ReadonlyMap<DeliveryId, Content>, also: () => void): readonly DeliveryId[]
  planOfToken(token: string): { readonly id: PlanId; readonly deliveries: number } | null
  /** Our messages of a chat dated `from` (Unix seconds) or later; `pending`: it takes, or will take, a place in the queue. */
  inChatSince(accountId: AccountId, chatId: ChatId, from: number): readonly ChatMessage[]
  /** Scheduled messages of a chat that are none of ours, as the last look at its queue counted them. */
  othersIn(accountId: AccountId, chatId: ChatId): number
  /** What became of everything dated in these spans, counted by account. */
  outcomes(spans: readonly Span[], accountId?: AccountId): readonly SpanOutcome[]
  /** Runs `work` between two messages of the account, as one more of them: never sooner than the pace allows. */
  inPace<T>(accountId: AccountId, work: () => Promise<T>): Promise<T>
  /** Brings files to Telegram, for a message that leaves by another way than the queue. */
  bringFiles(
    accountId: AccountId,
    files: readonly PlanMedia[],
  ): Promise<Result<readonly RemoteFile[], TelegramFailure>>
  /** Files that messages still to come, or still to be retried, need. */
  mediaInUse(): readonly MediaId[]
  /** What of an account is in Telegram's queues, and what is on its way there. */
  underWay(accountId: AccountId): { readonly atTelegram: number; readonly here: number }
  /** Takes back everything an account has under way; answers how many messages could not be. */
  cancelAll(accountId: AccountId): Promise<number>
  /** Called whenever a delivery has changed; answers with the function that ends it. */
  watch(listener: () => void): () => void
}

/** `places`: how many it takes in the chat's queue; `text` is opened when it is asked for. */
export type ChatMessage = {
  readonly at: number
  readonly text: string
  readonly pending: boolean
  readonly places: number
}

const STOP_TIMEOUT_MS = 3000
/** Telegram's own limit of scheduled messages in one chat. */
const QUEUE_LIMIT = 100

/** Everything that happens to a message after it was confirmed. */
export function createDelivery(given: DeliveryDeps): Deliveries {
  const listeners = new Set<() => void>()
  const deps: DeliveryDeps = {
    ...given,
    emit: (name, payload) => {
      given.emit(name, payload)
      if (name === 'deliveries.changed') for (const listener of listeners) listener()
    },
  }
  const { database, sealer, clock, accounts, targets, emit } = deps
  const store = createStore(database, sealer)
  const lanes = new Map<AccountId, Lane>()
  let unwatch = (): void => undefined

  const laneOf = (accountId: AccountId): Lane => {
    const known = lanes.get(accountId)
    if (known) return known
    if (!accounts.ids().includes(accountId)) throw new CallFailure('account/unknown')
    const lane = createLane(accountId, store, deps)
    lanes.set(accountId, lane)
    return lane
  }

  const recover = (accountId: AccountId): void => {
    const held = store.wishes.forgetHeld(accountId)
    if (held > 0) deps.log('info', 'delivery.held-forgotten', { count: held })
    const left = store.interrupted(accountId)
    laneOf(accountId).apply(left.map(row => [row, { kind: 'interrupted' }]))
    if (left.length > 0) deps.log('warning', 'delivery.recovered', { count: left.length })
  }

  /** What has not left never will; what Telegram holds is published all the same. */
  const removeAccount = (accountId: AccountId): void => {
    lanes.get(accountId)?.stop()
    lanes.delete(accountId)
    const open = store.openOf(accountId)
    store.transaction(() => {
      for (const row of open)
        if (row.state === 'queued' || row.state === 'paused')
          store.save(row, transition(row, { kind: 'cancelled' }, clock.now()))
      store.wishes.forgetAll(accountId)
      store.close(accountId)
    })
    if (open.length > 0) emit('deliveries.changed', { ids: open.map(row => row.id) })
  }

  const onAccount = (change: AccountChange): void => {
    switch (change.kind) {
      case 'removing':
        return removeAccount(change.accountId)
      case 'added':
        store.reopen(change.accountId)
        return laneOf(change.accountId).wake()
      case 'online':
        return laneOf(change.accountId).reconcileSoon()
      case 'changed': {
        const lane = lanes.get(change.accountId)
        lane?.tell()
        return lane?.wake()
      }
      case 'hint': {
        if (change.chatId === null) return lanes.get(change.accountId)?.reconcileSoon()
        const chatId = change.chatId as ChatId
        if (store.placedIn(change.accountId, chatId).length > 0)
          lanes.get(change.accountId)?.reconcileChat(chatId)
      }
    }
  }

  const cancel = async (ids: readonly DeliveryId[]): Promise<Cancelled> => {
    const rows = ids.flatMap(id => store.one(id) ?? [])
    const known = new Set(rows.map(row => row.id))
    const answer: Cancelled = {
      cancelled: [],
      failed: ids.filter(id => !known.has(id)).map(id => ({ id, code: 'delivery/unknown' })),
    }
    for (const [accountId, of] of byAccount(rows)) {
      if (!accounts.ids().includes(accountId)) {
        answer.failed.push(...of.map(({ id }) => ({ id, code: 'account/not-connected' as const })))
        continue
      }
      const lane = laneOf(accountId)
      const work = (): Promise<Cancelled> =>
        cancelRows(
          of.map(row => row.id),
          accountId,
          lane,
          store,
          deps,
        )
      const part = await lane.exclusive(work)
      answer.cancelled.push(...part.cancelled)
      answer.failed.push(...part.failed.map(({ id, code }) => ({ id, code })))
      lane.tell()
    }
    return answer
  }

  const retry = (ids: readonly DeliveryId[]): DeliveryId[] => {
    const queued: DeliveryId[] = []
    for (const [accountId, rows] of byAccount(ids.flatMap(id => store.one(id) ?? []))) {
      if (!accounts.ids().includes(accountId)) continue
      store.transaction(() => {
        const run = store.currentRun(accountId)
        for (const row of rows) {
          const after = transition(row, { kind: 'retried' }, accounts.serverNow(accountId))
          if (after === row) continue
          store.save(row, after, run)
          queued.push(row.id)
        }
      })
      laneOf(accountId).tell()
      laneOf(accountId).wake()
    }
    if (queued.length > 0) emit('deliveries.changed', { ids: queued })
    return queued
  }

  const queueOf = async (accountId: AccountId, chatId: ChatId): Promise<Output<'deliveries.queue'>> => {
    const lane = laneOf(accountId)
    const seen = await lane.exclusive(async () => {
      const line = accounts.line(accountId)
      return line === null ? null : lane.look(line, chatId)
    })
    if (seen === null) throw new CallFailure('account/not-connected', undefined, true)
    if (!seen.ok) throw callFailureOf(seen.error, clock.now())
    return {
      others: seen.value.others.map(({ at, text, entities, media }) => ({
        at: instantOf(at * 1000),
        text,
        entities: [...entities],
        media: media.length > 0,
      })),
      ours: store.oursIn(accountId, chatId),
      limit: QUEUE_LIMIT,
    }
  }

  const inPace = async <T>(accountId: AccountId, work: () => Promise<T>): Promise<T> => {
    const lane = laneOf(accountId)
    for (;;) {
      const turn = await lane.exclusive(async () => {
        const wait = lane.claimSlot()
        return wait > 0 ? { wait } : { value: await work() }
      })
      if ('value' in turn) return turn.value
      await new Promise<void>(resolve => void deps.timers.after(turn.wait, resolve))
    }
  }

  const bringFiles: Deliveries['bringFiles'] = async (accountId, files) => {
    const uploads = createUploads(accountId, deps)
    for (;;) {
      const line = accounts.line(accountId)
      if (line === null) return failure(OFFLINE)
      const step = await uploads.step(line, files)
      if (step.kind === 'ready') return success(step.files)
      if (step.kind === 'failed') return failure(step.failure)
    }
  }

  const progress = () => accounts.ids().map(accountId => laneOf(accountId).progress())

  const { handlers: manage, reword } = createManage(store, laneOf, deps)
  const handlers: DeliveryHandlers = {
    ...manage,
    ...createWholePlan(store, laneOf, manage['deliveries.cancelSoon'], deps),
    'deliveries.list': input => listPage(input, store, targets, Math.floor(clock.now() / 1000)),
    'deliveries.get': ({ ids }) =>
      ids.flatMap(id => store.one(id) ?? []).map(row => viewOf(row, store, targets)),
    'deliveries.calendar': input => calendar(input, store, targets),
    'deliveries.queue': ({ accountId, chatId }) => queueOf(accountId, chatId),
    'deliveries.cancel': ({ ids }) => cancel([...new Set(ids)]),
    'deliveries.retry': ({ ids }) => ({ queued: retry([...new Set(ids)]) }),
    'deliveries.reconcile': ({ accountId }) => {
      laneOf(accountId).reconcileSoon()
      return {}
    },
    'deliveries.progress': progress,
    'deliveries.pause': ({ accountId, paused }) => {
      laneOf(accountId).setPaused(paused)
      return progress()
    },
  }

  return {
    handlers,
    start: () => {
      unwatch = accounts.watch(onAccount)
      for (const accountId of accounts.ids()) {
        recover(accountId)
        laneOf(accountId).reconcileSoon()
      }
    },
    stop: async () => {
      unwatch()
      store.wishes.letGoHeld()
      const all = [...lanes.values()]
      for (const lane of all) lane.stop()
      lanes.clear()
      // A request under way is given a moment; without its answer it is looked up at the next start.
      let cancelLimit = (): void => undefined
      const limit = new Promise<void>(resolve => {
        cancelLimit = deps.timers.after(STOP_TIMEOUT_MS, resolve)
      })
      await Promise.race([Promise.all(all.map(lane => lane.exclusive(() => Promise.resolve()))), limit])
      cancelLimit()
      store.forget()
    },
    place: (plan, also) => {
      store.insert(plan, Math.round(accounts.serverNow(plan.accountId)), also)
      emit('deliveries.changed', { ids: plan.deliveries.map(({ id }) => id) })
      laneOf(plan.accountId).tell()
      laneOf(plan.accountId).wake()
    },
    rewrite: (texts, also) => {
      const rows = [...texts.keys()].flatMap(id => store.one(id) ?? [])
      const closed = new Set<DeliveryId>()
      store.transaction(() => {
        for (const row of rows) {
          const content = texts.get(row.id)
          const isThere = accounts.ids().includes(row.accountId)
          if (content !== undefined && (!isThere || reword(row, content) !== null)) closed.add(row.id)
        }
        also()
      })
      const changed = rows.filter(({ id }) => !closed.has(id))
      if (changed.length > 0) emit('deliveries.changed', { ids: changed.map(({ id }) => id) })
      for (const accountId of byAccount(changed).keys()) laneOf(accountId).wake()
      return [...closed]
    },
    planOfToken: store.planOfToken,
    mediaInUse: () => store.mediaInUse(Math.floor(clock.now() / 1000)),
    underWay: accountId => {
      const open = store.openOf(accountId)
      const placed = open.filter(({ state }) => state === 'scheduled' || state === 'drifted')
      return { atTelegram: placed.length, here: open.length - placed.length }
    },
    cancelAll: async accountId => {
      const { failed } = await cancel(store.openOf(accountId).map(({ id }) => id))
      return failed.length
    },
    othersIn: store.wishes.others,
    outcomes: store.outcomes,
    inPace,
    bringFiles,
    watch: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    inChatSince: (accountId, chatId, from) =>
      store.inChatSince(accountId, chatId, from).map(row => ({
        at: row.at,
        get text() {
          return store.content(row).text
        },
        pending: row.state !== 'published',
        places: row.parts,
      })),
  }
}

function byAccount(rows: readonly StoredDelivery[]): ReadonlyMap<AccountId, readonly StoredDelivery[]> {
  const groups = new Map<AccountId, StoredDelivery[]>()
  for (const row of rows) {
    const group = groups.get(row.accountId)
    if (group) group.push(row)
    else groups.set(row.accountId, [row])
  }
  return groups
}

import type {
  AccountId,
  ChatId,
  DeliveryId,
  Handlers,
  MediaId,
  PlanId,
  PlanMedia,
} from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'
import type { Content } from '../messages/index.ts'
import { OFFLINE } from '../telegram/errors.ts'
import type { RemoteFile, TelegramFailure } from '../telegram/gateway.ts'
import { createLanes } from './lanes.ts'
import { calendar, listPage } from './list.ts'
import type { Span, SpanOutcome } from './list-store.ts'
import { createManage, type ManageHandlers } from './manage.ts'
import type { DeliveryDeps } from './ports.ts'
import { createRequests } from './requests.ts'
import { createStore, type NewPlan } from './store.ts'
import { createUploads } from './uploads.ts'
import { viewOf } from './view.ts'
import { createWholePlan, type PlanHandlers } from './whole-plan.ts'

export type { DeliveryDeps } from './ports.ts'
export type { NewPlan } from './store.ts'
export { isOpen } from './machine.ts'
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
  const lanes = createLanes(store, deps)
  const { laneOf } = lanes
  const { cancel, retry, queueOf } = createRequests(store, laneOf, deps)

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
    start: lanes.start,
    stop: async () => {
      await lanes.stop()
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
      for (const accountId of new Set(changed.map(row => row.accountId))) laneOf(accountId).wake()
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

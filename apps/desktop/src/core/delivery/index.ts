import type { AccountId, ChatId, DeliveryId, Handlers, PlanId } from '../../contract/index.ts'
import type { AccountChange } from '../accounts/index.ts'
import { CallFailure } from '../failure.ts'
import { cancelRows, type Cancelled } from './cancel.ts'
import { createLane, type Lane } from './lane.ts'
import { transition } from './machine.ts'
import type { DeliveryDeps } from './ports.ts'
import { createStore, type NewPlan, type StoredDelivery } from './store.ts'
import { viewOf } from './view.ts'

export type { AccountsPort, DeliveryDeps, TargetsPort } from './ports.ts'
export type { NewPlan } from './store.ts'
export { placingSeconds, type PaceSettings } from './pace.ts'

export type DeliveryHandlers = Pick<
  Handlers,
  | 'deliveries.list'
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
  /** Stores a plan with all its deliveries, whole or not at all, and starts placing them. */
  place(plan: NewPlan): void
  planOfToken(token: string): { readonly id: PlanId; readonly deliveries: number } | null
  /** Our messages of a chat dated `from` (Unix seconds) or later; `pending`: it takes, or will take, a place in the queue. */
  inChatSince(accountId: AccountId, chatId: ChatId, from: number): readonly ChatMessage[]
}

export type ChatMessage = { readonly at: number; readonly text: string; readonly pending: boolean }

const STOP_TIMEOUT_MS = 3000

/** Everything that happens to a message after it was confirmed. */
export function createDelivery(deps: DeliveryDeps): Deliveries {
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
      answer.failed.push(...part.failed)
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

  const progress = () => accounts.ids().map(accountId => laneOf(accountId).progress())

  const handlers: DeliveryHandlers = {
    'deliveries.list': ({ scope, accountId, cursor, limit }) => {
      const nowSeconds = Math.floor(clock.now() / 1000)
      const { rows, total } = store.page({
        scope,
        accountId,
        after: parseCursor(cursor),
        limit: limit + 1,
        nowSeconds,
      })
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      return {
        items: shown.map(row => viewOf(row, store.plan(row.planId), targets)),
        next: rows.length > limit && last !== undefined ? `${last.at}:${last.seq}` : null,
        total,
      }
    },
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
    place: plan => {
      store.insert(plan, Math.round(accounts.serverNow(plan.accountId)))
      emit('deliveries.changed', { ids: plan.deliveries.map(({ id }) => id) })
      laneOf(plan.accountId).tell()
      laneOf(plan.accountId).wake()
    },
    planOfToken: store.planOfToken,
    inChatSince: (accountId, chatId, from) =>
      store.inChatSince(accountId, chatId, from).map(row => ({
        at: row.at,
        text: store.plan(row.planId).text,
        pending: row.state !== 'published',
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

/** `<seconds>:<row>`, as `list` hands it out; anything else starts at the beginning. */
function parseCursor(cursor: string | null): { at: number; seq: number } | null {
  const parts = /^(\d{1,15}):(\d{1,15})$/.exec(cursor ?? '')
  return parts === null ? null : { at: Number(parts[1]), seq: Number(parts[2]) }
}

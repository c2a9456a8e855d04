import type { AccountId, ChatId, DeliveryId, Output } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { callFailureOf } from '../telegram/call-failure.ts'
import { instantOf } from '../time.ts'
import { cancelRows, type Cancelled } from './cancel.ts'
import type { Lane } from './lane.ts'
import { transition } from './machine.ts'
import type { DeliveryDeps } from './ports.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'

/** Telegram's own limit of scheduled messages in one chat. */
const QUEUE_LIMIT = 100

/** What a person asks of messages and waits for: to cancel them at once, to try them again, to see a chat's queue. */
export function createRequests(
  store: DeliveryStore,
  laneOf: (accountId: AccountId) => Lane,
  deps: DeliveryDeps,
) {
  const { accounts, clock, emit } = deps

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
      const own = of.map(row => row.id)
      const part = await lane.exclusive(() => cancelRows(own, accountId, lane, store, deps))
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

  return { cancel, retry, queueOf }
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

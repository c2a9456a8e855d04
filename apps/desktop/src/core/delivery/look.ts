import type { AccountId, ChatId } from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'
import type { TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import type { Sight } from './machine.ts'
import { match, PUBLISHED_LATE_SECONDS } from './matching.ts'
import type { TargetsPort } from './ports.ts'
import type { DeliveryStore, StoredDelivery } from './store.ts'

export type Look = Result<readonly (readonly [StoredDelivery, Sight])[], TelegramFailure>

const CHAT_UNKNOWN: TelegramFailure = { reaction: 'SKIP', code: 'chat/unknown', rpc: 'chat-unknown' }

/** Plans are dated by this machine's idea of Telegram's clock. */
const CLOCK_MARGIN_SECONDS = 300

/**
 * Reads a chat's queue at Telegram and tells what became of each of our messages there. Where one is missing, its history
 * is read too, whatever the date: another device may have sent it at once. The queue is read first, so that what is
 * published in between is found by the second reading.
 */
export async function lookAtChat(
  line: TelegramConnection,
  targets: TargetsPort,
  store: DeliveryStore,
  accountId: AccountId,
  chatId: ChatId,
): Promise<Look> {
  const peer = targets.peerOf(accountId, chatId)
  if (peer === null) return failure(CHAT_UNKNOWN)
  const queue = await line.scheduledHistory(peer)
  if (!queue.ok) return queue
  const rows = store.placedIn(accountId, chatId)
  const wanted = rows.map(row => ({ ...row, ...store.plan(row.planId) }))
  const queued = match(wanted, queue.value, [], new Set())
  const missing = wanted.filter(({ id }) => queued.get(id)?.kind === 'nowhere')
  if (missing.length === 0) return success(told(rows, queued))
  const from =
    Math.min(...missing.map(({ createdAt }) => Math.floor(createdAt / 1000))) - CLOCK_MARGIN_SECONDS
  const to = Math.max(...missing.map(row => row.movedTo ?? row.at)) + PUBLISHED_LATE_SECONDS
  const published = await line.publishedBetween(peer, from, to)
  if (!published.ok) return published
  const known = store.publishedIds(accountId, chatId, from - PUBLISHED_LATE_SECONDS)
  return success(told(rows, match(wanted, queue.value, published.value, known)))
}

const told = (
  rows: readonly StoredDelivery[],
  sights: ReadonlyMap<string, Sight>,
): readonly (readonly [StoredDelivery, Sight])[] =>
  rows.flatMap(row => {
    const sight = sights.get(row.id)
    return sight === undefined ? [] : [[row, sight] as const]
  })

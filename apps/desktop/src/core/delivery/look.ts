import type { AccountId, ChatId } from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'
import type { TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import { CLOCK_MARGIN_MS, type Sight } from './machine.ts'
import { match, PUBLISHED_LATE_SECONDS } from './matching.ts'
import type { TargetsPort } from './ports.ts'
import type { DeliveryStore, StoredDelivery } from './store.ts'

export type Look = Result<readonly (readonly [StoredDelivery, Sight])[], TelegramFailure>

const CHAT_UNKNOWN: TelegramFailure = { reaction: 'SKIP', code: 'chat/unknown', rpc: 'chat-unknown' }

/**
 * Reads a chat's queue at Telegram and, where a date has passed, its history, and tells what became of each of our
 * messages there. The queue is read first: what is published in between is found by the second reading.
 */
export async function lookAtChat(
  line: TelegramConnection,
  targets: TargetsPort,
  store: DeliveryStore,
  accountId: AccountId,
  chatId: ChatId,
  now: number,
): Promise<Look> {
  const peer = targets.peerOf(accountId, chatId)
  if (peer === null) return failure(CHAT_UNKNOWN)
  const queue = await line.scheduledHistory(peer)
  if (!queue.ok) return queue
  const rows = store.placedIn(accountId, chatId)
  const wanted = rows.map(row => ({ ...row, ...contentOf(store, row) }))
  const past = rows.map(row => row.movedTo ?? row.at).filter(date => date * 1000 - CLOCK_MARGIN_MS <= now)
  const published =
    past.length === 0
      ? null
      : await line.publishedBetween(peer, Math.min(...past), Math.max(...past) + PUBLISHED_LATE_SECONDS)
  if (published !== null && !published.ok) return published
  const known = store.publishedIds(accountId, chatId, Math.min(...past) - PUBLISHED_LATE_SECONDS)
  const sights = match(wanted, queue.value, published?.value ?? null, known)
  return success(rows.flatMap(row => entry(row, sights.get(row.id))))
}

const contentOf = (store: DeliveryStore, row: StoredDelivery) => {
  const { text, entities } = store.plan(row.planId)
  return { text, entities }
}

const entry = (row: StoredDelivery, sight: Sight | undefined) =>
  sight === undefined ? [] : [[row, sight] as const]

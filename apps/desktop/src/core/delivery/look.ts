import type { AccountId, ChatId } from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'
import type { ScheduledMessage, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import { match, PUBLISHED_LATE_SECONDS, type Form, type Found, type Wanted } from './matching.ts'
import type { TargetsPort } from './ports.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'

export type Seen = Found & { readonly row: StoredDelivery }
export type Look = Result<
  { readonly seen: readonly Seen[]; readonly others: readonly ScheduledMessage[] },
  TelegramFailure
>

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
  const wanted = rows.map(row => wantedOf(store, row))
  const queued = match(wanted, queue.value, [], new Set())
  const { others } = queued
  const missing = wanted.filter(({ id }) => queued.found.get(id)?.sight.kind === 'nowhere')
  if (missing.length === 0) return success({ seen: told(rows, queued.found), others })
  const from =
    Math.min(...missing.map(({ createdAt }) => Math.floor(createdAt / 1000))) - CLOCK_MARGIN_SECONDS
  const to =
    Math.max(...missing.flatMap(({ at, movedTo, wished }) => [movedTo ?? at, wished?.at ?? at])) +
    PUBLISHED_LATE_SECONDS
  const published = await line.publishedBetween(peer, from, to)
  if (!published.ok) return published
  const known = store.publishedIds(accountId, chatId, from - PUBLISHED_LATE_SECONDS)
  return success({ seen: told(rows, match(wanted, queue.value, published.value, known).found), others })
}

/** A delivery in every form in which it may be found. */
function wantedOf(store: DeliveryStore, row: StoredDelivery): Wanted & { readonly createdAt: number } {
  const { text, entities, createdAt, media } = store.content(row)
  const files = store.wishes.filesOf(row.seq)
  const wish = store.wishes.one(row.seq)
  const mayHaveLeft = wish?.kind === 'edit' && wish.attempt > 0
  const content = mayHaveLeft ? store.wishes.content(row, 'wished') : null
  const wished: Form | null = mayHaveLeft
    ? {
        at: wish.at ?? row.movedTo ?? row.at,
        text: content?.text ?? text,
        entities: content?.entities ?? entities,
        media,
        // Only a wish that puts files back wants certain ones.
        files: content?.restored == null ? null : content.files,
      }
    : null
  const theirs = row.state === 'drifted' ? store.wishes.content(row, 'theirs') : null
  const sent = wish?.stage === 'sent' && wish.kind !== 'edit' ? wish.kind : null
  const ids = row.parts > 1 ? store.partsOf(row).flatMap(({ scheduledId }) => scheduledId ?? []) : null
  const known = ids === null ? {} : { scheduledIds: ids }
  return { ...row, ...known, text, entities, media, files, createdAt, wished, theirs, sent }
}

const told = (rows: readonly StoredDelivery[], found: ReadonlyMap<string, Found>): readonly Seen[] =>
  rows.flatMap(row => {
    const one = found.get(row.id)
    return one === undefined ? [] : [{ ...one, row }]
  })

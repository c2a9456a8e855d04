import type { AccountId, ChatId, DeliveryId, ErrorCode } from '../../contract/index.ts'
import type { TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import type { Apply, DeliveryDeps } from './ports.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'

export type Cancelled = {
  readonly cancelled: DeliveryId[]
  readonly failed: { id: DeliveryId; code: ErrorCode; failure?: TelegramFailure }[]
}

/** What cancelling needs of the lane. */
export type CancelTools = {
  readonly apply: Apply
  look(line: TelegramConnection, chatId: ChatId): Promise<unknown>
  reconcileChat(chatId: ChatId): void
}

/** Deliveries in one request to Telegram; albums are up to ten ids each. */
const BATCH = 50

/**
 * Cancels rows of one account, each answering for itself. Runs inside the lane's exclusive section. What is at Telegram
 * is removed there first; what is only here never leaves any more.
 */
export async function cancelRows(
  ids: readonly DeliveryId[],
  accountId: AccountId,
  lane: CancelTools,
  store: DeliveryStore,
  { accounts, targets }: DeliveryDeps,
): Promise<Cancelled> {
  const answer: Cancelled = { cancelled: [], failed: [] }
  const fail = (rows: readonly StoredDelivery[], code: ErrorCode, failure?: TelegramFailure): void => {
    for (const { id } of rows)
      answer.failed.push(failure === undefined ? { id, code } : { id, code, failure })
  }
  const done = (rows: readonly StoredDelivery[]): void => {
    lane.apply(rows.map(row => [row, { kind: 'cancelled' }]))
    for (const { id } of rows) answer.cancelled.push(id)
  }

  // What is not known to be anywhere has to be found before it can be removed; so has what waits to be sent once more,
  // for a request that was given up may have been carried out since.
  lane.apply(rowsOf(store, ids).map(row => [row, { kind: 'doubted' }]))
  for (const chatId of chatsOf(rowsOf(store, ids).filter(row => row.state === 'uncertain'))) {
    const line = accounts.line(accountId)
    if (line !== null) await lane.look(line, chatId)
  }
  const rows = rowsOf(store, ids)
  fail(
    rows.filter(row => ['published', 'sending', 'missed'].includes(row.state)),
    'delivery/not-cancellable',
  )
  fail(
    rows.filter(row => row.state === 'uncertain'),
    'telegram/unreachable',
  )
  for (const row of rows.filter(({ state }) => state === 'cancelled')) answer.cancelled.push(row.id)
  done(rows.filter(({ state }) => ['queued', 'paused', 'failed', 'skipped'].includes(state)))

  const atTelegram = rows.filter(({ state }) => state === 'scheduled' || state === 'drifted')
  for (const chatId of chatsOf(atTelegram)) {
    const inChat = atTelegram.filter(row => row.chatId === chatId)
    for (let from = 0; from < inChat.length; from += BATCH) {
      const batch = inChat.slice(from, from + BATCH)
      const line = accounts.line(accountId)
      const peer = targets.peerOf(accountId, chatId)
      const obstacle = accounts.obstacle(accountId)
      if (line === null || peer === null || obstacle?.reason === 'telegram') {
        fail(batch, codeOf(obstacle?.reason))
        continue
      }
      const deleted = await line.deleteScheduled(
        peer,
        // Of an album every message: deleting one leaves the others.
        batch.flatMap(row => store.partsOf(row).flatMap(({ scheduledId }) => scheduledId ?? [])),
      )
      if (deleted.ok) {
        done(batch)
        continue
      }
      accounts.report(accountId, deleted.error)
      lane.reconcileChat(chatId)
      fail(
        batch,
        deleted.error.reaction === 'REFRESH' ? 'delivery/not-cancellable' : deleted.error.code,
        deleted.error,
      )
    }
  }
  return answer
}

const rowsOf = (store: DeliveryStore, ids: readonly DeliveryId[]): readonly StoredDelivery[] =>
  ids.flatMap(id => store.one(id) ?? [])

const chatsOf = (rows: readonly StoredDelivery[]): readonly ChatId[] => [
  ...new Set(rows.map(row => row.chatId)),
]

function codeOf(reason: 'telegram' | 'offline' | 'signed-out' | 'restricted' | undefined): ErrorCode {
  switch (reason) {
    case 'telegram':
      return 'telegram/wait'
    case 'signed-out':
      return 'telegram/signed-out'
    case 'offline':
    case 'restricted':
    case undefined:
      return 'account/not-connected'
  }
}

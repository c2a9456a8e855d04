import type { AccountId, ChatId, DeliveryId, DeliveryState, ErrorCode, PlanId } from '../../contract/index.ts'
import type { Row, SqlValue } from '../storage/database.ts'
import { isOpen, type Delivery } from './machine.ts'

/** `run`: of the account's queue, see `Lane`. */
export type StoredDelivery = Delivery & {
  readonly seq: number
  readonly id: DeliveryId
  readonly planId: PlanId
  readonly accountId: AccountId
  readonly chatId: ChatId
  readonly randomId: string
  readonly topicId: number | null
  readonly sendAs: ChatId | null
  /** Places it takes in the chat's queue: one for each message of an album. */
  readonly parts: number
  readonly run: number
}

/** One message of an album; the first is the delivery itself. */
export type StoredPart = { readonly randomId: string; readonly scheduledId: number | null }

export const nullable = (value: SqlValue | undefined): number | null => (value == null ? null : Number(value))

export const toDelivery = (row: Row): StoredDelivery => ({
  seq: Number(row['seq']),
  id: row['id'] as DeliveryId,
  planId: row['plan_id'] as PlanId,
  accountId: row['account_id'] as AccountId,
  chatId: row['chat_id'] as ChatId,
  randomId: String(row['random_id']),
  topicId: nullable(row['topic_id']),
  sendAs: row['send_as'] as ChatId | null,
  parts: Number(row['parts']),
  run: Number(row['run']),
  at: Number(row['at']),
  state: row['state'] as DeliveryState,
  attempt: Number(row['attempt']),
  looks: Number(row['looks']),
  refreshed: row['refreshed'] === 1,
  accepted: row['accepted'] === 1,
  notBefore: Number(row['not_before']),
  error: row['error'] as ErrorCode | null,
  scheduledId: nullable(row['scheduled_id']),
  publishedId: nullable(row['published_id']),
  publishedAt: nullable(row['published_at']),
  movedTo: nullable(row['moved_to']),
})

/** What an event may change of a row, column by column. */
export const columnsOf = (after: Delivery, run: number): readonly (readonly [string, SqlValue])[] => [
  ['state', after.state],
  ['open', isOpen(after.state) ? 1 : 0],
  ['attempt', after.attempt],
  ['looks', after.looks],
  ['refreshed', after.refreshed ? 1 : 0],
  ['accepted', after.accepted ? 1 : 0],
  ['not_before', Math.ceil(after.notBefore)],
  ['error', after.error],
  ['scheduled_id', after.scheduledId],
  ['published_id', after.publishedId],
  ['published_at', after.publishedAt],
  ['moved_to', after.movedTo],
  ['run', run],
]

import { z } from 'zod'
import { event, method } from './define.ts'
import { AccountId, ChatId, DeliveryId, Instant, LocalDateTime, PlanId, TimeZone } from './common.ts'
import { ErrorCode } from './errors.ts'
import { TextEntity } from './plans.ts'

/**
 * `queued` here only · `sending` the request is under way · `uncertain` sent, answer unknown, being looked up ·
 * `scheduled` in Telegram's queue · `published` · `paused` waits for a date or for the account · `failed`, `skipped`
 * with a reason · `cancelled` · `drifted` changed on another device · `missed` its date passed unplaced.
 */
export const DeliveryState = z.enum([
  'queued',
  'sending',
  'uncertain',
  'scheduled',
  'published',
  'paused',
  'failed',
  'skipped',
  'cancelled',
  'drifted',
  'missed',
])
export type DeliveryState = z.infer<typeof DeliveryState>

export const DeliveryView = z.object({
  id: DeliveryId,
  planId: PlanId,
  accountId: AccountId,
  chatId: ChatId,
  chatTitle: z.string(),
  at: Instant,
  local: LocalDateTime,
  timeZone: TimeZone,
  text: z.string(),
  entities: z.array(TextEntity),
  state: DeliveryState,
  error: ErrorCode.nullable(),
  /** From when the next try is made, when one waits. */
  notBefore: Instant.nullable(),
})
export type DeliveryView = z.infer<typeof DeliveryView>

export const DeliveryPage = z.object({
  items: z.array(DeliveryView),
  next: z.string().nullable(),
  total: z.number().int(),
})
export type DeliveryPage = z.infer<typeof DeliveryPage>

/** How the placing of one account is going; `done` counts what reached Telegram since the account's queue was last empty. */
export const Progress = z.object({
  accountId: AccountId,
  done: z.number().int(),
  failed: z.number().int(),
  total: z.number().int(),
  /** Why it does not advance just now, and until when. */
  waiting: z
    .object({
      reason: z.enum(['pace', 'telegram', 'offline', 'signed-out', 'restricted', 'paused']),
      until: Instant.nullable(),
    })
    .nullable(),
})
export type Progress = z.infer<typeof Progress>

export const deliveries = {
  list: method(
    z.strictObject({
      scope: z.enum(['upcoming', 'past', 'all']).default('upcoming'),
      accountId: AccountId.optional(),
      cursor: z.string().max(200).nullable().default(null),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    DeliveryPage,
  ),
  /** Removes from Telegram's queue what is there, and from ours what is not yet; each id answers for itself. */
  cancel: method(
    z.strictObject({ ids: z.array(DeliveryId).min(1).max(500) }),
    z.object({
      cancelled: z.array(DeliveryId),
      failed: z.array(z.object({ id: DeliveryId, code: ErrorCode })),
    }),
  ),
  retry: method(
    z.strictObject({ ids: z.array(DeliveryId).min(1).max(500) }),
    z.object({ queued: z.array(DeliveryId) }),
  ),
  /** Asks Telegram what is really in its queues for the chats we have something in, and corrects our rows. */
  reconcile: method(z.strictObject({ accountId: AccountId }), z.object({})),
  progress: method(z.strictObject({}), z.array(Progress)),
  pause: method(z.strictObject({ accountId: AccountId, paused: z.boolean() }), z.array(Progress)),
  changed: event(z.object({ ids: z.array(DeliveryId) })),
  progressed: event(Progress),
} as const

import { z } from 'zod'
import { event, method } from './define.ts'
import { AccountId, Asked, ChatId, DeliveryId, Instant, LocalDateTime, PlanId, TimeZone } from './common.ts'
import { ErrorCode } from './errors.ts'
import { PlanMedia } from './media.ts'
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

/**
 * What was asked of a message and is not done yet. `until`: it can be taken back until then. `error`: it could not be
 * done, and the message is as it was.
 */
export const PendingChange = z.object({
  kind: z.enum(['edit', 'send-now', 'cancel']),
  until: Instant.nullable(),
  error: ErrorCode.nullable(),
})
export type PendingChange = z.infer<typeof PendingChange>

/** What another device made of a message: shown beside ours. `media`: it carries other files than ours. */
export const Drift = z.object({
  at: Instant,
  local: LocalDateTime,
  text: z.string(),
  entities: z.array(TextEntity),
  media: z.boolean(),
})
export type Drift = z.infer<typeof Drift>

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
  silent: z.boolean(),
  linkPreview: z.boolean(),
  media: z.array(PlanMedia),
  /** Titles as last read from Telegram, or the number when it was never read; null where there is none. */
  topic: z.string().nullable(),
  sendAs: z.string().nullable(),
  /** Its plan is paused: it waits here. */
  planPaused: z.boolean(),
  pending: PendingChange.nullable(),
  drift: Drift.nullable(),
  /** When it came out, by Telegram's clock. */
  publishedAt: Instant.nullable(),
  /** The published message on t.me, where such an address exists. */
  link: z.url().nullable(),
})
export type DeliveryView = z.infer<typeof DeliveryView>

export const DeliveryPage = z.object({
  items: z.array(DeliveryView),
  /** A page may be short, even empty, while there is more: a search in texts reads a bounded number of rows at a time. */
  next: z.string().nullable(),
  /** Null while a text is searched for: nobody has counted. */
  total: z.number().int().nullable(),
})
export type DeliveryPage = z.infer<typeof DeliveryPage>

/** How the placing of one account is going; `done` counts what reached Telegram since the account's queue was last empty. */
export const Progress = z.object({
  accountId: AccountId,
  done: z.number().int(),
  failed: z.number().int(),
  total: z.number().int(),
  /** Why it does not advance just now, and until when; `held`: AutoTele stopped, and goes on when a person says so. */
  waiting: z
    .object({
      reason: z.enum(['pace', 'telegram', 'offline', 'signed-out', 'restricted', 'paused', 'held']),
      until: Instant.nullable(),
    })
    .nullable(),
  /** A file on its way to Telegram: its message is placed once it is there. Bytes. */
  upload: z.object({ name: z.string(), done: z.number().int(), total: z.number().int() }).nullable(),
})
export type Progress = z.infer<typeof Progress>

/** Which messages: every condition that is given holds. `from` and `to` bound the date, `to` excluded. */
export const DeliveryFilter = z.strictObject({
  scope: z.enum(['upcoming', 'past', 'all']).default('upcoming'),
  accountId: AccountId.optional(),
  chatId: ChatId.optional(),
  planId: PlanId.optional(),
  states: z.array(DeliveryState).min(1).max(11).optional(),
  /** In the text, whatever the case and the accents. */
  text: z.string().trim().min(1).max(200).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
})
export type DeliveryFilter = z.infer<typeof DeliveryFilter>

const Ids = z.array(DeliveryId).min(1).max(500)

/** An entry of the calendar: enough to draw it and to move it. */
export const CalendarItem = DeliveryView.pick({
  id: true,
  accountId: true,
  chatId: true,
  chatTitle: true,
  at: true,
  local: true,
  timeZone: true,
  state: true,
  pending: true,
}).extend({ excerpt: z.string() })
export type CalendarItem = z.infer<typeof CalendarItem>

export const CalendarDay = z.object({
  /** `2027-07-14`, in the zone that was asked for. */
  day: z.iso.date(),
  total: z.number().int(),
  states: z.partialRecord(DeliveryState, z.number().int()),
  items: z.array(CalendarItem),
})
export type CalendarDay = z.infer<typeof CalendarDay>

export const QueueItem = z.object({
  at: Instant,
  text: z.string(),
  entities: z.array(TextEntity),
  media: z.boolean(),
})
export type QueueItem = z.infer<typeof QueueItem>

export const deliveries = {
  list: method(
    DeliveryFilter.extend({
      cursor: z.string().max(200).nullable().default(null),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    DeliveryPage,
  ),
  /** Some of them by id, in no particular order; unknown ones are left out. */
  get: method(z.strictObject({ ids: Ids }), z.array(DeliveryView)),
  /** Days with something on them, from the day of `from` to that of `to` included; `perDay` items of each at most. */
  calendar: method(
    z.strictObject({
      from: z.iso.date(),
      to: z.iso.date(),
      timeZone: TimeZone,
      accountId: AccountId.optional(),
      chatId: ChatId.optional(),
      perDay: z.number().int().min(0).max(500).default(4),
    }),
    z.array(CalendarDay),
  ),
  /** Another text, in place: date, silence, media and everything else stay as they are. */
  edit: method(
    z.strictObject({
      ids: Ids,
      text: z.string().max(100_000),
      entities: z.array(TextEntity).max(1000).default([]),
      linkPreview: z.boolean().optional(),
    }),
    Asked,
  ),
  /** Another date, in place. A wall-clock time is of the message's own zone; an instant is what it is. */
  move: method(
    z.strictObject({
      items: z
        .array(z.strictObject({ id: DeliveryId, to: z.union([Instant, LocalDateTime]) }))
        .min(1)
        .max(500),
    }),
    Asked,
  ),
  /** Published at once by Telegram, after a moment in which it can be taken back. */
  sendNow: method(z.strictObject({ ids: Ids }), Asked),
  /** Cancelled after a moment in which it can be taken back; nothing is cancelled if the program dies meanwhile. */
  cancelSoon: method(z.strictObject({ ids: Ids }), Asked),
  /** Takes back what is still held, and forgets what could not be done. */
  undo: method(z.strictObject({ ids: Ids }), z.object({ undone: z.array(DeliveryId) })),
  /** Of messages changed on another device: `mine` makes them again what they were here, `theirs` accepts the change. */
  resolve: method(z.strictObject({ ids: Ids, keep: z.enum(['mine', 'theirs']) }), Asked),
  /** Asks Telegram for one chat's queue: what stands there beside our messages, and how much of its room is taken. */
  queue: method(
    z.strictObject({ accountId: AccountId, chatId: ChatId }),
    z.object({ others: z.array(QueueItem), ours: z.number().int(), limit: z.number().int() }),
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

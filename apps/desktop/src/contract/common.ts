import { z } from 'zod'
import { ErrorCode } from './errors.ts'

// Shapes that several features speak of. Ids are opaque to the interface.

export const AccountId = z.string().min(1).max(64).brand('AccountId')
export type AccountId = z.infer<typeof AccountId>

/** Marked id as Telegram's clients write it: `123` a user, `-123` a basic group, `-100123` a channel or supergroup. */
export const ChatId = z
  .string()
  .regex(/^-?\d{1,20}$/)
  .brand('ChatId')
export type ChatId = z.infer<typeof ChatId>

export const PlanId = z.string().min(1).max(64).brand('PlanId')
export type PlanId = z.infer<typeof PlanId>

export const DeliveryId = z.string().min(1).max(64).brand('DeliveryId')
export type DeliveryId = z.infer<typeof DeliveryId>

export const DraftId = z.string().min(1).max(64).brand('DraftId')
export type DraftId = z.infer<typeof DraftId>

/** An instant, ISO 8601 in UTC: `2027-07-14T07:00:00Z`. */
export const Instant = z.iso.datetime({ offset: false })

/** A wall-clock time without a zone, to the minute or second: `2027-07-14T09:00`. */
export const LocalDateTime = z.iso
  .datetime({ local: true, offset: false })
  .refine(text => !text.endsWith('Z'))

/** An IANA zone id: `Europe/Paris`. Whether it exists is decided by the core, with a sentence. */
export const TimeZone = z.string().min(1).max(64)

export const Nothing = z.strictObject({})
export const Done = z.object({})

/** What was asked of many messages, each answering for itself. It is stored; how it went is told by the messages. */
export const Asked = z.object({
  asked: z.array(DeliveryId),
  failed: z.array(z.object({ id: DeliveryId, code: ErrorCode })),
  /** Until when `undo` takes it back; null for what begins at once. */
  until: Instant.nullable(),
})
export type Asked = z.infer<typeof Asked>

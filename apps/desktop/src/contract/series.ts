import { Recurrence } from '@autotele/shared'
import { z } from 'zod'
import { AccountId, ChatId, Instant, TimeZone } from './common.ts'
import { event, method } from './define.ts'
import { PlanMedia } from './media.ts'
import { RuleDate, TextEntity } from './plans.ts'

export const SeriesId = z.string().min(1).max(64).brand('SeriesId')
export type SeriesId = z.infer<typeof SeriesId>

/** `active` is topped up by itself · `paused` gives Telegram nothing new · `ended` for good: by its rule, or stopped. */
export const SeriesState = z.enum(['active', 'paused', 'ended'])
export type SeriesState = z.infer<typeof SeriesState>

export const SeriesView = z.object({
  id: SeriesId,
  accountId: AccountId,
  chats: z.array(z.object({ id: ChatId, title: z.string() })),
  /** As it was composed, variables in braces. */
  text: z.string(),
  entities: z.array(TextEntity),
  media: z.array(PlanMedia),
  rule: Recurrence,
  timeZone: TimeZone,
  state: SeriesState,
  /**
   * Why an active one is not topped up just now. `account`: it was removed here; `chats`: one may write in none of the
   * chats any more; `quota`: a chat has no place left.
   */
  waiting: z.enum(['license', 'account', 'signed-out', 'restricted', 'chats', 'quota']).nullable(),
  next: RuleDate.nullable(),
  /** Up to here everything is in Telegram's queue: it goes out with the computer switched off. */
  reserveUntil: Instant.nullable(),
  /** Messages of it in Telegram's queue, and here on their way to it. */
  atTelegram: z.number().int(),
  here: z.number().int(),
  /** Messages whose date passed before they could be given to Telegram. */
  missed: z.number().int(),
})
export type SeriesView = z.infer<typeof SeriesView>

const Change = z.object({
  series: SeriesView,
  /** Messages taken back from Telegram's queue, or changed there. */
  done: z.number().int(),
  /** Messages at Telegram for which that was not possible just now. */
  failed: z.number().int(),
})
const One = { id: SeriesId } as const

export const series = {
  list: method(z.strictObject({}), z.array(SeriesView)),
  /** The next dates of a rule; pure. Empty: the rule has come to its end, or its zone does not exist. */
  dates: method(
    z.strictObject({
      rule: Recurrence,
      timeZone: TimeZone,
      limit: z.number().int().min(1).max(50).default(10),
    }),
    z.object({ dates: z.array(RuleDate) }),
  ),
  /** `withdraw`: what is in Telegram's queue is taken back too; `resume` puts it there again. */
  pause: method(z.strictObject({ ...One, withdraw: z.boolean() }), Change),
  resume: method(z.strictObject(One), Change),
  end: method(z.strictObject({ ...One, withdraw: z.boolean() }), Change),
  /**
   * A new text for what is still to come; for what is in Telegram's queue already, only if `scheduled`. Refused, it has
   * changed nothing.
   */
  edit: method(
    z.strictObject({
      ...One,
      text: z.string().max(100_000),
      entities: z.array(TextEntity).max(1000),
      scheduled: z.boolean(),
      /** Another rule, other chats, another step between them: what is placed and no longer fits is taken back. */
      rule: Recurrence.optional(),
      timeZone: TimeZone.optional(),
      chatIds: z.array(ChatId).min(1).max(1000).optional(),
      staggerMinutes: z.number().int().min(0).max(1440).optional(),
    }),
    Change,
  ),
  /** Something of a series is not as it was: fetch again. */
  changed: event(z.object({})),
} as const

import { Recurrence } from '@autotele/shared'
import { z } from 'zod'
import { method } from './define.ts'
import {
  AccountId,
  Asked,
  ChatId,
  DraftId,
  Instant,
  LocalDateTime,
  Nothing,
  PlanId,
  TimeZone,
} from './common.ts'
import { ErrorCode } from './errors.ts'
import { AlbumLayout, MAX_ALBUM, PlanMedia } from './media.ts'

export { Recurrence } from '@autotele/shared'
export { MAX_TEXT_LENGTH, MAX_CAPTION_LENGTH, MAX_CAPTION_LENGTH_PREMIUM } from './limits.ts'

/** Formatting as Telegram stores it: offset and length in UTF-16 code units, which are JavaScript string indexes. */
export const TextEntity = z.object({
  type: z.enum([
    'bold',
    'italic',
    'underline',
    'strike',
    'code',
    'pre',
    'blockquote',
    'spoiler',
    'text-link',
  ]),
  offset: z.number().int().nonnegative(),
  length: z.number().int().positive(),
  url: z.url().optional(),
})
export type TextEntity = z.infer<typeof TextEntity>

/** Where in a chat, and as whom. `topicId` null: no topic, or the general one; `sendAs` null: the account itself. */
export const ChatPlace = z.strictObject({
  chatId: ChatId,
  topicId: z.number().int().positive().nullable().default(null),
  sendAs: ChatId.nullable().default(null),
})
export type ChatPlace = z.infer<typeof ChatPlace>

/** What the person composed. Bounds are checked by the preview, with a sentence for each, so that nothing typed is refused here. */
export const PlanDraft = z.strictObject({
  accountId: AccountId.nullable(),
  chatIds: z.array(ChatId).max(1000),
  text: z.string().max(100_000),
  entities: z.array(TextEntity).max(1000).default([]),
  /** In the order of the album; the text is its caption. */
  media: z.array(PlanMedia).max(MAX_ALBUM).default([]),
  /** At most one for a chat; a chat without one has neither topic nor other sender. */
  places: z.array(ChatPlace).max(1000).default([]),
  silent: z.boolean().default(false),
  linkPreview: z.boolean().default(true),
  /** Wall-clock times in `timeZone`; every chat gets the message at every one of them. */
  dates: z.array(LocalDateTime).max(366),
  timeZone: TimeZone,
  /** Which of the two counts: `dates`, or the rule. The other is kept, so that changing one's mind loses nothing. */
  mode: z.enum(['once', 'repeat']).default('once'),
  rule: Recurrence.nullable().default(null),
  /** Each chat gets the message so many minutes after the one before it; the order of `chatIds` is kept. */
  staggerMinutes: z.number().int().min(0).max(1440).default(0),
})
export type PlanDraft = z.infer<typeof PlanDraft>

/** Something to know before confirming. `blocker` forbids it, `warning` asks for a second look, `info` only tells. */
export const Finding = z.object({
  severity: z.enum(['blocker', 'warning', 'info']),
  code: z.union([
    ErrorCode,
    z.enum([
      'finding/many-chats',
      'finding/not-admin-in-many',
      'finding/slow-mode',
      'finding/dst-gap',
      'finding/dst-overlap',
      'finding/duplicate-in-chat',
      /** Another account of this installation has, or will have, the same text there within a day. */
      'finding/duplicate-from-account',
      'finding/quota-nearly-full',
      'finding/offline-placement',
      'finding/unknown-variable',
      'finding/series-short-reserve',
    ]),
  ]),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  chatIds: z.array(ChatId).default([]),
})
export type Finding = z.infer<typeof Finding>

/** What one chat will get. */
export const PreviewItem = z.object({
  chatId: ChatId,
  chatTitle: z.string(),
  at: Instant,
  /** The same moment on the wall clock of the plan's zone, after the daylight-saving rules. */
  local: LocalDateTime,
  text: z.string(),
  entities: z.array(TextEntity),
  /** Titles as last read from Telegram; null where there is none. */
  topic: z.string().nullable(),
  sendAs: z.string().nullable(),
})
export type PreviewItem = z.infer<typeof PreviewItem>

/** One date of a rule: `at` is `local` on the wall clock of its zone, moved where the clocks change (`adjustment`). */
export const RuleDate = z.object({
  at: Instant,
  local: LocalDateTime,
  adjustment: z.enum(['none', 'gap', 'overlap']),
})
export type RuleDate = z.infer<typeof RuleDate>

export const PlanPreview = z.object({
  /** Of a rule: what is given to Telegram now; the rest follows by itself. */
  items: z.array(PreviewItem),
  /** How far `items` reach and what comes next; null without a rule. */
  series: z.object({ reserveUntil: Instant.nullable(), dates: z.array(RuleDate) }).nullable(),
  /** How the files of each message are laid out; null without pictures and films. */
  album: AlbumLayout.nullable(),
  findings: z.array(Finding),
  /** How long placing takes under the pace of this account, in seconds. */
  placingSeconds: z.number().int(),
  /** Hand it back to `confirm`: what is confirmed is exactly what was shown. */
  token: z.string(),
})
export type PlanPreview = z.infer<typeof PlanPreview>

/** How a plan as a whole is doing: how many messages of it are in each state. */
export const PlanView = z.object({
  id: PlanId,
  paused: z.boolean(),
  states: z.record(z.string(), z.number().int()),
  total: z.number().int(),
})
export type PlanView = z.infer<typeof PlanView>

export const plans = {
  /** Pure: nothing is stored, nothing is asked of Telegram. */
  preview: method(PlanDraft, PlanPreview),
  /** Stores one delivery per chat and date, in one transaction, then starts placing them. Idempotent by `token`. */
  confirm: method(
    z.strictObject({ draft: PlanDraft, token: z.string().min(1).max(128) }),
    z.object({ planId: PlanId, deliveries: z.number().int() }),
  ),
  get: method(z.strictObject({ planId: PlanId }), PlanView),
  /** Nothing more of this plan is given to Telegram while paused; what is there already stays. */
  pause: method(z.strictObject({ planId: PlanId, paused: z.boolean() }), PlanView),
  /** Cancels everything of the plan that has not come out, after a moment in which `deliveries.undo` takes it back. */
  cancel: method(z.strictObject({ planId: PlanId }), Asked),
  /**
   * The composer's contents, saved as they are typed. Without `draftId` they are the open draft's (see `drafts`), or a
   * new one's where none is open; null removes it. With it, a late save cannot meet a draft opened meanwhile.
   */
  saveDraft: method(
    z.strictObject({ draft: PlanDraft.nullable(), draftId: DraftId.optional() }),
    z.object({ draftId: DraftId.nullable() }),
  ),
  loadDraft: method(Nothing, PlanDraft.nullable()),
} as const

import { z } from 'zod'
import { AccountId, ChatId, Done, DraftId, Instant, LocalDateTime, Nothing, TimeZone } from './common.ts'
import { event, method } from './define.ts'
import { PlanDraft, TextEntity } from './plans.ts'

// What a person keeps in order not to write it again. Names are compared without case and without blank ends.

const Id = z.string().min(1).max(64)
export const TemplateId = Id.brand('TemplateId')
export type TemplateId = z.infer<typeof TemplateId>
export const TargetListId = Id.brand('TargetListId')
export type TargetListId = z.infer<typeof TargetListId>

/** Too long or too short is answered with a sentence, so nothing typed is refused here. */
const Name = z.string().max(1000)
const Words = {
  text: z.string().max(100_000),
  entities: z.array(TextEntity).max(1000).default([]),
  silent: z.boolean().default(false),
  linkPreview: z.boolean().default(true),
}

export const Template = z.object({ id: TemplateId, name: z.string(), ...Words, updatedAt: Instant })
export type Template = z.infer<typeof Template>

/** In the order of the person. At most 500; `name/taken`, `name/missing`, `name/too-long`, `template/too-many`. */
export const templates = {
  list: method(Nothing, z.array(Template)),
  /** `id` null: a new one, put at the end. Also refuses `plan/empty-text` and `template/unknown`. */
  save: method(z.strictObject({ id: TemplateId.nullable(), name: Name, ...Words }), Template),
  remove: method(z.strictObject({ id: TemplateId }), Done),
  /** The whole order; those left out keep theirs, behind. */
  reorder: method(z.strictObject({ ids: z.array(TemplateId).max(1000) }), z.array(Template)),
  changed: event(z.array(Template)),
} as const

/** `gone`: the account is no longer in it; `no-rights`: it may not write there, as far as is known. */
export const ListedChat = z.object({
  id: ChatId,
  title: z.string(),
  state: z.enum(['ok', 'gone', 'no-rights']),
})
export type ListedChat = z.infer<typeof ListedChat>

/** A list whose account is removed goes with it. A group that became a supergroup is followed there. */
export const TargetList = z.object({
  id: TargetListId,
  accountId: AccountId,
  name: z.string(),
  chats: z.array(ListedChat),
  /** How many of `chats` are not `ok`. */
  problems: z.int(),
  updatedAt: Instant,
})
export type TargetList = z.infer<typeof TargetList>

export const lists = {
  /** By name. Null: of every account. */
  list: method(z.strictObject({ accountId: AccountId.nullable().default(null) }), z.array(TargetList)),
  /** `id` null: a new one. `name/*`, `plan/no-chat`, `list/unknown`, `list/too-many` (200 per account). */
  save: method(
    z.strictObject({
      id: TargetListId.nullable(),
      accountId: AccountId,
      name: Name,
      chatIds: z.array(ChatId).max(1000),
    }),
    TargetList,
  ),
  remove: method(z.strictObject({ id: TargetListId }), Done),
  /** Ask again for the lists: one was changed, or chats came or went. */
  changed: event(Nothing),
} as const

/** One of several drafts, as a list shows it; `drafts.open` gives the whole. */
export const DraftSummary = z.object({
  id: DraftId,
  accountId: AccountId.nullable(),
  /** At most 120 characters, on one line. */
  beginning: z.string(),
  chats: z.int(),
  dates: z.int(),
  repeats: z.boolean(),
  updatedAt: Instant,
  /** The one in the composer. */
  current: z.boolean(),
})
export type DraftSummary = z.infer<typeof DraftSummary>

export const OpenDraft = z.object({ id: DraftId, draft: PlanDraft })
export type OpenDraft = z.infer<typeof OpenDraft>

/**
 * Several drafts beside the composer's. The composer's own is saved by `plans.saveDraft`, which begins a new one where
 * none is open and removes the open one when given null.
 */
export const drafts = {
  /** Newest first; at most 200, beyond which the oldest is given up. */
  list: method(Nothing, z.array(DraftSummary)),
  /** From now on it is the composer's. `draft/unknown`. */
  open: method(z.strictObject({ id: DraftId }), OpenDraft),
  /** The composer begins with nothing; the draft that was open stays in the list. */
  leave: method(Nothing, Done),
  remove: method(z.strictObject({ id: DraftId }), Done),
  changed: event(z.array(DraftSummary)),
} as const

/** What a new message of one account begins with, and how much slower than the rest that account is to go. */
export const AccountDefaults = z.strictObject({
  accountId: AccountId,
  ...Words,
  /** `09:00`, at most 24, in order. */
  hours: z
    .array(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/))
    .max(24)
    .default([]),
  /** Null: the one of the settings. */
  timeZone: TimeZone.nullable().default(null),
  /** Null: the pace of the settings. A faster one than theirs has no effect. */
  pace: z
    .strictObject({ delaySeconds: z.number().min(3).max(3600), perMinute: z.int().min(1).max(20) })
    .nullable()
    .default(null),
})
export type AccountDefaults = z.infer<typeof AccountDefaults>

export const defaults = {
  /** Of an account that has none: empty ones. `account/unknown`. */
  get: method(z.strictObject({ accountId: AccountId }), AccountDefaults),
  /** `plan/zone-unknown`, `account/unknown`. */
  save: method(AccountDefaults, AccountDefaults),
  changed: event(AccountDefaults),
} as const

export const messages = {
  /**
   * Sends to the account's own Saved Messages, at once, what `chatId` would get at `date`: its variables are filled in
   * as the preview fills them; without a chat they are those of Saved Messages. Refuses `plan/empty-text`,
   * `plan/text-too-long`, `account/not-connected`, `license/required`, `telegram/*`.
   */
  test: method(
    z.strictObject({ draft: PlanDraft, chatId: ChatId.nullable(), date: LocalDateTime.nullable() }),
    z.object({ text: z.string(), entities: z.array(TextEntity) }),
  ),
} as const

import { z } from 'zod'
import { event, method } from './define.ts'
import { AccountId, ChatId, Instant } from './common.ts'
import { MediaKind } from './media.ts'

export const ChatKind = z.enum(['saved', 'user', 'group', 'supergroup', 'channel'])

/** A subject of a forum; 1 is the general one. */
export const ChatTopic = z.object({ id: z.int(), title: z.string(), closed: z.boolean() })
export type ChatTopic = z.infer<typeof ChatTopic>

/** Who a message may come from there: the account itself, its channels, or the group for anonymous administrators. */
export const SendAsIdentity = z.object({ id: ChatId, title: z.string(), premiumRequired: z.boolean() })
export type SendAsIdentity = z.infer<typeof SendAsIdentity>

/** A chat of one account, with the rights that decide what may be scheduled there. */
export const ChatView = z.object({
  id: ChatId,
  title: z.string(),
  username: z.string().nullable(),
  kind: ChatKind,
  forum: z.boolean(),
  memberCount: z.number().int().nullable(),
  /** May this account post a text here, as far as its cached rights tell? */
  canPost: z.boolean(),
  /** Kinds of files this account may post there, as far as its cached rights tell. */
  mediaKinds: z.array(MediaKind),
  /** Stars that Telegram asks for each message there; 0 nearly everywhere. */
  paidStars: z.number().int().nonnegative(),
  /** Owner or administrator. */
  admin: z.boolean(),
  slowModeSeconds: z.number().int(),
  /** As last read; empty where there are none or they have not been asked for. */
  topics: z.array(ChatTopic),
  sendAs: z.array(SendAsIdentity),
})
export type ChatView = z.infer<typeof ChatView>

export const ChatList = z.object({ chats: z.array(ChatView), refreshedAt: Instant.nullable() })
export type ChatList = z.infer<typeof ChatList>

export const targets = {
  /** From the cache; the first time, or with `refresh`, from Telegram (pages of 100, paced). */
  list: method(z.strictObject({ accountId: AccountId, refresh: z.boolean().default(false) }), ChatList),
  /** Reads the topics and the identities of one chat from Telegram, and keeps them. */
  details: method(z.strictObject({ accountId: AccountId, chatId: ChatId }), ChatView),
  changed: event(z.object({ accountId: AccountId })),
} as const

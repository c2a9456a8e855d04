import { z } from 'zod'
import { event, method } from './define.ts'
import { AccountId, ChatId, Instant } from './common.ts'

export const ChatKind = z.enum(['saved', 'user', 'group', 'supergroup', 'channel'])

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
  /** Owner or administrator. */
  admin: z.boolean(),
  slowModeSeconds: z.number().int(),
})
export type ChatView = z.infer<typeof ChatView>

export const ChatList = z.object({ chats: z.array(ChatView), refreshedAt: Instant.nullable() })
export type ChatList = z.infer<typeof ChatList>

export const targets = {
  /** From the cache; the first time, or with `refresh`, from Telegram (pages of 100, paced). */
  list: method(z.strictObject({ accountId: AccountId, refresh: z.boolean().default(false) }), ChatList),
  changed: event(z.object({ accountId: AccountId })),
} as const

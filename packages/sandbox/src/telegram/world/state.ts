import { z } from 'zod'
import type { TlObject } from '../tl/value.ts'
import { loginSchema } from './login.ts'

// What the world holds. Plain data, so that it can be written to a file and checked when it is read back.

const peerPattern = /^(user|chat|channel):[1-9]\d*$/
const peerKey = z.custom<PeerKey>(value => typeof value === 'string' && peerPattern.test(value))

/** A conversation: a person (oneself for Saved Messages), a basic group, or a channel or supergroup. */
export type PeerKey = `user:${number}` | `chat:${number}` | `channel:${number}`

const entity = z.custom<TlObject>(value => typeof value === 'object' && value !== null && '_' in value)

/** What the restrictions of a chat tell apart (https://core.telegram.org/constructor/chatBannedRights). */
export const MEDIA_KINDS = [
  'photo',
  'video',
  'roundvideo',
  'audio',
  'voice',
  'gif',
  'sticker',
  'document',
] as const

// Fields with a default were not in the first state files.
const fileSchema = z.object({
  /** 64 bits, decimal. */
  id: z.string(),
  /** Where its bytes are. */
  blob: z.string(),
  kind: z.enum(MEDIA_KINDS),
  size: z.number(),
  mimeType: z.string(),
  /** Seconds. */
  date: z.number(),
  width: z.number(),
  height: z.number(),
  /** Of a document, as they were sent. */
  attributes: z.array(entity),
  /** Part of each reference; a reference of an earlier generation has expired. */
  generation: z.number(),
})

const mediaSchema = z.object({
  fileId: z.string(),
  spoiler: z.boolean(),
})

const messageSchema = z.object({
  id: z.number(),
  /** The same for all copies of one message. */
  uid: z.string().default(''),
  /** Place of its last change in the flow of updates of the box or channel, and of its beginning. */
  pts: z.number(),
  bornPts: z.number().default(0),
  from: z.number(),
  peer: peerKey,
  /** Seconds; for a scheduled message the due date. */
  date: z.number(),
  editDate: z.number().nullable(),
  text: z.string(),
  entities: z.array(entity),
  silent: z.boolean(),
  fromScheduled: z.boolean(),
  topicId: z.number().nullable(),
  replyTo: z.number().nullable(),
  media: mediaSchema.nullable().default(null),
  /** Decimal; what the items of one album share. */
  groupedId: z.string().nullable().default(null),
  /** Whose name stands above it, when that is not the sender. */
  sendAs: peerKey.nullable().default(null),
  /** Of the link whose preview is shown. */
  previewUrl: z.string().nullable().default(null),
  noforwards: z.boolean().default(false),
  invertMedia: z.boolean().default(false),
  /** Native repetition, seconds. */
  repeatSeconds: z.number().nullable().default(null),
  /** Of a service message. */
  action: entity.nullable().default(null),
})

// What is gone, for clients that were away.
const deletedSchema = z.array(z.object({ pts: z.number(), id: z.number() })).default([])

const boxSchema = z.object({
  pts: z.number(),
  nextId: z.number(),
  history: z.record(z.string(), z.array(messageSchema)),
  scheduled: z.record(z.string(), z.object({ nextId: z.number(), messages: z.array(messageSchema) })),
  deleted: deletedSchema,
  randomIds: z.array(z.string()),
  pinned: z.array(peerKey),
})

export const ADMIN_RIGHTS = [
  'change_info',
  'post_messages',
  'edit_messages',
  'delete_messages',
  'ban_users',
  'invite_users',
  'pin_messages',
  'manage_topics',
  'anonymous',
  'other',
] as const

export const BANNED_RIGHTS = [
  'view_messages',
  'send_messages',
  'send_media',
  'send_plain',
  'send_photos',
  'send_videos',
  'send_roundvideos',
  'send_audios',
  'send_voices',
  'send_docs',
  'send_gifs',
  'send_stickers',
  'embed_links',
  'send_polls',
  'change_info',
  'invite_users',
  'pin_messages',
  'manage_topics',
] as const

const memberSchema = z.object({
  role: z.enum(['creator', 'admin', 'member', 'left', 'banned']),
  adminRights: z.array(z.enum(ADMIN_RIGHTS)),
  bannedRights: z.array(z.enum(BANNED_RIGHTS)),
})

const chatSchema = z.object({
  id: z.number(),
  kind: z.enum(['group', 'supergroup', 'channel']),
  title: z.string(),
  about: z.string(),
  username: z.string().nullable(),
  createdAt: z.number(),
  participants: z.number(),
  members: z.record(z.string(), memberSchema),
  defaultBanned: z.array(z.enum(BANNED_RIGHTS)),
  slowModeSeconds: z.number(),
  /** Not null for a forum. */
  topics: z.array(z.object({ id: z.number(), title: z.string(), closed: z.boolean() })).nullable(),
  deactivated: z.boolean(),
  migratedTo: z.number().nullable(),
  migratedFrom: z.object({ id: z.number(), maxId: z.number() }).nullable().default(null),
  /** Closed by Telegram itself: nobody but administrators can write. */
  restricted: z.boolean().default(false),
  noforwards: z.boolean().default(false),
  /** Price of one message in stars; 0 where writing is free. */
  messagePrice: z.number().default(0),
  /** Of channels and supergroups: everyone sees the same messages. Empty for a basic group. */
  posts: z.object({
    pts: z.number(),
    nextId: z.number(),
    messages: z.array(messageSchema),
    deleted: deletedSchema,
  }),
  lastPostBy: z.record(z.string(), z.number()),
})

const userSchema = z.object({
  id: z.number(),
  firstName: z.string(),
  lastName: z.string(),
  username: z.string().nullable(),
  phone: z.string().nullable(),
  bot: z.boolean(),
  premium: z.boolean(),
  /** What Telegram answers instead of sending for this account: to its next send, or to all. */
  sendRefusal: z.object({ code: z.number(), text: z.string(), once: z.boolean() }).nullable().default(null),
  /** For who can sign in. */
  login: loginSchema.nullable(),
})

export const worldStateSchema = z.object({
  /** Access hashes are made from it, one for each account and peer, as on the real service. */
  secret: z.string(),
  users: z.record(z.string(), userSchema),
  chats: z.record(z.string(), chatSchema),
  boxes: z.record(z.string(), boxSchema),
  files: z.record(z.string(), fileSchema).default({}),
})

export type MediaKind = (typeof MEDIA_KINDS)[number]
export type StoredFile = z.infer<typeof fileSchema>
export type Media = z.infer<typeof mediaSchema>
export type Message = z.infer<typeof messageSchema>
export type Box = z.infer<typeof boxSchema>
export type Member = z.infer<typeof memberSchema>
export type Chat = z.infer<typeof chatSchema>
export type User = z.infer<typeof userSchema>
export type WorldState = z.infer<typeof worldStateSchema>
export type AdminRight = (typeof ADMIN_RIGHTS)[number]
export type BannedRight = (typeof BANNED_RIGHTS)[number]

/** The key under which the world knows a chat. */
export const keyOfChat = (chat: Chat): PeerKey =>
  chat.kind === 'group' ? `chat:${chat.id}` : `channel:${chat.id}`

export const keyOfUser = (userId: number): PeerKey => `user:${userId}`

export const splitKey = (peer: PeerKey): { kind: 'user' | 'chat' | 'channel'; id: number } => {
  const [kind, id] = peer.split(':')
  if (kind !== 'user' && kind !== 'chat' && kind !== 'channel') throw new TypeError(`not a peer: ${peer}`)
  return { kind, id: Number(id) }
}

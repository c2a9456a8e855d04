import { RpcError } from '../errors.ts'
import type { AdminRight, BannedRight, Chat, MediaKind, Member } from './state.ts'

/** Administrators and the creator are not held by the chat's restrictions. */
export const isAdmin = (member: Member | undefined): boolean =>
  member?.role === 'creator' || member?.role === 'admin'

export const isInside = (member: Member | undefined): boolean =>
  member !== undefined && member.role !== 'left' && member.role !== 'banned'

export const hasAdminRight = (member: Member | undefined, right: AdminRight): boolean =>
  member?.role === 'creator' || (member?.role === 'admin' && member.adminRights.includes(right))

/** What a message brings, as rights tell it apart. */
export type Content = MediaKind | 'plain'

/** The right that a content needs. */
const RIGHTS: Readonly<Record<Content, BannedRight>> = {
  plain: 'send_plain',
  photo: 'send_photos',
  video: 'send_videos',
  roundvideo: 'send_roundvideos',
  audio: 'send_audios',
  voice: 'send_voices',
  document: 'send_docs',
  gif: 'send_gifs',
  sticker: 'send_stickers',
}

/**
 * Throws what Telegram answers to this content sent by this member (https://core.telegram.org/method/messages.sendMedia,
 * "Possible errors").
 */
export const checkMayWrite = (chat: Chat, member: Member | undefined, content: Content = 'plain'): void => {
  if (chat.kind === 'channel') {
    if (!hasAdminRight(member, 'post_messages')) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED')
    return
  }
  if (chat.migratedTo !== null) throw new RpcError(400, 'CHAT_ID_INVALID')
  if (chat.deactivated || !isInside(member)) throw new RpcError(403, 'CHAT_WRITE_FORBIDDEN')
  if (isAdmin(member)) return
  if (chat.restricted) throw new RpcError(400, 'CHAT_RESTRICTED')
  if (member?.bannedRights.includes('send_messages')) throw new RpcError(400, 'USER_BANNED_IN_CHANNEL')
  if (chat.defaultBanned.includes('send_messages')) throw new RpcError(403, 'CHAT_WRITE_FORBIDDEN')
  const banned = (right: BannedRight): boolean =>
    chat.defaultBanned.includes(right) || member?.bannedRights.includes(right) === true
  if (content !== 'plain' && banned('send_media')) throw new RpcError(403, 'CHAT_SEND_MEDIA_FORBIDDEN')
  const right = RIGHTS[content]
  if (banned(right)) throw new RpcError(403, `CHAT_${right.toUpperCase()}_FORBIDDEN`)
  if (chat.messagePrice > 0) throw new RpcError(403, `ALLOW_PAYMENT_REQUIRED_${chat.messagePrice}`)
}

/** Throws SLOWMODE_WAIT_n while a member has to wait; scheduled messages are not held by it. */
export const checkSlowMode = (
  chat: Chat,
  member: Member | undefined,
  userId: number,
  now: number,
  count = 1,
): void => {
  if (chat.slowModeSeconds === 0 || isAdmin(member)) return
  if (count > 1) throw new RpcError(400, 'SLOWMODE_MULTI_MSGS_DISABLED')
  const last = chat.lastPostBy[userId]
  if (last === undefined) return
  const wait = last + chat.slowModeSeconds - now
  if (wait > 0) throw new RpcError(420, `SLOWMODE_WAIT_${wait}`)
}

/** Throws when a text cannot go to this topic; null is the chat itself, or the general topic of a forum. */
export const checkTopic = (chat: Chat, member: Member | undefined, topicId: number | null): void => {
  if (chat.topics === null) return
  const topic = chat.topics.find(one => one.id === (topicId ?? GENERAL_TOPIC))
  if (!topic) throw new RpcError(400, 'TOPIC_DELETED')
  if (topic.closed && !hasAdminRight(member, 'manage_topics')) throw new RpcError(400, 'TOPIC_CLOSED')
}

/** https://core.telegram.org/api/forum: the general topic has id 1, and needs no reply_to. */
export const GENERAL_TOPIC = 1

import { RpcError } from '../errors.ts'
import type { AdminRight, Chat, Member } from './state.ts'

/** Administrators and the creator are not held by the chat's restrictions. */
export const isAdmin = (member: Member | undefined): boolean =>
  member?.role === 'creator' || member?.role === 'admin'

export const isInside = (member: Member | undefined): boolean =>
  member !== undefined && member.role !== 'left' && member.role !== 'banned'

export const hasAdminRight = (member: Member | undefined, right: AdminRight): boolean =>
  member?.role === 'creator' || (member?.role === 'admin' && member.adminRights.includes(right))

/**
 * Throws what Telegram answers to a text sent by this member (https://core.telegram.org/method/messages.sendMessage,
 * "Possible errors").
 */
export const checkMayWrite = (chat: Chat, member: Member | undefined): void => {
  if (chat.kind === 'channel') {
    if (!hasAdminRight(member, 'post_messages')) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED')
    return
  }
  if (chat.deactivated || !isInside(member)) throw new RpcError(403, 'CHAT_WRITE_FORBIDDEN')
  if (isAdmin(member)) return
  if (member?.bannedRights.includes('send_messages')) throw new RpcError(400, 'USER_BANNED_IN_CHANNEL')
  if (chat.defaultBanned.includes('send_messages')) throw new RpcError(403, 'CHAT_WRITE_FORBIDDEN')
  if (chat.defaultBanned.includes('send_plain') || member?.bannedRights.includes('send_plain')) {
    throw new RpcError(403, 'CHAT_SEND_PLAIN_FORBIDDEN')
  }
}

/** Throws SLOWMODE_WAIT_n while a member has to wait; scheduled messages are not held by it. */
export const checkSlowMode = (chat: Chat, member: Member | undefined, userId: number, now: number): void => {
  const last = chat.lastPostBy[userId]
  if (chat.slowModeSeconds === 0 || isAdmin(member) || last === undefined) return
  const wait = last + chat.slowModeSeconds - now
  if (wait > 0) throw new RpcError(420, `SLOWMODE_WAIT_${wait}`)
}

/** Throws when a text cannot go to this topic; null is the chat itself, or the general topic of a forum. */
export const checkTopic = (chat: Chat, member: Member | undefined, topicId: number | null): void => {
  if (chat.topics === null || topicId === null) return
  const topic = chat.topics.find(one => one.id === topicId)
  if (!topic) throw new RpcError(400, 'TOPIC_DELETED')
  if (topic.closed && !hasAdminRight(member, 'manage_topics')) throw new RpcError(400, 'TOPIC_CLOSED')
}

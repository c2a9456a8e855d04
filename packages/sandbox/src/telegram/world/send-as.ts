import { hasAdminRight } from './rights.ts'
import { keyOfChat, keyOfUser } from './state.ts'
import type { Chat, PeerKey } from './state.ts'
import type { WorldCore } from './world.ts'

/**
 * In whose name an account may write in a chat, the usual one first (https://core.telegram.org/api/send-as): itself; a
 * group as its anonymous administrator; in public groups, each public channel that it owns. A channel writes as itself.
 */
export const sendAsOf = (world: WorldCore, userId: number, chat: Chat): PeerKey[] => {
  const self = keyOfUser(userId)
  if (chat.kind === 'channel') return [keyOfChat(chat)]
  if (chat.kind === 'group') return [self]
  const member = world.member(chat, userId)
  const anonymous = member?.role === 'admin' && hasAdminRight(member, 'anonymous')
  if (anonymous) return [keyOfChat(chat)]
  const asGroup = member?.role === 'creator' ? [keyOfChat(chat)] : []
  if (chat.username === null) return [self, ...asGroup]
  const owned = Object.values(world.state.chats).filter(
    one => one.kind === 'channel' && one.username !== null && world.member(one, userId)?.role === 'creator',
  )
  return [self, ...asGroup, ...owned.map(keyOfChat)]
}

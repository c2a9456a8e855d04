import { RpcError } from '../errors.ts'
import { long, longs, maybe, object, objects, text } from '../tl/fields.ts'
import { scheduledOf } from '../world/schedule.ts'
import { keyOfChat, keyOfUser } from '../world/state.ts'
import type { Chat } from '../world/state.ts'
import { checkMayRead } from '../world/world.ts'
import type { Context, Handler } from './context.ts'
import { channelField, userField } from './peers.ts'
import {
  aroundView,
  chatView,
  membersOf,
  notifySettings,
  participantsView,
  peerView,
  userView,
} from './views.ts'

// Users, chats and what is known of them at length.

const hasScheduled = ({ world, user }: Context, chat: Chat): boolean =>
  scheduledOf(world, user.id, keyOfChat(chat)).length > 0

const getFullUser: Handler = (request, context) => {
  const { world, user, view } = context
  const other = userField(context, object(request, 'id'))
  return {
    _: 'users.userFull',
    full_user: {
      _: 'userFull',
      id: other.id,
      has_scheduled: scheduledOf(world, user.id, keyOfUser(other.id)).length > 0,
      settings: { _: 'peerSettings' },
      notify_settings: notifySettings,
      common_chats_count: 0,
    },
    chats: [],
    users: [userView(view, other)],
  }
}

const getFullChannel: Handler = (request, context) => {
  const chat = channelField(context, object(request, 'channel'))
  const last = chat.lastPostBy[context.user.id]
  const next = last === undefined ? 0 : last + chat.slowModeSeconds
  const waits = chat.slowModeSeconds > 0 && next > context.world.now()
  return {
    _: 'messages.chatFull',
    full_chat: {
      _: 'channelFull',
      id: chat.id,
      about: chat.about,
      has_scheduled: hasScheduled(context, chat),
      participants_count: chat.participants,
      read_inbox_max_id: 0,
      read_outbox_max_id: 0,
      unread_count: 0,
      chat_photo: { _: 'photoEmpty', id: 0 },
      notify_settings: notifySettings,
      bot_info: [],
      migrated_from_chat_id: chat.migratedFrom?.id,
      migrated_from_max_id: chat.migratedFrom?.maxId,
      slowmode_seconds: chat.slowModeSeconds > 0 ? chat.slowModeSeconds : undefined,
      slowmode_next_send_date: waits ? next : undefined,
      pts: chat.posts.pts,
    },
    ...aroundView(context.view, [], [keyOfChat(chat)]),
  }
}

const getFullChat: Handler = (request, context) => {
  const peer = `chat:${Number(long(request, 'chat_id'))}` as const
  checkMayRead(context.world, peer, context.user.id)
  const chat = context.world.chat(peer)
  if (!chat) throw new RpcError(400, 'CHAT_ID_INVALID')
  const inside = membersOf(chat)
  return {
    _: 'messages.chatFull',
    full_chat: {
      _: 'chatFull',
      id: chat.id,
      about: chat.about,
      has_scheduled: hasScheduled(context, chat),
      participants: participantsView(chat, context.world.member(chat, context.user.id)),
      notify_settings: notifySettings,
    },
    ...aroundView(context.view, [], [peer, ...inside.map(keyOfUser)]),
  }
}

const resolveUsername: Handler = (request, context) => {
  const { world, view } = context
  const wanted = text(request, 'username').replace(/^@/, '').toLowerCase()
  const same = (name: string | null): boolean => name?.toLowerCase() === wanted
  const user = Object.values(world.state.users).find(one => same(one.username))
  const chat = Object.values(world.state.chats).find(one => same(one.username))
  const peer = user ? keyOfUser(user.id) : chat && keyOfChat(chat)
  if (wanted === '') throw new RpcError(400, 'USERNAME_INVALID')
  if (!peer) throw new RpcError(400, 'USERNAME_NOT_OCCUPIED')
  return { _: 'contacts.resolvedPeer', peer: peerView(peer), ...aroundView(view, [], [peer]) }
}

export const entityHandlers: Record<string, Handler> = {
  'users.getUsers': (request, context) =>
    objects(request, 'id').map(input => {
      try {
        return userView(context.view, userField(context, input))
      } catch (error) {
        // One that is not known is an empty user, not an error (https://core.telegram.org/method/users.getUsers).
        if (error instanceof RpcError) return { _: 'userEmpty', id: maybe(long, input, 'user_id') ?? 0n }
        throw error
      }
    }),
  'users.getFullUser': getFullUser,
  'channels.getChannels': (request, context) => ({
    _: 'messages.chats',
    chats: objects(request, 'id').map(input => chatView(context.view, channelField(context, input))),
  }),
  'messages.getChats': (request, context) => ({
    _: 'messages.chats',
    chats: longs(request, 'id').flatMap(id => {
      const chat = context.world.chat(`chat:${Number(id)}`)
      return chat ? [chatView(context.view, chat)] : []
    }),
  }),
  'channels.getFullChannel': getFullChannel,
  'messages.getFullChat': getFullChat,
  'contacts.resolveUsername': resolveUsername,
}

import { RpcError } from '../errors.ts'
import { int, long, longs, maybe, object, objects, text } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { historyOf } from '../world/messages.ts'
import { isInside } from '../world/rights.ts'
import { scheduledOf } from '../world/schedule.ts'
import { keyOfChat, keyOfUser } from '../world/state.ts'
import type { Chat } from '../world/state.ts'
import { checkMayRead } from '../world/world.ts'
import type { Context, Handler } from './context.ts'
import { channelField, peerOf, userField } from './peers.ts'
import { aroundView, chatView, messageView, notifySettings, peerView, userView } from './views.ts'

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
      slowmode_seconds: chat.slowModeSeconds > 0 ? chat.slowModeSeconds : undefined,
      slowmode_next_send_date: waits ? next : undefined,
      pts: chat.posts.pts,
    },
    ...aroundView(context.view, [], [keyOfChat(chat)]),
  }
}

const participantView = (chat: Chat, userId: number): TlObject => {
  const role = chat.members[userId]?.role
  if (role === 'creator') return { _: 'chatParticipantCreator', user_id: userId }
  const name = role === 'admin' ? 'chatParticipantAdmin' : 'chatParticipant'
  return { _: name, user_id: userId, inviter_id: userId, date: chat.createdAt }
}

const getFullChat: Handler = (request, context) => {
  const peer = `chat:${Number(long(request, 'chat_id'))}` as const
  checkMayRead(context.world, peer, context.user.id)
  const chat = context.world.chat(peer)
  if (!chat) throw new RpcError(400, 'CHAT_ID_INVALID')
  const inside = Object.keys(chat.members)
    .map(Number)
    .filter(id => isInside(chat.members[id]))
  return {
    _: 'messages.chatFull',
    full_chat: {
      _: 'chatFull',
      id: chat.id,
      about: chat.about,
      has_scheduled: hasScheduled(context, chat),
      participants: {
        _: 'chatParticipants',
        chat_id: chat.id,
        participants: inside.map(id => participantView(chat, id)),
        version: 1,
      },
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

const getForumTopics: Handler = (request, context) => {
  const { world, user, view } = context
  const peer = peerOf(context, object(request, request._ === 'channels.getForumTopics' ? 'channel' : 'peer'))
  const chat = world.chat(peer)
  if (!chat?.topics) throw new RpcError(400, 'CHANNEL_FORUM_MISSING')
  const search = maybe(text, request, 'q')?.toLowerCase() ?? ''
  const all = chat.topics.filter(topic => topic.title.toLowerCase().includes(search))
  const after = int(request, 'offset_topic')
  const start = after === 0 ? 0 : all.findIndex(topic => topic.id === after) + 1
  const page = all.slice(start, start + Math.max(1, Math.min(100, int(request, 'limit'))))
  const history = historyOf(world, user.id, peer)
  const tops = page.map(topic => history.findLast(message => (message.topicId ?? 1) === topic.id))
  const messages = tops.filter(message => message !== undefined)
  return {
    _: 'messages.forumTopics',
    count: all.length,
    topics: page.map((topic, i) => ({
      _: 'forumTopic',
      closed: topic.closed,
      id: topic.id,
      date: chat.createdAt,
      title: topic.title,
      icon_color: 0x6fb9f0,
      peer: peerView(peer),
      top_message: tops[i]?.id ?? topic.id,
      read_inbox_max_id: 0,
      read_outbox_max_id: 0,
      unread_count: 0,
      unread_mentions_count: 0,
      unread_reactions_count: 0,
      from_id: peerView(keyOfUser(user.id)),
      notify_settings: notifySettings,
    })),
    messages: messages.map(message => messageView(view, message)),
    ...aroundView(view, messages, [peer]),
    pts: chat.posts.pts,
  }
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
  'channels.getForumTopics': getForumTopics,
  'messages.getForumTopics': getForumTopics,
}

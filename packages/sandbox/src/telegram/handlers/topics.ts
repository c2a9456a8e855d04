import { RpcError } from '../errors.ts'
import { int, ints, maybe, object, text } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { historyOf } from '../world/messages.ts'
import { GENERAL_TOPIC } from '../world/rights.ts'
import { keyOfChat, keyOfUser } from '../world/state.ts'
import type { Chat } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { peerOf } from './peers.ts'
import { aroundView, messageView, notifySettings, peerView } from './views.ts'

// https://core.telegram.org/api/forum. The methods moved from `channels` to `messages` in layer 215; both are served.

const MOST_TOPICS = 100

type Forum = Chat & { topics: NonNullable<Chat['topics']> }

const isForum = (chat: Chat | undefined): chat is Forum => chat?.topics != null

const forumField = (context: Context, request: TlObject): Forum => {
  const field = request._.startsWith('channels.') ? 'channel' : 'peer'
  const chat = context.world.chat(peerOf(context, object(request, field)))
  if (!isForum(chat)) throw new RpcError(400, 'CHANNEL_FORUM_MISSING')
  return chat
}

const topicsView = (
  { world, user, view }: Context,
  chat: Forum,
  topics: Forum['topics'],
  count: number,
  deleted: readonly number[] = [],
): TlObject => {
  const peer = keyOfChat(chat)
  const history = historyOf(world, user.id, peer)
  const tops = topics.map(topic =>
    history.findLast(message => (message.topicId ?? GENERAL_TOPIC) === topic.id),
  )
  const messages = tops.filter(message => message !== undefined)
  return {
    _: 'messages.forumTopics',
    count,
    topics: [
      ...topics.map((topic, i) => ({
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
      ...deleted.map(id => ({ _: 'forumTopicDeleted', id })),
    ],
    messages: messages.map(message => messageView(view, message)),
    ...aroundView(view, messages, [peer]),
    pts: chat.posts.pts,
  }
}

const getForumTopics: Handler = (request, context) => {
  const chat = forumField(context, request)
  const search = maybe(text, request, 'q')?.toLowerCase() ?? ''
  const all = chat.topics.filter(topic => topic.title.toLowerCase().includes(search))
  const after = int(request, 'offset_topic')
  const start = after === 0 ? 0 : all.findIndex(topic => topic.id === after) + 1
  const page = all.slice(start, start + Math.max(1, Math.min(MOST_TOPICS, int(request, 'limit'))))
  return topicsView(context, chat, page, all.length)
}

const getForumTopicsByID: Handler = (request, context) => {
  const chat = forumField(context, request)
  const ids = ints(request, 'topics')
  const page = chat.topics.filter(topic => ids.includes(topic.id))
  const deleted = ids.filter(id => !page.some(topic => topic.id === id))
  return topicsView(context, chat, page, ids.length, deleted)
}

export const topicHandlers: Record<string, Handler> = {
  'channels.getForumTopics': getForumTopics,
  'messages.getForumTopics': getForumTopics,
  'channels.getForumTopicsByID': getForumTopicsByID,
  'messages.getForumTopicsByID': getForumTopicsByID,
}

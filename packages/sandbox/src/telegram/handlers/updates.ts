import { int, object } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { keyOfChat } from '../world/state.ts'
import type { Message } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { channelField } from './peers.ts'
import { aroundView, messageView } from './views.ts'

const MOST_AT_ONCE = 500

const stateOf = ({ world, user }: Context): TlObject => ({
  _: 'updates.state',
  pts: world.box(user.id).pts,
  qts: 0,
  date: world.now(),
  seq: 1,
  unread_count: 0,
})

const since = (messages: readonly Message[], pts: number): Message[] =>
  messages.filter(message => message.pts > pts).sort((a, b) => a.pts - b.pts)

const getDifference: Handler = (request, context) => {
  const { world, user, view } = context
  const box = world.box(user.id)
  const missed = since(Object.values(box.history).flat(), int(request, 'pts'))
  if (missed.length > MOST_AT_ONCE) return { _: 'updates.differenceTooLong', pts: box.pts }
  if (missed.length === 0) return { _: 'updates.differenceEmpty', date: world.now(), seq: 1 }
  return {
    _: 'updates.difference',
    new_messages: missed.map(message => messageView(view, message)),
    ...aroundView(view, missed),
    state: stateOf(context),
  }
}

const getChannelDifference: Handler = (request, context) => {
  const { view } = context
  const chat = channelField(context, object(request, 'channel'))
  const missed = since(chat.posts.messages, int(request, 'pts')).slice(-MOST_AT_ONCE)
  if (missed.length === 0) return { _: 'updates.channelDifferenceEmpty', final: true, pts: chat.posts.pts }
  return {
    _: 'updates.channelDifference',
    final: true,
    pts: chat.posts.pts,
    new_messages: missed.map(message => messageView(view, message)),
    ...aroundView(view, missed, [keyOfChat(chat)]),
  }
}

export const updatesHandlers: Record<string, Handler> = {
  'updates.getState': (_request, context) => stateOf(context),
  'updates.getDifference': getDifference,
  'updates.getChannelDifference': getChannelDifference,
  'account.updateStatus': () => true,
}

import { int, object } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { keyOfChat } from '../world/state.ts'
import type { Message } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { channelField } from './peers.ts'
import { aroundView, deletedUpdate, editedUpdate, messageView } from './views.ts'

const MOST_AT_ONCE = 500

const stateOf = ({ world, user }: Context): TlObject => ({
  _: 'updates.state',
  pts: world.box(user.id).pts,
  qts: 0,
  date: world.now(),
  seq: 1,
  unread_count: 0,
})

type Missed = {
  readonly born: readonly Message[]
  readonly edited: readonly Message[]
  readonly deleted: readonly { readonly pts: number; readonly id: number }[]
  readonly count: number
}

const since = (
  messages: readonly Message[],
  deleted: readonly { readonly pts: number; readonly id: number }[],
  pts: number,
): Missed => {
  const changed = messages.filter(message => message.pts > pts).sort((a, b) => a.pts - b.pts)
  const born = changed.filter(message => message.bornPts > pts)
  const edited = changed.filter(message => message.bornPts <= pts)
  const gone = deleted.filter(one => one.pts > pts)
  return { born, edited, deleted: gone, count: changed.length + gone.length }
}

const missedView = (
  { view }: Context,
  { born, edited, deleted }: Missed,
  channelId: number | null,
): Omit<TlObject, '_'> => ({
  new_messages: born.map(message => messageView(view, message)),
  other_updates: [
    ...edited.map(message => editedUpdate(view, message)),
    ...deleted.map(({ id, pts }) => deletedUpdate(channelId, [id], pts)),
  ],
})

const getDifference: Handler = (request, context) => {
  const { world, user, view } = context
  const box = world.box(user.id)
  const missed = since(Object.values(box.history).flat(), box.deleted, int(request, 'pts'))
  if (missed.count > MOST_AT_ONCE) return { _: 'updates.differenceTooLong', pts: box.pts }
  if (missed.count === 0) return { _: 'updates.differenceEmpty', date: world.now(), seq: 1 }
  return {
    _: 'updates.difference',
    ...missedView(context, missed, null),
    ...aroundView(view, [...missed.born, ...missed.edited]),
    state: stateOf(context),
  }
}

const getChannelDifference: Handler = (request, context) => {
  const { view } = context
  const chat = channelField(context, object(request, 'channel'))
  const { pts, messages, deleted } = chat.posts
  const missed = since(messages, deleted, int(request, 'pts'))
  if (missed.count === 0) return { _: 'updates.channelDifferenceEmpty', final: true, pts }
  const born = missed.born.slice(-MOST_AT_ONCE)
  return {
    _: 'updates.channelDifference',
    final: true,
    pts,
    ...missedView(context, { ...missed, born }, chat.id),
    ...aroundView(view, [...born, ...missed.edited], [keyOfChat(chat)]),
  }
}

export const updatesHandlers: Record<string, Handler> = {
  'updates.getState': (_request, context) => stateOf(context),
  'updates.getDifference': getDifference,
  'updates.getChannelDifference': getChannelDifference,
  'account.updateStatus': () => true,
}

import { RpcError } from '../errors.ts'
import { flag, int, long, maybe, object, objects, text } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { editPublished, sendNow } from '../world/messages.ts'
import type { Draft } from '../world/messages.ts'
import { editScheduled, isLater, schedule } from '../world/schedule.ts'
import { splitKey } from '../world/state.ts'
import type { Message, PeerKey } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { peerField, userField } from './peers.ts'
import { editedUpdate, messageView, newMessageUpdate, updatesView } from './views.ts'

const REMEMBERED_RANDOM_IDS = 10_000

/** Entities as they are kept: a mention by input user becomes one by id. */
const entitiesOf = (context: Context, request: TlObject): TlObject[] =>
  (maybe(objects, request, 'entities') ?? []).map(entity => {
    if (entity._ !== 'inputMessageEntityMentionName') return entity
    const user = userField(context, object(entity, 'user_id'))
    const { offset, length } = entity
    return { _: 'messageEntityMentionName', offset, length, user_id: BigInt(user.id) }
  })

const placeOf = (context: Context, request: TlObject, peer: PeerKey): Pick<Draft, 'topicId' | 'replyTo'> => {
  const reply = maybe(object, request, 'reply_to')
  if (reply?._ !== 'inputReplyToMessage') return { topicId: null, replyTo: null }
  const replyTo = int(reply, 'reply_to_msg_id')
  const top = maybe(int, reply, 'top_msg_id')
  const { topics } = context.world.chat(peer) ?? {}
  const isTopic = topics?.some(topic => topic.id === replyTo) === true
  return { topicId: topics ? (top ?? (isTopic ? replyTo : null)) : null, replyTo }
}

/** Throws when this request was accepted before: the answer to a repeated random_id is an error, not the first answer. */
const checkRandomId = ({ world, user }: Context, randomId: bigint): void => {
  if (randomId === 0n) throw new RpcError(400, 'RANDOM_ID_EMPTY')
  if (world.box(user.id).randomIds.includes(randomId.toString()))
    throw new RpcError(500, 'RANDOM_ID_DUPLICATE')
}

const rememberRandomId = ({ world, user, changed }: Context, randomId: bigint): void => {
  const box = world.box(user.id)
  box.randomIds.push(randomId.toString())
  if (box.randomIds.length > REMEMBERED_RANDOM_IDS) box.randomIds.shift()
  changed()
}

const sentView = (context: Context, message: Message, randomId: bigint): TlObject => {
  if (splitKey(message.peer).kind === 'user') {
    return {
      _: 'updateShortSentMessage',
      out: true,
      id: message.id,
      pts: message.pts,
      pts_count: 1,
      date: message.date,
      entities: message.entities.length > 0 ? message.entities : undefined,
    }
  }
  const named = { _: 'updateMessageID', id: message.id, random_id: randomId }
  return updatesView(context.view, [named, newMessageUpdate(context.view, message)], [message])
}

const scheduledUpdate = (context: Context, message: Message): TlObject => ({
  _: 'updateNewScheduledMessage',
  message: messageView(context.view, message),
})

const sendMessage: Handler = (request, context) => {
  const { world, user } = context
  const peer = peerField(context, request)
  const randomId = long(request, 'random_id')
  checkRandomId(context, randomId)
  const draft: Draft = {
    text: text(request, 'message'),
    entities: entitiesOf(context, request),
    silent: flag(request, 'silent'),
    ...placeOf(context, request, peer),
  }
  const date = maybe(int, request, 'schedule_date') ?? 0
  if (!isLater(world, date)) {
    const message = sendNow(world, user.id, peer, draft)
    rememberRandomId(context, randomId)
    return sentView(context, message, randomId)
  }
  const message = schedule(world, user.id, peer, { ...draft, date })
  rememberRandomId(context, randomId)
  const named = { _: 'updateMessageID', id: message.id, random_id: randomId }
  return updatesView(context.view, [named, scheduledUpdate(context, message)], [message])
}

const editMessage: Handler = (request, context) => {
  const { world, user } = context
  const peer = peerField(context, request)
  const id = int(request, 'id')
  const message = maybe(text, request, 'message')
  const date = maybe(int, request, 'schedule_date')
  const entities = entitiesOf(context, request)
  if (date === undefined) {
    if (message === undefined) throw new RpcError(400, 'MESSAGE_EMPTY')
    const edited = editPublished(world, user.id, peer, id, { text: message, entities })
    return updatesView(context.view, [editedUpdate(context.view, edited)], [edited])
  }
  if (!isLater(world, date)) throw new RpcError(400, 'SCHEDULE_DATE_INVALID')
  const change = message === undefined ? { date } : { date, text: message, entities }
  const edited = editScheduled(world, user.id, peer, id, change)
  return updatesView(context.view, [scheduledUpdate(context, edited)], [edited])
}

export const sendHandlers: Record<string, Handler> = {
  'messages.sendMessage': sendMessage,
  'messages.editMessage': editMessage,
}

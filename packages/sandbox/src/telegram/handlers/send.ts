import { randomBytes } from 'node:crypto'
import { RpcError } from '../errors.ts'
import { flag, int, ints, long, maybe, object, objects, text } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { checkAlbum, MOST_IN_ALBUM } from '../world/media.ts'
import { deletePublished, editPublished, sendAllNow } from '../world/messages.ts'
import type { Draft } from '../world/messages.ts'
import { editScheduled, isLater, scheduleAll } from '../world/schedule.ts'
import { keyOfChat, splitKey } from '../world/state.ts'
import type { Message, PeerKey } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { checkRandomIds, entitiesOf, previewOf, rememberRandomIds, settingsOf } from './drafts.ts'
import { isUpload, mediaOf } from './media.ts'
import { channelField, peerField } from './peers.ts'
import { editedUpdate, messageView, newMessageUpdate, updatesView } from './views.ts'

type Outgoing = { readonly randomId: bigint; readonly draft: Draft }

const shortView = (message: Message): TlObject => ({
  _: 'updateShortSentMessage',
  out: true,
  id: message.id,
  pts: message.pts,
  pts_count: 1,
  date: message.date,
  entities: message.entities.length > 0 ? message.entities : undefined,
})

const scheduledUpdate = (context: Context, message: Message): TlObject => ({
  _: 'updateNewScheduledMessage',
  message: messageView(context.view, message),
})

/** Throws what an account that Telegram limits is answered. */
const checkAccount = ({ user }: Context): void => {
  const refusal = user.sendRefusal
  if (refusal === null) return
  if (refusal.once) user.sendRefusal = null
  throw new RpcError(refusal.code, refusal.text)
}

/** Sends or schedules, and answers with the ids by random_id and the messages. */
const dispatch = (
  context: Context,
  request: TlObject,
  peer: PeerKey,
  outgoing: readonly Outgoing[],
): TlObject => {
  const { world, user, view } = context
  const randomIds = outgoing.map(one => one.randomId)
  checkRandomIds(context, randomIds)
  checkAccount(context)
  const date = maybe(int, request, 'schedule_date') ?? 0
  const later = isLater(world, date)
  const drafts = outgoing.map(one => one.draft)
  const messages = later
    ? scheduleAll(world, user.id, peer, drafts, date)
    : sendAllNow(world, user.id, peer, drafts)
  rememberRandomIds(context, randomIds)
  const [only] = messages
  if (!later && only && request._ === 'messages.sendMessage' && splitKey(peer).kind === 'user') {
    return shortView(only)
  }
  const named = messages.map(({ id }, i) => ({ _: 'updateMessageID', id, random_id: randomIds[i] }))
  const made = messages.map(message =>
    later ? scheduledUpdate(context, message) : newMessageUpdate(view, message),
  )
  return updatesView(view, [...named, ...made], messages)
}

const sendMessage: Handler = (request, context) => {
  const peer = peerField(context, request)
  const words = { text: text(request, 'message'), entities: entitiesOf(context, request) }
  const previewUrl = previewOf(context, request, peer, words.text, words.entities)
  const draft = { ...words, previewUrl, ...settingsOf(context, request, peer) }
  return dispatch(context, request, peer, [{ randomId: long(request, 'random_id'), draft }])
}

const sendMedia: Handler = (request, context) => {
  const peer = peerField(context, request)
  const randomId = long(request, 'random_id')
  checkRandomIds(context, [randomId])
  const words = { text: text(request, 'message'), entities: entitiesOf(context, request) }
  const media = mediaOf(context, object(request, 'media'))
  const draft = { ...words, media, ...settingsOf(context, request, peer) }
  return dispatch(context, request, peer, [{ randomId, draft }])
}

// https://core.telegram.org/api/files#albums-grouped-media: each item was made by messages.uploadMedia before.
const sendMultiMedia: Handler = (request, context) => {
  const peer = peerField(context, request)
  const items = objects(request, 'multi_media')
  if (items.length === 0) throw new RpcError(400, 'MEDIA_EMPTY')
  if (items.length > MOST_IN_ALBUM) throw new RpcError(400, 'MULTI_MEDIA_TOO_LONG')
  const inputs = items.map(item => object(item, 'media'))
  if (inputs.some(isUpload)) throw new RpcError(400, 'MEDIA_INVALID')
  const settings = settingsOf(context, request, peer)
  const medias = inputs.map((input, i) => mediaOf(context, input, i))
  if (items.length > 1) checkAlbum(context.world, medias)
  // An album of one is an ordinary message.
  const groupedId = items.length > 1 ? (randomBytes(8).readBigUInt64LE() >> 1n).toString() : null
  const outgoing = items.map((item, i) => ({
    randomId: long(item, 'random_id'),
    draft: {
      text: text(item, 'message'),
      entities: entitiesOf(context, item),
      media: medias[i] ?? null,
      groupedId,
      ...settings,
    },
  }))
  return dispatch(context, request, peer, outgoing)
}

const editMessage: Handler = (request, context) => {
  const { world, user, view } = context
  const peer = peerField(context, request)
  const id = int(request, 'id')
  const words = maybe(text, request, 'message')
  const media = maybe(object, request, 'media')
  const entities = entitiesOf(context, request)
  const content = {
    ...(words === undefined
      ? {}
      : { text: words, entities, previewUrl: previewOf(context, request, peer, words, entities) }),
    ...(media === undefined ? {} : { media: mediaOf(context, media), previewUrl: null }),
    ...(flag(request, 'invert_media') ? { invertMedia: true } : {}),
  }
  const date = maybe(int, request, 'schedule_date')
  if (date === undefined) {
    if (words === undefined && media === undefined) throw new RpcError(400, 'MESSAGE_EMPTY')
    const edited = editPublished(world, user.id, peer, id, content)
    return updatesView(view, [editedUpdate(view, edited)], [edited])
  }
  if (!isLater(world, date)) throw new RpcError(400, 'SCHEDULE_DATE_INVALID')
  const repeatSeconds = maybe(int, request, 'schedule_repeat_period')
  const change = { ...content, date, ...(repeatSeconds === undefined ? {} : { repeatSeconds }) }
  const edited = editScheduled(world, user.id, peer, id, change)
  return updatesView(
    view,
    edited.map(message => scheduledUpdate(context, message)),
    edited,
  )
}

// The two methods that delete published messages; scheduled ones have their own numbers and their own method.
const deleteMessages: Handler = (request, context) => {
  const { world, user } = context
  const box = world.box(user.id)
  const before = box.pts
  const ids = ints(request, 'id')
  for (const peer of Object.keys(box.history) as PeerKey[]) deletePublished(world, user.id, peer, ids)
  return { _: 'messages.affectedMessages', pts: box.pts, pts_count: box.pts - before }
}

const deleteChannelMessages: Handler = (request, context) => {
  const chat = channelField(context, object(request, 'channel'))
  const before = chat.posts.pts
  deletePublished(context.world, context.user.id, keyOfChat(chat), ints(request, 'id'))
  const { pts } = chat.posts
  return { _: 'messages.affectedMessages', pts, pts_count: pts - before }
}

export const sendHandlers: Record<string, Handler> = {
  'messages.sendMessage': sendMessage,
  'messages.sendMedia': sendMedia,
  'messages.sendMultiMedia': sendMultiMedia,
  'messages.editMessage': editMessage,
  'messages.deleteMessages': deleteMessages,
  'channels.deleteMessages': deleteChannelMessages,
}

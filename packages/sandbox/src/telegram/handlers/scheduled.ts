import { ints, long } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { publish, scheduledOf, unschedule } from '../world/schedule.ts'
import type { Message, PeerKey } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { messagesView } from './dialogs.ts'
import { peerField } from './peers.ts'
import { newMessageUpdate, peerView, updatesView } from './views.ts'

/** https://core.telegram.org/api/offsets#hash-generation, over (id, edit date or 0, date) of each message. */
export const scheduledHash = (messages: readonly Message[]): bigint => {
  let hash = 0n
  for (const message of messages) {
    for (const value of [message.id, message.editDate ?? 0, message.date]) {
      hash ^= hash >> 21n
      hash ^= BigInt.asUintN(64, hash << 35n)
      hash ^= hash >> 4n
      hash = BigInt.asUintN(64, hash + BigInt(value))
    }
  }
  return BigInt.asIntN(64, hash)
}

const getScheduledHistory: Handler = (request, context) => {
  const messages = scheduledOf(context.world, context.user.id, peerField(context, request))
  const hash = long(request, 'hash')
  if (hash !== 0n && hash === scheduledHash(messages)) {
    return { _: 'messages.messagesNotModified', count: messages.length }
  }
  return messagesView(context, messages, messages.length)
}

const unscheduledUpdate = (peer: PeerKey, ids: readonly number[], sentIds?: readonly number[]): TlObject => ({
  _: 'updateDeleteScheduledMessages',
  peer: peerView(peer),
  messages: ids,
  sent_messages: sentIds,
})

const sendScheduledMessages: Handler = (request, context: Context) => {
  const { world, user, view } = context
  const peer = peerField(context, request)
  const ids = ints(request, 'id')
  const order = scheduledOf(world, user.id, peer)
    .filter(message => ids.includes(message.id))
    .sort((a, b) => a.date - b.date || a.id - b.id)
    .map(message => message.id)
  const sent = publish(world, user.id, peer, ids)
  const removed = unscheduledUpdate(
    peer,
    order,
    sent.length === order.length ? sent.map(message => message.id) : undefined,
  )
  return updatesView(view, [removed, ...sent.map(message => newMessageUpdate(view, message))], sent, [peer])
}

export const scheduledHandlers: Record<string, Handler> = {
  'messages.getScheduledHistory': getScheduledHistory,
  'messages.getScheduledMessages': (request, context) => {
    const ids = ints(request, 'id')
    const messages = scheduledOf(context.world, context.user.id, peerField(context, request))
    const found = messages.filter(message => ids.includes(message.id))
    return messagesView(context, found, found.length)
  },
  'messages.sendScheduledMessages': sendScheduledMessages,
  'messages.deleteScheduledMessages': (request, context) => {
    const peer = peerField(context, request)
    const ids = ints(request, 'id')
    unschedule(context.world, context.user.id, peer, ids)
    return updatesView(context.view, [unscheduledUpdate(peer, ids)], [], [peer])
  },
}

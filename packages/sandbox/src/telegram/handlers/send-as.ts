import { RpcError } from '../errors.ts'
import { maybe, object } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { checkMayWrite } from '../world/rights.ts'
import { sendAsOf } from '../world/send-as.ts'
import { keyOfUser } from '../world/state.ts'
import type { PeerKey } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { peerField, peerOf } from './peers.ts'
import { aroundView, peerView } from './views.ts'

/** In whose name this request is to be sent; null for the sender's own. Throws SEND_AS_PEER_INVALID. */
export const sendAsField = (context: Context, request: TlObject, peer: PeerKey): PeerKey | null => {
  const { world, user } = context
  const chat = world.chat(peer)
  const allowed = chat ? sendAsOf(world, user.id, chat) : [keyOfUser(user.id)]
  const given = maybe(object, request, 'send_as')
  const wanted = given ? peerOf(context, given) : allowed[0]
  if (wanted === undefined || !allowed.includes(wanted)) throw new RpcError(400, 'SEND_AS_PEER_INVALID')
  return wanted === keyOfUser(user.id) || chat?.kind === 'channel' ? null : wanted
}

const getSendAs: Handler = (request, context) => {
  const { world, user, view } = context
  const peer = peerField(context, request)
  const chat = world.chat(peer)
  if (!chat || chat.kind === 'group') throw new RpcError(400, 'CHANNEL_INVALID')
  checkMayWrite(chat, world.member(chat, user.id))
  const peers = sendAsOf(world, user.id, chat)
  return {
    _: 'channels.sendAsPeers',
    peers: peers.map(one => ({ _: 'sendAsPeer', peer: peerView(one) })),
    ...aroundView(view, [], peers),
  }
}

export const sendAsHandlers: Record<string, Handler> = { 'channels.getSendAs': getSendAs }

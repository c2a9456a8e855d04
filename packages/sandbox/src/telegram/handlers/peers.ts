import { RpcError } from '../errors.ts'
import { long, object } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { keyOfUser } from '../world/state.ts'
import type { Chat, PeerKey, User } from '../world/state.ts'
import { checkMayRead } from '../world/world.ts'
import type { Context } from './context.ts'

const known = (context: Context, request: TlObject, peer: PeerKey, error: string): PeerKey => {
  const right = context.world.accessHash(context.user.id, peer)
  if (long(request, 'access_hash') !== right) throw new RpcError(400, error)
  return peer
}

/** An InputPeer or InputChannel or InputUser as a key. Access hashes are those of this account only. Throws RpcError. */
export const peerOf = (context: Context, input: TlObject): PeerKey => {
  switch (input._) {
    case 'inputPeerSelf':
    case 'inputUserSelf':
      return keyOfUser(context.user.id)
    case 'inputPeerUser':
    case 'inputUser': {
      const id = Number(long(input, 'user_id'))
      const invalid = input._ === 'inputUser' ? 'USER_ID_INVALID' : 'PEER_ID_INVALID'
      if (!context.world.user(id)) throw new RpcError(400, invalid)
      return known(context, input, keyOfUser(id), invalid)
    }
    case 'inputPeerChat': {
      const peer: PeerKey = `chat:${Number(long(input, 'chat_id'))}`
      checkMayRead(context.world, peer, context.user.id)
      return peer
    }
    case 'inputPeerChannel':
    case 'inputChannel': {
      const peer: PeerKey = `channel:${Number(long(input, 'channel_id'))}`
      if (!context.world.chat(peer)) throw new RpcError(400, 'CHANNEL_INVALID')
      known(context, input, peer, 'CHANNEL_INVALID')
      checkMayRead(context.world, peer, context.user.id)
      return peer
    }
    default:
      throw new RpcError(400, 'PEER_ID_INVALID')
  }
}

export const peerField = (context: Context, request: TlObject, name = 'peer'): PeerKey =>
  peerOf(context, object(request, name))

export const userField = (context: Context, input: TlObject): User => {
  const user = context.world.user(Number(peerOf(context, input).split(':')[1]))
  if (!user) throw new RpcError(400, 'USER_ID_INVALID')
  return user
}

export const channelField = (context: Context, input: TlObject): Chat => {
  const chat = context.world.chat(peerOf(context, input))
  if (!chat || chat.kind === 'group') throw new RpcError(400, 'CHANNEL_INVALID')
  return chat
}

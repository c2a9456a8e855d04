import bigInt from 'big-integer'
import type { TextEntity } from '../../../contract/index.ts'
import type { Me, Peer } from '../gateway.ts'
import { Api } from './library.ts'

// Between the library's objects and our values. The library leaves `null` where its types say `undefined`. No peer is ever looked up: it is built from the stored id and hash.

/** Marked ids of channels start at this number (core.telegram.org/api/bots/ids). */
const CHANNEL_MARK = '-100'

export const markedChannel = (id: bigInt.BigInteger): string => `${CHANNEL_MARK}${id.toString()}`
export const markedGroup = (id: bigInt.BigInteger): string => `-${id.toString()}`

export function markedId(peer: Api.TypePeer): string {
  if (peer instanceof Api.PeerChannel) return markedChannel(peer.channelId)
  if (peer instanceof Api.PeerChat) return markedGroup(peer.chatId)
  return peer.userId.toString()
}

export function inputPeer(peer: Peer): Api.TypeInputPeer {
  switch (peer.kind) {
    case 'self':
      return new Api.InputPeerSelf()
    case 'user':
      return new Api.InputPeerUser({ userId: bigInt(peer.id), accessHash: bigInt(peer.accessHash) })
    case 'group':
      return new Api.InputPeerChat({ chatId: bigInt(peer.id) })
    case 'channel':
      return new Api.InputPeerChannel({ channelId: bigInt(peer.id), accessHash: bigInt(peer.accessHash) })
  }
}

export function meOf(user: Api.User): Me {
  return {
    userId: user.id.toString(),
    name: [user.firstName, user.lastName].filter(Boolean).join(' '),
    username: user.username ?? user.usernames?.find(name => name.active)?.username ?? null,
    phone: user.phone ?? '',
    premium: user.premium === true,
    bot: user.bot === true,
  }
}

export function inputEntity({ type, offset, length, url }: TextEntity): Api.TypeMessageEntity {
  switch (type) {
    case 'bold':
      return new Api.MessageEntityBold({ offset, length })
    case 'italic':
      return new Api.MessageEntityItalic({ offset, length })
    case 'underline':
      return new Api.MessageEntityUnderline({ offset, length })
    case 'strike':
      return new Api.MessageEntityStrike({ offset, length })
    case 'code':
      return new Api.MessageEntityCode({ offset, length })
    case 'pre':
      return new Api.MessageEntityPre({ offset, length, language: '' })
    case 'blockquote':
      return new Api.MessageEntityBlockquote({ offset, length })
    case 'spoiler':
      return new Api.MessageEntitySpoiler({ offset, length })
    case 'text-link':
      return new Api.MessageEntityTextUrl({ offset, length, url: url ?? '' })
  }
}

const ENTITY_TYPES: readonly (readonly [
  new (...args: never[]) => Api.TypeMessageEntity,
  TextEntity['type'],
])[] = [
  [Api.MessageEntityBold, 'bold'],
  [Api.MessageEntityItalic, 'italic'],
  [Api.MessageEntityUnderline, 'underline'],
  [Api.MessageEntityStrike, 'strike'],
  [Api.MessageEntityCode, 'code'],
  [Api.MessageEntityPre, 'pre'],
  [Api.MessageEntityBlockquote, 'blockquote'],
  [Api.MessageEntitySpoiler, 'spoiler'],
  [Api.MessageEntityTextUrl, 'text-link'],
]

/** Those we know how to write; what Telegram adds by itself (links, mentions, hashtags) is left out. */
export function entitiesOf(entities: readonly Api.TypeMessageEntity[] | undefined): readonly TextEntity[] {
  return (entities ?? []).flatMap(entity => {
    const type = ENTITY_TYPES.find(([kind]) => entity instanceof kind)?.[1]
    if (type === undefined) return []
    const { offset, length } = entity
    return entity instanceof Api.MessageEntityTextUrl
      ? [{ type, offset, length, url: entity.url }]
      : [{ type, offset, length }]
  })
}

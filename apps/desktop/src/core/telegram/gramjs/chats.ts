import bigInt from 'big-integer'
import { MediaKind } from '../../../contract/index.ts'
import type { DialogChat, DialogCursor, DialogPage, Identity, Peer, Topic } from '../gateway.ts'
import type { Asked } from './transport.ts'
import { Api } from './library.ts'
import { markedChannel, markedGroup, markedId, meOf } from './values.ts'

const PAGE = 100

/** One page of `messages.getDialogs`, with the place where the next one starts. */
export function dialogPage(result: Api.messages.TypeDialogs, after: DialogCursor | null): DialogPage {
  if (result instanceof Api.messages.DialogsNotModified) return { chats: [], next: null }
  const byId = new Map<string, DialogChat>()
  for (const entity of [...result.users, ...result.chats]) {
    const chat = chatOf(entity)
    if (chat !== null) byId.set(chat.id, chat)
  }
  const dialogs = result.dialogs.filter(dialog => dialog instanceof Api.Dialog)
  const chats = dialogs.flatMap(dialog => byId.get(markedId(dialog.peer)) ?? [])
  return { chats, next: nextCursor(result, dialogs, byId, after) }
}

function nextCursor(
  result: Api.messages.Dialogs | Api.messages.DialogsSlice,
  dialogs: readonly Api.Dialog[],
  byId: ReadonlyMap<string, DialogChat>,
  after: DialogCursor | null,
): DialogCursor | null {
  if (result instanceof Api.messages.Dialogs || dialogs.length === 0) return null
  // Forbidden chats have no access hash, so they cannot be the place where to go on.
  const last = dialogs.findLast(({ peer }) => byId.has(markedId(peer)))
  const peer = last === undefined ? undefined : byId.get(markedId(last.peer))?.peer
  if (last === undefined || peer === undefined) return null
  const top = result.messages.find(message => message.id === last.topMessage && samePeer(message, last.peer))
  const date = top === undefined || top instanceof Api.MessageEmpty ? 0 : top.date
  const cursor = { date, messageId: last.topMessage, peer }
  return JSON.stringify(cursor) === JSON.stringify(after) ? null : cursor
}

const samePeer = (message: Api.TypeMessage, peer: Api.TypePeer): boolean =>
  message.peerId != null && markedId(message.peerId) === markedId(peer)

export const dialogsRequest = (
  cursor: DialogCursor | null,
  offsetPeer: Api.TypeInputPeer,
): ConstructorParameters<typeof Api.messages.GetDialogs>[0] => ({
  offsetDate: cursor?.date ?? 0,
  offsetId: cursor?.messageId ?? 0,
  offsetPeer,
  limit: PAGE,
  hash: bigInt.zero,
})

/** Newer schemas have it among `messages` (https://core.telegram.org/method/messages.getForumTopics). */
export function topicsRequest(peer: Api.TypeInputPeer): Asked<Api.messages.TypeForumTopics> {
  const page = { offsetDate: 0, offsetId: 0, offsetTopic: 0, limit: PAGE }
  const newer = (Api.messages as unknown as Record<string, unknown>)['GetForumTopics'] as
    (new (of: object) => Asked<Api.messages.TypeForumTopics>) | undefined
  return newer === undefined
    ? new Api.channels.GetForumTopics({ channel: peer, ...page })
    : new newer({ peer, ...page })
}

export const topicsOf = ({ topics }: Api.messages.ForumTopics): readonly Topic[] =>
  topics
    .filter(topic => topic instanceof Api.ForumTopic)
    .map(({ id, title, closed }) => ({ id, title, closed: closed === true }))

export function identitiesOf({ peers, chats, users }: Api.channels.SendAsPeers): readonly Identity[] {
  const known = new Map<string, DialogChat>()
  for (const entity of [...users, ...chats]) {
    const chat = chatOf(entity)
    if (chat !== null) known.set(chat.id, chat)
  }
  return peers.flatMap(({ peer, premiumRequired }) => {
    const chat = known.get(markedId(peer))
    return chat === undefined
      ? []
      : [{ id: chat.id, peer: chat.peer, title: chat.title, premiumRequired: premiumRequired === true }]
  })
}

type Entity = Api.TypeUser | Api.TypeChat

/** Null for what cannot be written to: deleted, forbidden, or known only in part (`min`). */
function chatOf(entity: Entity): DialogChat | null {
  if (entity instanceof Api.User) return userChat(entity)
  if (entity instanceof Api.Chat) return groupChat(entity)
  if (entity instanceof Api.Channel) return channelChat(entity)
  return null
}

function userChat(user: Api.User): DialogChat | null {
  if (user.deleted || user.min || user.accessHash == null) return null
  const peer: Peer = user.self
    ? { kind: 'self' }
    : { kind: 'user', id: user.id.toString(), accessHash: user.accessHash.toString() }
  const { name, username } = meOf(user)
  return {
    id: user.id.toString(),
    peer,
    title: name,
    username,
    kind: user.self ? 'saved' : 'user',
    forum: false,
    memberCount: null,
    canPost: true,
    mediaKinds: [...MediaKind.options],
    paidStars: 0,
    admin: false,
    slowMode: false,
    migratedTo: null,
  }
}

function groupChat(chat: Api.Chat): DialogChat {
  const admin = chat.creator === true || chat.adminRights != null
  const migrated =
    chat.migratedTo instanceof Api.InputChannel ? markedChannel(chat.migratedTo.channelId) : null
  return {
    id: markedGroup(chat.id),
    peer: { kind: 'group', id: chat.id.toString() },
    title: chat.title,
    username: null,
    kind: 'group',
    forum: false,
    memberCount: chat.participantsCount,
    canPost: !chat.left && !chat.deactivated && (admin || mayWrite(chat.defaultBannedRights)),
    mediaKinds: admin ? [...MediaKind.options] : kindsAllowed([chat.defaultBannedRights]),
    paidStars: 0,
    admin,
    slowMode: false,
    migratedTo: migrated,
  }
}

function channelChat(chat: Api.Channel): DialogChat | null {
  if (chat.min || chat.accessHash == null) return null
  const admin = chat.creator === true || chat.adminRights != null
  const mayPost = chat.broadcast
    ? chat.creator === true || chat.adminRights?.postMessages === true
    : admin || (mayWrite(chat.bannedRights) && mayWrite(chat.defaultBannedRights))
  return {
    id: markedChannel(chat.id),
    peer: { kind: 'channel', id: chat.id.toString(), accessHash: chat.accessHash.toString() },
    title: chat.title,
    username: chat.username ?? chat.usernames?.find(name => name.active)?.username ?? null,
    kind: chat.broadcast ? 'channel' : 'supergroup',
    forum: chat.forum === true,
    memberCount: chat.participantsCount ?? null,
    canPost: !chat.left && mayPost,
    mediaKinds:
      admin || chat.broadcast
        ? [...MediaKind.options]
        : kindsAllowed([chat.bannedRights, chat.defaultBannedRights]),
    paidStars: admin ? 0 : starsOf(chat),
    admin,
    // Administrators are not slowed down.
    slowMode: chat.slowmodeEnabled === true && !admin,
    migratedTo: null,
  }
}

const mayWrite = (rights: Api.TypeChatBannedRights | null | undefined): boolean =>
  rights?.sendMessages !== true && rights?.sendPlain !== true && rights?.viewMessages !== true

type Rights = Api.TypeChatBannedRights | null | undefined

/** https://core.telegram.org/constructor/chatBannedRights; animations are counted among the GIFs there. */
const RIGHT_OF = {
  photo: 'sendPhotos',
  video: 'sendVideos',
  animation: 'sendGifs',
  audio: 'sendAudios',
  voice: 'sendVoices',
  document: 'sendDocs',
} as const satisfies Record<MediaKind, keyof Api.ChatBannedRights>

const kindsAllowed = (rights: readonly Rights[]): readonly MediaKind[] =>
  MediaKind.options.filter(kind =>
    rights.every(
      one => one?.sendMessages !== true && one?.sendMedia !== true && one?.[RIGHT_OF[kind]] !== true,
    ),
  )

/** Of newer schemas (https://core.telegram.org/api/paid-messages); absent from the older library's. */
const starsOf = (chat: Api.Channel): number => {
  const stars = (chat as unknown as { sendPaidMessagesStars?: { toString(): string } | null })
    .sendPaidMessagesStars
  return stars == null ? 0 : Number(stars.toString())
}

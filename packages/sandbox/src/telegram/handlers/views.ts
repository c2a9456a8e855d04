import { createHash } from 'node:crypto'
import type { TlObject } from '../tl/value.ts'
import { hasAdminRight, isAdmin, isInside } from '../world/rights.ts'
import { ADMIN_RIGHTS, BANNED_RIGHTS, keyOfChat, keyOfUser, splitKey } from '../world/state.ts'
import type { BannedRight, Chat, Member, Message, PeerKey, User } from '../world/state.ts'
import type { WorldCore } from '../world/world.ts'
import { mediaView } from './files.ts'
import type { View } from './view.ts'

// How the world looks to one account, in TL. Fields that a layer does not have are left out by the writer.

const FOREVER = 0x7fffffff

export const peerView = (peer: PeerKey): TlObject => {
  const { kind, id } = splitKey(peer)
  switch (kind) {
    case 'user':
      return { _: 'peerUser', user_id: id }
    case 'chat':
      return { _: 'peerChat', chat_id: id }
    case 'channel':
      return { _: 'peerChannel', channel_id: id }
  }
}

export const userView = ({ world, viewer }: View, user: User): TlObject => ({
  _: 'user',
  self: user.id === viewer,
  bot: user.bot,
  bot_info_version: user.bot ? 1 : undefined,
  premium: user.premium,
  contact: user.id !== viewer && user.login !== null,
  mutual_contact: user.id !== viewer && user.login !== null,
  id: user.id,
  access_hash: world.accessHash(viewer, keyOfUser(user.id)),
  first_name: user.firstName,
  last_name: user.lastName === '' ? undefined : user.lastName,
  username: user.username ?? undefined,
  phone: user.id === viewer || user.login !== null ? (user.phone ?? undefined) : undefined,
  status: { _: 'userStatusRecently' },
})

const adminRightsView = (member: Member): TlObject | undefined => {
  if (!isAdmin(member)) return undefined
  const rights = ADMIN_RIGHTS.filter(right => hasAdminRight(member, right))
  return { _: 'chatAdminRights', ...Object.fromEntries(rights.map(right => [right, true])) }
}

const bannedRightsView = (banned: readonly BannedRight[]): TlObject => ({
  _: 'chatBannedRights',
  ...Object.fromEntries(BANNED_RIGHTS.filter(right => banned.includes(right)).map(right => [right, true])),
  until_date: FOREVER,
})

export const chatView = ({ world, viewer }: View, chat: Chat): TlObject => {
  const member = world.member(chat, viewer)
  const shared = {
    creator: member?.role === 'creator',
    id: chat.id,
    title: chat.title,
    photo: { _: 'chatPhotoEmpty' },
    date: chat.createdAt,
    participants_count: chat.participants,
    admin_rights: member && adminRightsView(member),
    default_banned_rights: chat.kind === 'channel' ? undefined : bannedRightsView(chat.defaultBanned),
  }
  if (chat.kind === 'group') {
    if (member?.role === 'banned') return { _: 'chatForbidden', id: chat.id, title: chat.title }
    const migrated = chat.migratedTo === null ? undefined : world.chat(`channel:${chat.migratedTo}`)
    const migrated_to = migrated && inputChannelView({ world, viewer }, migrated)
    return {
      _: 'chat',
      ...shared,
      left: !isInside(member),
      deactivated: chat.deactivated,
      version: 1,
      migrated_to,
    }
  }
  const access_hash = world.accessHash(viewer, keyOfChat(chat))
  if (member?.role === 'banned') {
    const broadcast = chat.kind === 'channel'
    return {
      _: 'channelForbidden',
      broadcast,
      megagroup: !broadcast,
      id: chat.id,
      access_hash,
      title: chat.title,
    }
  }
  return {
    _: 'channel',
    ...shared,
    access_hash,
    left: !isInside(member),
    broadcast: chat.kind === 'channel',
    megagroup: chat.kind === 'supergroup',
    forum: chat.topics !== null,
    slowmode_enabled: chat.slowModeSeconds > 0,
    noforwards: chat.noforwards,
    restricted: chat.restricted,
    restriction_reason: chat.restricted ? [RESTRICTION] : undefined,
    send_paid_messages_stars: chat.messagePrice > 0 ? BigInt(chat.messagePrice) : undefined,
    username: chat.username ?? undefined,
    banned_rights:
      member && member.bannedRights.length > 0 ? bannedRightsView(member.bannedRights) : undefined,
  }
}

const RESTRICTION: TlObject = {
  _: 'restrictionReason',
  platform: 'all',
  reason: 'terms',
  text: 'This chat is not available.',
}

const inputChannelView = ({ world, viewer }: View, chat: Chat): TlObject => ({
  _: 'inputChannel',
  channel_id: chat.id,
  access_hash: world.accessHash(viewer, keyOfChat(chat)),
})

export const messageView = (view: View, message: Message): TlObject => {
  const { world, viewer } = view
  const isPost = world.chat(message.peer)?.kind === 'channel'
  const shared = {
    out: message.from === viewer,
    silent: message.silent,
    post: isPost,
    id: message.id,
    from_id: isPost ? undefined : peerView(message.sendAs ?? keyOfUser(message.from)),
    peer_id: peerView(message.peer),
    reply_to: replyView(world, message),
    date: message.date,
  }
  if (message.action !== null) return { _: 'messageService', ...shared, action: message.action }
  return {
    _: 'message',
    ...shared,
    from_scheduled: message.fromScheduled,
    noforwards: message.noforwards,
    invert_media: message.invertMedia,
    message: message.text,
    media: mediaView(view, message.media) ?? previewView(message),
    entities: message.entities.length > 0 ? message.entities : undefined,
    views: isPost ? 1 : undefined,
    forwards: isPost ? 0 : undefined,
    edit_date: message.editDate ?? undefined,
    grouped_id: message.groupedId === null ? undefined : BigInt(message.groupedId),
    schedule_repeat_period: message.repeatSeconds ?? undefined,
  }
}

// Telegram reads the page first and shows its title; here nothing leaves the machine, so the address has to do.
const previewView = ({ previewUrl }: Message): TlObject | undefined => {
  if (previewUrl === null) return undefined
  const display_url = previewUrl.replace(/^https?:\/\//i, '')
  const id = createHash('sha256').update(previewUrl).digest().readBigInt64LE()
  return {
    _: 'messageMediaWebPage',
    webpage: { _: 'webPage', id, url: previewUrl, display_url, hash: 0, type: 'article', title: display_url },
  }
}

const replyView = (world: WorldCore, message: Message): TlObject | undefined => {
  if (message.topicId === null && message.replyTo === null) return undefined
  const inForum = world.chat(message.peer)?.topics != null && message.topicId !== null
  const replies = message.replyTo !== null && message.replyTo !== message.topicId
  return {
    _: 'messageReplyHeader',
    forum_topic: inForum,
    reply_to_msg_id: message.replyTo ?? message.topicId ?? undefined,
    reply_to_top_id: inForum && replies ? (message.topicId ?? undefined) : undefined,
  }
}

/** The users and chats that messages and peers speak of; answers carry them along. */
export const aroundView = (
  view: View,
  messages: readonly Message[],
  peers: readonly PeerKey[] = [],
): { users: TlObject[]; chats: TlObject[] } => {
  const { world, viewer } = view
  const keys = new Set<PeerKey>([keyOfUser(viewer), ...peers])
  for (const message of messages) {
    keys.add(message.peer)
    if (message.sendAs !== null) keys.add(message.sendAs)
    else if (world.chat(message.peer)?.kind !== 'channel') keys.add(keyOfUser(message.from))
  }
  const users: TlObject[] = []
  const chats: TlObject[] = []
  for (const key of keys) {
    const { kind, id } = splitKey(key)
    const user = kind === 'user' ? world.user(id) : undefined
    const chat = world.chat(key)
    if (user) users.push(userView(view, user))
    if (chat) chats.push(chatView(view, chat))
  }
  return { users, chats }
}

/** Updates in the form that carries the users and chats they speak of. */
export const updatesView = (
  view: View,
  updates: readonly TlObject[],
  messages: readonly Message[],
  peers: readonly PeerKey[] = [],
): TlObject => ({
  _: 'updates',
  updates,
  ...aroundView(view, messages, peers),
  date: view.world.now(),
  seq: 0,
})

/** The updates that make a client look at a chat again (https://core.telegram.org/api/updates#updatechannel). */
export const chatUpdates = ({ world, viewer }: View, peer: PeerKey): TlObject[] => {
  const chat = world.chat(peer)
  if (!chat) return []
  if (chat.kind !== 'group') return [{ _: 'updateChannel', channel_id: chat.id }]
  const participants = participantsView(chat, world.member(chat, viewer))
  return [
    { _: 'updateChatParticipants', participants },
    {
      _: 'updateChatDefaultBannedRights',
      peer: peerView(peer),
      default_banned_rights: bannedRightsView(chat.defaultBanned),
      version: 1,
    },
  ]
}

const participantView = (chat: Chat, userId: number): TlObject => {
  const role = chat.members[userId]?.role
  if (role === 'creator') return { _: 'chatParticipantCreator', user_id: userId }
  const name = role === 'admin' ? 'chatParticipantAdmin' : 'chatParticipant'
  return { _: name, user_id: userId, inviter_id: userId, date: chat.createdAt }
}

/** Who is in a basic group; closed to who is not. */
export const participantsView = (chat: Chat, viewer: Member | undefined): TlObject =>
  isInside(viewer)
    ? {
        _: 'chatParticipants',
        chat_id: chat.id,
        participants: membersOf(chat).map(id => participantView(chat, id)),
        version: 1,
      }
    : { _: 'chatParticipantsForbidden', chat_id: chat.id }

/** The ids of who is in a chat. */
export const membersOf = (chat: Chat): number[] =>
  Object.keys(chat.members)
    .map(Number)
    .filter(id => isInside(chat.members[id]))

/** The update that announces a new message, which differs between channels and the rest. */
export const newMessageUpdate = (view: View, message: Message): TlObject => ({
  _: splitKey(message.peer).kind === 'channel' ? 'updateNewChannelMessage' : 'updateNewMessage',
  message: messageView(view, message),
  pts: message.pts,
  pts_count: 1,
})

export const editedUpdate = (view: View, message: Message): TlObject => ({
  _: splitKey(message.peer).kind === 'channel' ? 'updateEditChannelMessage' : 'updateEditMessage',
  message: messageView(view, message),
  pts: message.pts,
  pts_count: 1,
})

/** The update that takes messages away; `channelId` is null outside channels and supergroups. */
export const deletedUpdate = (channelId: number | null, ids: readonly number[], pts: number): TlObject =>
  channelId === null
    ? { _: 'updateDeleteMessages', messages: ids, pts, pts_count: ids.length }
    : { _: 'updateDeleteChannelMessages', channel_id: channelId, messages: ids, pts, pts_count: ids.length }

export const notifySettings: TlObject = { _: 'peerNotifySettings' }

import { RpcError } from '../errors.ts'
import type { TlObject } from '../tl/value.ts'
import { checkMayWrite, checkSlowMode, checkTopic, isInside } from './rights.ts'
import { checkText } from './text.ts'
import { keyOfUser, splitKey } from './state.ts'
import type { Chat, Message, PeerKey } from './state.ts'
import type { WorldCore } from './world.ts'

/** A message before it has an id. */
export type Draft = {
  readonly text: string
  readonly entities?: readonly TlObject[]
  readonly silent?: boolean
  readonly topicId?: number | null
  readonly replyTo?: number | null
  /** Seconds; now unless told. */
  readonly date?: number
  readonly fromScheduled?: boolean
}

/** Puts a message where everyone concerned finds it, and says so. Gives the sender's copy. */
export const deliver = (world: WorldCore, from: number, peer: PeerKey, draft: Draft): Message => {
  const message: Message = {
    id: 0,
    pts: 0,
    from,
    peer,
    date: draft.date ?? world.now(),
    editDate: null,
    text: draft.text,
    entities: [...(draft.entities ?? [])],
    silent: draft.silent ?? false,
    fromScheduled: draft.fromScheduled ?? false,
    topicId: draft.topicId ?? null,
    replyTo: draft.replyTo ?? null,
  }
  const { kind, id } = splitKey(peer)
  const chat = world.chat(peer)
  if (kind === 'channel' && chat) return post(world, chat, message)
  if (kind === 'chat' && chat) {
    for (const userId of insidersOf(world, chat)) {
      if (userId !== from) keep(world, userId, { ...message })
    }
  } else if (id !== from && world.user(id)?.login) {
    keep(world, id, { ...message, peer: keyOfUser(from) })
  }
  return keep(world, from, message)
}

const post = (world: WorldCore, chat: Chat, message: Message): Message => {
  message.id = chat.posts.nextId
  message.pts = chat.posts.pts + 1
  chat.posts.nextId += 1
  chat.posts.pts += 1
  chat.posts.messages.push(message)
  chat.lastPostBy[message.from] = message.date
  for (const userId of insidersOf(world, chat)) world.emit({ type: 'message', userId, message })
  return message
}

const insidersOf = (world: WorldCore, chat: Chat): number[] =>
  world
    .accounts()
    .map(user => user.id)
    .filter(id => isInside(world.member(chat, id)))

// Private chats and basic groups: each account has its own copies, numbered in one row over all of them.
const keep = (world: WorldCore, userId: number, message: Message): Message => {
  const box = world.box(userId)
  message.id = box.nextId
  message.pts = box.pts + 1
  box.nextId += 1
  box.pts += 1
  const history = (box.history[message.peer] ??= [])
  history.push(message)
  if (world.user(userId)?.login) world.emit({ type: 'message', userId, message })
  return message
}

/** What an account finds in a conversation, oldest first. */
export const historyOf = (world: WorldCore, userId: number, peer: PeerKey): readonly Message[] =>
  splitKey(peer).kind === 'channel'
    ? (world.chat(peer)?.posts.messages ?? [])
    : (world.box(userId).history[peer] ?? [])

/** Throws what Telegram answers when this account may not write there. */
export const checkWrite = (world: WorldCore, from: number, peer: PeerKey, topicId: number | null): void => {
  const { kind, id } = splitKey(peer)
  if (kind === 'user') {
    if (!world.user(id)) throw new RpcError(400, 'PEER_ID_INVALID')
    return
  }
  const chat = world.chat(peer)
  if (!chat) throw new RpcError(400, 'PEER_ID_INVALID')
  const member = world.member(chat, from)
  checkMayWrite(chat, member)
  checkTopic(chat, member, topicId)
}

/** Sends at once. Throws RpcError. */
export const sendNow = (world: WorldCore, from: number, peer: PeerKey, draft: Draft): Message => {
  const text = checkText(draft.text, draft.entities ?? [])
  checkWrite(world, from, peer, draft.topicId ?? null)
  const chat = world.chat(peer)
  if (chat) checkSlowMode(chat, world.member(chat, from), from, world.now())
  return deliver(world, from, peer, { ...draft, ...text })
}

/** Changes a message that has been published. Throws RpcError. */
export const editPublished = (
  world: WorldCore,
  userId: number,
  peer: PeerKey,
  id: number,
  change: { readonly text: string; readonly entities: readonly TlObject[] },
): Message => {
  const message = historyOf(world, userId, peer).find(one => one.id === id)
  if (!message) throw new RpcError(400, 'MESSAGE_ID_INVALID')
  if (message.from !== userId) throw new RpcError(403, 'MESSAGE_AUTHOR_REQUIRED')
  if (message.date + EDIT_SECONDS < world.now()) throw new RpcError(400, 'MESSAGE_EDIT_TIME_EXPIRED')
  const { text, entities } = checkText(change.text, change.entities)
  if (text === message.text && sameEntities(entities, message.entities)) {
    throw new RpcError(400, 'MESSAGE_NOT_MODIFIED')
  }
  const chat = world.chat(peer)
  const flow = chat && chat.kind !== 'group' ? chat.posts : world.box(userId)
  flow.pts += 1
  Object.assign(message, { text, entities, editDate: world.now(), pts: flow.pts })
  const readers = flow === chat?.posts ? insidersOf(world, chat) : [userId]
  for (const reader of readers) world.emit({ type: 'edited', userId: reader, message })
  return message
}

const EDIT_SECONDS = 172_800

/** Whether two lists of entities mark the same things. */
export const sameEntities = (a: readonly TlObject[], b: readonly TlObject[]): boolean =>
  fingerprint(a) === fingerprint(b)

const fingerprint = (entities: readonly TlObject[]): string =>
  JSON.stringify(entities, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))

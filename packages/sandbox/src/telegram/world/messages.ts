import { randomBytes } from 'node:crypto'
import { RpcError } from '../errors.ts'
import type { TlObject } from '../tl/value.ts'
import { contentOf } from './media.ts'
import { checkMayWrite, checkSlowMode, checkTopic, hasAdminRight, isInside } from './rights.ts'
import type { Content } from './rights.ts'
import { keyOfUser, splitKey } from './state.ts'
import type { Chat, Media, Message, PeerKey } from './state.ts'
import { checkCaption, checkText } from './text.ts'
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
  readonly media?: Media | null
  readonly groupedId?: string | null
  readonly sendAs?: PeerKey | null
  readonly previewUrl?: string | null
  readonly noforwards?: boolean
  readonly invertMedia?: boolean
  readonly repeatSeconds?: number | null
  readonly action?: TlObject | null
}

/** A draft as a message without a place yet. */
export const toMessage = (from: number, peer: PeerKey, date: number, draft: Draft): Message => ({
  id: 0,
  uid: randomBytes(8).toString('hex'),
  pts: 0,
  bornPts: 0,
  from,
  peer,
  date,
  editDate: null,
  text: draft.text,
  entities: [...(draft.entities ?? [])],
  silent: draft.silent ?? false,
  fromScheduled: draft.fromScheduled ?? false,
  topicId: draft.topicId ?? null,
  replyTo: draft.replyTo ?? null,
  media: draft.media ?? null,
  groupedId: draft.groupedId ?? null,
  sendAs: draft.sendAs ?? null,
  previewUrl: draft.previewUrl ?? null,
  noforwards: draft.noforwards ?? false,
  invertMedia: draft.invertMedia ?? false,
  repeatSeconds: draft.repeatSeconds ?? null,
  action: draft.action ?? null,
})

/** Puts a message where everyone concerned finds it, and says so. Gives the sender's copy. */
export const deliver = (world: WorldCore, from: number, peer: PeerKey, draft: Draft): Message => {
  const message = toMessage(from, peer, draft.date ?? world.now(), draft)
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
  message.bornPts = message.pts
  chat.posts.nextId += 1
  chat.posts.pts += 1
  chat.posts.messages.push(message)
  chat.lastPostBy[message.from] = message.date
  for (const userId of insidersOf(world, chat)) world.emit({ type: 'message', userId, message })
  return message
}

/** The accounts that are in a chat. */
export const insidersOf = (world: WorldCore, chat: Chat): number[] =>
  world
    .accounts()
    .map(user => user.id)
    .filter(id => isInside(world.member(chat, id)))

// Private chats and basic groups: each account has its own copies, numbered in one row over all of them.
const keep = (world: WorldCore, userId: number, message: Message): Message => {
  const box = world.box(userId)
  message.id = box.nextId
  message.pts = box.pts + 1
  message.bornPts = message.pts
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
export const checkWrite = (
  world: WorldCore,
  from: number,
  peer: PeerKey,
  topicId: number | null,
  content: Content = 'plain',
): void => {
  const { kind, id } = splitKey(peer)
  if (kind === 'user') {
    if (!world.user(id)) throw new RpcError(400, 'PEER_ID_INVALID')
    return
  }
  const chat = world.chat(peer)
  if (!chat) throw new RpcError(400, 'PEER_ID_INVALID')
  const member = world.member(chat, from)
  checkMayWrite(chat, member, content)
  checkTopic(chat, member, topicId)
}

/** The drafts as they are kept, or what Telegram answers to them: text, rights and topic, of each. */
export const checkDrafts = (
  world: WorldCore,
  from: number,
  peer: PeerKey,
  drafts: readonly Draft[],
): Draft[] =>
  drafts.map(draft => {
    const content = checkContent(world, from, draft)
    checkWrite(world, from, peer, draft.topicId ?? null, contentOf(world, { media: draft.media ?? null }))
    return { ...draft, ...content }
  })

const checkContent = (
  world: WorldCore,
  from: number,
  { text, entities = [], media }: Pick<Draft, 'text' | 'entities' | 'media'>,
): { text: string; entities: TlObject[] } =>
  media == null ? checkText(text, entities) : checkCaption(text, entities, world.user(from)?.premium ?? false)

/** Sends at once, one message or the items of an album. Throws RpcError, and then nothing is sent. */
export const sendAllNow = (
  world: WorldCore,
  from: number,
  peer: PeerKey,
  drafts: readonly Draft[],
): Message[] => {
  const checked = checkDrafts(world, from, peer, drafts)
  const chat = world.chat(peer)
  if (chat) checkSlowMode(chat, world.member(chat, from), from, world.now(), drafts.length)
  return checked.map(draft => deliver(world, from, peer, draft))
}

/** What of a message is to be changed; what is absent stays. */
export type Change = {
  readonly text?: string
  readonly entities?: readonly TlObject[]
  readonly media?: Media
  /** Null for no preview; absent, the one that is there stays. */
  readonly previewUrl?: string | null
  readonly invertMedia?: boolean
}

/** The content after a change. Throws RpcError for what cannot be, MESSAGE_NOT_MODIFIED for no change at all. */
export const changed = (
  world: WorldCore,
  message: Message,
  change: Change,
): Pick<Message, 'text' | 'entities' | 'media' | 'previewUrl' | 'invertMedia'> => {
  const media = change.media ?? message.media
  const words =
    change.text === undefined
      ? { text: message.text, entities: message.entities }
      : checkContent(world, message.from, { text: change.text, entities: change.entities ?? [], media })
  const { previewUrl = message.previewUrl, invertMedia = message.invertMedia } = change
  return { ...words, media, previewUrl, invertMedia }
}

/** Whether a change would leave everything as it is. */
export const sameContent = (message: Message, content: ReturnType<typeof changed>): boolean =>
  content.text === message.text &&
  sameEntities(content.entities, message.entities) &&
  content.media?.fileId === message.media?.fileId &&
  content.media?.spoiler === message.media?.spoiler &&
  content.previewUrl === message.previewUrl &&
  content.invertMedia === message.invertMedia

/** Changes a message that has been published. Throws RpcError. */
export const editPublished = (
  world: WorldCore,
  userId: number,
  peer: PeerKey,
  id: number,
  change: Change,
): Message => {
  const message = historyOf(world, userId, peer).find(one => one.id === id)
  if (!message || message.action !== null) throw new RpcError(400, 'MESSAGE_ID_INVALID')
  const chat = world.chat(peer)
  const editor = chat?.kind === 'channel' && hasAdminRight(world.member(chat, userId), 'edit_messages')
  if (message.from !== userId && !editor) throw new RpcError(403, 'MESSAGE_AUTHOR_REQUIRED')
  if (!editor && message.date + EDIT_SECONDS < world.now()) {
    throw new RpcError(400, 'MESSAGE_EDIT_TIME_EXPIRED')
  }
  const content = changed(world, message, change)
  if (sameContent(message, content)) throw new RpcError(400, 'MESSAGE_NOT_MODIFIED')
  for (const { flow, copy, readers } of copiesOf(world, userId, message)) {
    flow.pts += 1
    Object.assign(copy, { ...content, editDate: world.now(), pts: flow.pts })
    for (const reader of readers) world.emit({ type: 'edited', userId: reader, message: copy })
  }
  return message
}

type Copy = {
  readonly flow: { pts: number; deleted: { pts: number; id: number }[] }
  readonly row: Message[]
  readonly copy: Message
  readonly readers: readonly number[]
}

/** Where a message stands: once in a channel, once for each account elsewhere. */
const copiesOf = (world: WorldCore, userId: number, message: Message): Copy[] => {
  const chat = world.chat(message.peer)
  if (chat && chat.kind !== 'group') {
    const { posts } = chat
    return [{ flow: posts, row: posts.messages, copy: message, readers: insidersOf(world, chat) }]
  }
  return world.accounts().flatMap(({ id }) => {
    const box = world.box(id)
    return Object.values(box.history).flatMap(row => {
      const copy = id === userId ? row.find(one => one === message) : twinIn(row, message)
      return copy ? [{ flow: box, row, copy, readers: [id] }] : []
    })
  })
}

const twinIn = (row: readonly Message[], message: Message): Message | undefined =>
  message.uid === '' ? undefined : row.find(one => one.uid === message.uid)

/** Deletes published messages for everyone; numbers that are not there are passed over, as Telegram does. */
export const deletePublished = (
  world: WorldCore,
  userId: number,
  peer: PeerKey,
  ids: readonly number[],
): number => {
  const chat = world.chat(peer)
  const mayDelete = chat && hasAdminRight(world.member(chat, userId), 'delete_messages')
  const gone = historyOf(world, userId, peer).filter(message => ids.includes(message.id))
  if (chat && !mayDelete && gone.some(message => message.from !== userId)) {
    throw new RpcError(403, 'MESSAGE_DELETE_FORBIDDEN')
  }
  for (const message of gone) {
    for (const { flow, row, copy, readers } of copiesOf(world, userId, message)) {
      row.splice(row.indexOf(copy), 1)
      flow.pts += 1
      const { pts } = flow
      flow.deleted.push({ pts, id: copy.id })
      flow.deleted.splice(0, flow.deleted.length - MOST_REMEMBERED)
      for (const reader of readers) {
        world.emit({ type: 'deleted', userId: reader, peer: copy.peer, ids: [copy.id], pts })
      }
    }
  }
  return gone.length
}

const EDIT_SECONDS = 172_800
const MOST_REMEMBERED = 1000

/** Whether two lists of entities mark the same things. */
const sameEntities = (a: readonly TlObject[], b: readonly TlObject[]): boolean =>
  fingerprint(a) === fingerprint(b)

const fingerprint = (entities: readonly TlObject[]): string =>
  JSON.stringify(entities, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))

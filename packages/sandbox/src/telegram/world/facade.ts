import type { TlObject } from '../tl/value.ts'
import type { PendingCode } from './codes.ts'
import { expireReferences, fileOf, makePhoto } from './media.ts'
import { deletePublished, deliver, editPublished, historyOf, insidersOf, sendAllNow } from './messages.ts'
import type { Draft } from './messages.ts'
import { migrate } from './migrate.ts'
import { greyPng } from './png.ts'
import {
  allScheduled,
  editScheduled,
  publish,
  publishForOnline,
  schedule,
  scheduledOf,
  unschedule,
} from './schedule.ts'
import type { ScheduleChange } from './schedule.ts'
import { keyOfChat, keyOfUser, splitKey } from './state.ts'
import type { Chat, Media, MediaKind, Message, PeerKey, User } from './state.ts'
import { createUploads } from './uploads.ts'
import type { Uploads } from './uploads.ts'
import type { NewChat, NewMember, NewUser, WorldCore } from './world.ts'

/**
 * What seeds and tests do to the world. Phones are given as a person writes them; a chat is named by the key that
 * `addChat` gave, a private conversation by `keyOfUser`. Whatever is done here reaches connected clients as updates,
 * like the doing of another device. Unknown phones and chats throw RangeError, refusals RpcError.
 */
export type World = {
  /** World time, seconds. */
  readonly now: () => number
  readonly addUser: (user: NewUser) => User
  readonly addChat: (chat: NewChat) => PeerKey
  /** Joins, leaves, promotes, restricts or bans somebody; what is not said of them is as for an ordinary member. */
  readonly setMember: (chat: PeerKey, member: NewMember) => void
  /** Makes a supergroup of a basic group, whose key it gives. */
  readonly migrate: (group: PeerKey) => PeerKey
  /** Changes what is written of a chat, e.g. its restrictions, slow mode, title. */
  readonly changeChat: (chat: PeerKey, change: Partial<Pick<Chat, ChangeableOfChat>>) => void
  readonly pin: (phone: string, chats: readonly PeerKey[]) => void
  /** Sends from another device of an account, if it may. */
  readonly send: (phone: string, chat: PeerKey, draft: Draft) => Message
  /** Deletes published messages for everyone. */
  readonly delete: (phone: string, chat: PeerKey, ids: readonly number[]) => void
  /** What Telegram answers to an account's next send, or to all of them; null for nothing any more. */
  readonly refuseSends: (phone: string, refusal: User['sendRefusal']) => void
  /** Puts a message in a chat without asking for rights. */
  readonly say: (chat: PeerKey, from: User, draft: Draft) => Message
  readonly schedule: (phone: string, chat: PeerKey, draft: Draft & { readonly date: number }) => Message
  readonly editScheduled: (phone: string, chat: PeerKey, id: number, change: ScheduleChange) => Message
  readonly deleteScheduled: (phone: string, chat: PeerKey, ids: readonly number[]) => void
  readonly publishScheduled: (phone: string, chat: PeerKey, ids: readonly number[]) => readonly Message[]
  readonly edit: (
    phone: string,
    chat: PeerKey,
    id: number,
    text: string,
    entities?: readonly TlObject[],
  ) => Message
  /** Publishes what was scheduled for when this person comes online. */
  readonly comeOnline: (user: User) => void
  readonly account: (phone: string) => User
  readonly chats: () => readonly { readonly peer: PeerKey; readonly chat: Chat }[]
  /** Scheduled messages of one account in one chat, the last due first. */
  readonly scheduled: (phone: string, chat: PeerKey) => readonly Message[]
  /** What an account finds in a chat, oldest first. */
  readonly history: (phone: string, chat: PeerKey) => readonly Message[]
  readonly user: (id: number) => User | undefined
  /** The name of a chat, or of a person. */
  readonly titleOf: (peer: PeerKey) => string
  /** All that is scheduled by every account, the first due first. */
  readonly queue: () => readonly Message[]
  /** What was published last, the latest first; each message once. */
  readonly published: (most: number) => readonly Message[]
  /** The codes that clients wait for, the latest first. */
  readonly pendingCodes: () => readonly PendingCode[]
  readonly keyOfUser: (user: User) => PeerKey
  /** A photo to put into messages, as if it had been uploaded; one grey of so many pixels. */
  readonly addPhoto: (size?: { width: number; height: number }) => Media
  readonly mediaKind: (media: Media) => MediaKind
  /** File references made until now expire: FILE_REFERENCE_EXPIRED. */
  readonly expireFileReferences: () => void
  /** Parts uploaded and not yet used are forgotten: FILE_PART_0_MISSING. */
  readonly expireUploads: () => void
  /** The code under way for this number is too old from now on. */
  readonly expireCodes: (phone: string) => void
}

type ChangeableOfChat =
  | 'title'
  | 'username'
  | 'defaultBanned'
  | 'slowModeSeconds'
  | 'deactivated'
  | 'topics'
  | 'migratedTo'
  | 'restricted'
  | 'noforwards'
  | 'messagePrice'

/** `uploads` is where the bytes of files are. */
export const createWorld = (core: WorldCore, uploads: Uploads = createUploads(core.now)): World => {
  const idOf = (phone: string): number => core.account(phone).id
  const chatOf = (peer: PeerKey): Chat => {
    const chat = core.chat(peer)
    if (!chat) throw new RangeError(`no such chat: ${peer}`)
    return chat
  }
  const tellOf = (peer: PeerKey): void => {
    for (const userId of insidersOf(core, chatOf(peer))) core.emit({ type: 'chat', userId, peer })
  }
  return {
    now: core.now,
    addUser: core.addUser,
    addChat: given => {
      const peer = core.addChat(given)
      tellOf(peer)
      return peer
    },
    setMember: (peer, member) => {
      core.setMember(peer, member)
      tellOf(peer)
    },
    migrate: peer => migrate(core, peer),
    changeChat: (peer, change) => {
      Object.assign(chatOf(peer), change)
      tellOf(peer)
    },
    send: (phone, peer, draft) => {
      const [sent] = sendAllNow(core, idOf(phone), peer, [draft])
      if (!sent) throw new RangeError('nothing to send')
      return sent
    },
    delete: (phone, peer, ids) => {
      deletePublished(core, idOf(phone), peer, ids)
    },
    refuseSends: (phone, refusal) => {
      core.account(phone).sendRefusal = refusal
    },
    pin: (phone, chats) => {
      core.box(idOf(phone)).pinned = [...chats]
    },
    say: (peer, from, draft) => deliver(core, from.id, peer, draft),
    schedule: (phone, peer, draft) => schedule(core, idOf(phone), peer, draft),
    editScheduled: (phone, peer, id, change) => editScheduled(core, idOf(phone), peer, id, change)[0],
    deleteScheduled: (phone, peer, ids) => {
      unschedule(core, idOf(phone), peer, ids)
    },
    publishScheduled: (phone, peer, ids) => publish(core, idOf(phone), peer, ids),
    edit: (phone, peer, id, text, entities = []) =>
      editPublished(core, idOf(phone), peer, id, { text, entities }),
    comeOnline: user => {
      publishForOnline(core, user.id)
    },
    account: core.account,
    chats: () => Object.values(core.state.chats).map(chat => ({ peer: keyOfChat(chat), chat })),
    scheduled: (phone, peer) => scheduledOf(core, idOf(phone), peer),
    history: (phone, peer) => {
      if (splitKey(peer).kind !== 'user') chatOf(peer)
      return historyOf(core, idOf(phone), peer)
    },
    user: core.user,
    titleOf: peer => {
      const person = core.user(splitKey(peer).id)
      return core.chat(peer)?.title ?? `${person?.firstName ?? '?'} ${person?.lastName ?? ''}`.trim()
    },
    queue: () => [...allScheduled(core)].sort((a, b) => a.date - b.date || a.id - b.id),
    published: most => {
      const posts = Object.values(core.state.chats).flatMap(chat => chat.posts.messages.slice(-most))
      const rows = Object.entries(core.state.boxes).flatMap(([id, box]) =>
        // Of a private conversation the sender's copy is shown.
        Object.values(box.history).flatMap(row =>
          row.filter(message => message.from === Number(id)).slice(-most),
        ),
      )
      return [...posts, ...rows].sort((a, b) => b.date - a.date || b.id - a.id).slice(0, most)
    },
    pendingCodes: core.codes.pending,
    keyOfUser: user => keyOfUser(user.id),
    addPhoto: ({ width, height } = { width: 640, height: 480 }) => {
      const bytes = greyPng(width, height)
      const blob = `grey-${width}x${height}`
      uploads.write(blob, bytes)
      return { fileId: makePhoto(core, { blob, size: bytes.length, head: bytes }).id, spoiler: false }
    },
    mediaKind: media => fileOf(core, media)?.kind ?? 'document',
    expireFileReferences: () => {
      expireReferences(core)
    },
    expireUploads: uploads.expire,
    expireCodes: phone => {
      const user = core.account(phone)
      if (user.phone !== null) core.codes.expire(user.phone)
    },
  }
}

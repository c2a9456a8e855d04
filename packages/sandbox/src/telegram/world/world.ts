import { createHash, randomBytes } from 'node:crypto'
import { RpcError } from '../errors.ts'
import { createCodes } from './codes.ts'
import type { Codes } from './codes.ts'
import { toLogin } from './login.ts'
import type { NewLogin } from './login.ts'
import { isInside } from './rights.ts'
import { keyOfChat, splitKey } from './state.ts'
import type {
  AdminRight,
  BannedRight,
  Box,
  Chat,
  Member,
  Message,
  PeerKey,
  User,
  WorldState,
} from './state.ts'

/** What happened to one account; clients are told, unless it is their own doing. */
export type WorldEvent =
  | { readonly type: 'message'; readonly userId: number; readonly message: Message }
  | { readonly type: 'edited'; readonly userId: number; readonly message: Message }
  | {
      readonly type: 'deleted'
      readonly userId: number
      readonly peer: PeerKey
      readonly ids: readonly number[]
      /** Place in the flow of the box or channel. */
      readonly pts: number
    }
  | {
      /** Rights, members, title or restrictions of a chat are not what they were. */
      readonly type: 'chat'
      readonly userId: number
      readonly peer: PeerKey
    }
  | { readonly type: 'scheduled'; readonly userId: number; readonly message: Message }
  | {
      readonly type: 'unscheduled'
      readonly userId: number
      readonly peer: PeerKey
      readonly ids: readonly number[]
      /** The published messages, in the order of `ids`; null when they were deleted. */
      readonly sentIds: readonly number[] | null
    }

export type NewUser = {
  firstName: string
  lastName?: string
  username?: string
  /** E.164 without the plus sign. */
  phone?: string
  bot?: boolean
  premium?: boolean
  login?: NewLogin
}

export type NewMember = {
  user: User
  role?: Member['role']
  adminRights?: readonly AdminRight[]
  bannedRights?: readonly BannedRight[]
}

export type NewChat = {
  kind: Chat['kind']
  title: string
  about?: string
  username?: string
  members: readonly NewMember[]
  participants?: number
  defaultBanned?: readonly BannedRight[]
  slowModeSeconds?: number
  /** Titles; the first is the general one. A closed one has `closed`. */
  topics?: readonly (string | { title: string; closed: boolean })[]
  messagePrice?: number
  noforwards?: boolean
  restricted?: boolean
}

/** Users, chats and boxes. Everything else of the world is written over it. */
export type WorldCore = {
  readonly state: WorldState
  readonly codes: Codes
  /** World time, seconds. */
  readonly now: () => number
  readonly emit: (event: WorldEvent) => void
  readonly addUser: (user: NewUser) => User
  readonly addChat: (chat: NewChat) => PeerKey
  readonly setMember: (peer: PeerKey, member: NewMember) => void
  readonly user: (id: number) => User | undefined
  readonly chat: (peer: PeerKey) => Chat | undefined
  readonly byPhone: (phone: string) => User | undefined
  /** The account with this number; throws RangeError when there is none. */
  readonly account: (phone: string) => User
  readonly accounts: () => User[]
  readonly box: (userId: number) => Box
  /** Of a conversation or, as `file:<id>`, of a photo or document: one for each account. */
  readonly accessHash: (viewer: number, of: PeerKey | `file:${string}`) => bigint
  readonly member: (chat: Chat, userId: number) => Member | undefined
}

/** Digits only, or null for what cannot be a phone number. */
export const normalisePhone = (given: string): string | null => {
  const digits = given.replace(/\D/g, '')
  return digits.length >= 8 && digits.length <= 15 ? digits : null
}

export const emptyState = (): WorldState => ({
  secret: randomBytes(16).toString('hex'),
  users: {},
  chats: {},
  boxes: {},
  files: {},
})

const FIRST_USER = 639_980_000
const FIRST_GROUP = 4_821_000
const FIRST_CHANNEL = 1_639_980_000

export const createWorldCore = (
  state: WorldState,
  now: () => number,
  emit: (event: WorldEvent) => void,
): WorldCore => {
  const nextId = (ids: string[], first: number): number => Math.max(first, ...ids.map(Number)) + 1

  const toMember = ({ role = 'member', adminRights = [], bannedRights = [] }: NewMember): Member => ({
    role,
    adminRights: [...adminRights],
    bannedRights: [...bannedRights],
  })

  const chat = (peer: PeerKey): Chat | undefined => {
    const { kind, id } = splitKey(peer)
    const found = kind === 'user' ? undefined : state.chats[id]
    return found && keyOfChat(found) === peer ? found : undefined
  }

  const byPhone = (phone: string): User | undefined => {
    const digits = normalisePhone(phone)
    return digits === null ? undefined : Object.values(state.users).find(user => user.phone === digits)
  }

  return {
    state,
    codes: createCodes(now),
    now,
    emit,
    addUser: given => {
      const user: User = {
        id: nextId(Object.keys(state.users), FIRST_USER),
        firstName: given.firstName,
        lastName: given.lastName ?? '',
        username: given.username ?? null,
        phone: given.phone === undefined ? null : normalisePhone(given.phone),
        bot: given.bot ?? false,
        premium: given.premium ?? false,
        sendRefusal: null,
        login: given.login ? toLogin(given.login) : null,
      }
      state.users[user.id] = user
      return user
    },
    addChat: given => {
      const basic = given.kind === 'group'
      const ids = Object.values(state.chats).filter(other => (other.kind === 'group') === basic)
      const added: Chat = {
        id: nextId(
          ids.map(other => String(other.id)),
          basic ? FIRST_GROUP : FIRST_CHANNEL,
        ),
        kind: given.kind,
        title: given.title,
        about: given.about ?? '',
        username: given.username ?? null,
        createdAt: now() - 86_400 * 200,
        participants: given.participants ?? given.members.length,
        members: Object.fromEntries(given.members.map(member => [member.user.id, toMember(member)])),
        defaultBanned: [...(given.defaultBanned ?? [])],
        slowModeSeconds: given.slowModeSeconds ?? 0,
        // Topic 1 is the general one, which a message reaches without naming a topic.
        topics:
          given.topics?.map((topic, i) => ({
            id: i === 0 ? 1 : i * 2 + 1,
            ...(typeof topic === 'string' ? { title: topic, closed: false } : topic),
          })) ?? null,
        deactivated: false,
        migratedTo: null,
        migratedFrom: null,
        restricted: given.restricted ?? false,
        noforwards: given.noforwards ?? false,
        messagePrice: given.messagePrice ?? 0,
        posts: {
          pts: 1,
          nextId: given.topics ? given.topics.length * 2 + 2 : 1,
          messages: [],
          deleted: [],
        },
        lastPostBy: {},
      }
      state.chats[added.id] = added
      return keyOfChat(added)
    },
    setMember: (peer, member) => {
      const found = chat(peer)
      if (!found) throw new RangeError(`no such chat: ${peer}`)
      const { id } = member.user
      const wasInside = isInside(found.members[id])
      found.members[id] = toMember(member)
      found.participants += Number(isInside(found.members[id])) - Number(wasInside)
      if (!isInside(found.members[id])) emit({ type: 'chat', userId: id, peer })
    },
    user: id => state.users[id],
    chat,
    byPhone,
    account: phone => {
      const user = byPhone(phone)
      if (!user?.login) throw new RangeError('no account with this number')
      return user
    },
    accounts: () => Object.values(state.users).filter(user => user.login !== null),
    box: userId =>
      (state.boxes[userId] ??= {
        pts: 1,
        nextId: 1,
        history: {},
        scheduled: {},
        deleted: [],
        randomIds: [],
        pinned: [],
      }),
    accessHash: (viewer, of) =>
      createHash('sha256').update(`${state.secret}/${viewer}/${of}`).digest().readBigInt64LE(),
    member: (of, userId) => of.members[userId],
  }
}

/** Throws unless this account can see the chat: what is private, and was left or never joined, is closed to it. */
export const checkMayRead = (world: WorldCore, peer: PeerKey, userId: number): void => {
  const { kind } = splitKey(peer)
  if (kind === 'user') return
  const chat = world.chat(peer)
  if (!chat) throw new RpcError(400, kind === 'chat' ? 'PEER_ID_INVALID' : 'CHANNEL_INVALID')
  const member = world.member(chat, userId)
  if (isInside(member)) return
  if (kind === 'chat') throw new RpcError(400, 'PEER_ID_INVALID')
  if (chat.username === null || member?.role === 'banned') throw new RpcError(400, 'CHANNEL_PRIVATE')
}

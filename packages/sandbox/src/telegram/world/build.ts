import type { World } from './facade.ts'
import type { AdminRight, BannedRight, PeerKey, User } from './state.ts'
import type { NewChat, NewMember } from './world.ts'

type Place = Omit<NewChat, 'kind' | 'title' | 'members' | 'restricted'> & {
  /** A stranger unless told. */
  readonly creator?: User
  readonly admins?: readonly User[]
  readonly adminRights?: readonly AdminRight[]
  readonly members?: readonly User[]
  /** Members who are held by these restrictions. */
  readonly restricted?: readonly User[]
  readonly bannedRights?: readonly BannedRight[]
}

/** Worlds in a line or two, for tests. Chats are given as the keys that `World` takes. */
export type Builder = {
  /** Somebody who can sign in; the code is 12345 unless told. */
  readonly account: (
    phone: string,
    name: string,
    options?: { readonly code?: string; readonly password?: string; readonly premium?: boolean },
  ) => User
  /** Somebody who cannot. */
  readonly stranger: (name: string) => User
  readonly channel: (title: string, place?: Place) => PeerKey
  readonly supergroup: (title: string, place?: Place) => PeerKey
  readonly group: (title: string, place?: Place) => PeerKey
  /** Topics by title, the general one first; a title in brackets is a closed one. */
  readonly forum: (title: string, topics: readonly string[], place?: Place) => PeerKey
}

const POST_RIGHTS: readonly AdminRight[] = ['post_messages', 'edit_messages', 'delete_messages']

export const buildIn = (world: World): Builder => {
  const nameOf = (name: string): { firstName: string; lastName: string } => {
    const [firstName = name, ...rest] = name.split(' ')
    return { firstName, lastName: rest.join(' ') }
  }
  const stranger = (name: string): User => world.addUser(nameOf(name))

  const chat = (kind: NewChat['kind'], title: string, place: Place = {}): PeerKey => {
    const { creator = stranger('Dominique'), admins = [], members = [], restricted = [], ...rest } = place
    const { adminRights = POST_RIGHTS, bannedRights = ['send_messages'], ...given } = rest
    const all: NewMember[] = [
      { user: creator, role: 'creator' },
      ...admins.map(user => ({ user, role: 'admin' as const, adminRights })),
      ...members.map(user => ({ user })),
      ...restricted.map(user => ({ user, bannedRights })),
    ]
    return world.addChat({ ...given, kind, title, members: all })
  }

  return {
    account: (phone, name, { code = '12345', premium = false, password } = {}) =>
      world.addUser({
        ...nameOf(name),
        phone,
        premium,
        login: { code, ...(password === undefined ? {} : { password }) },
      }),
    stranger,
    channel: (title, place) => chat('channel', title, place),
    supergroup: (title, place) => chat('supergroup', title, place),
    group: (title, place) => chat('group', title, place),
    forum: (title, topics, place) =>
      chat('supergroup', title, {
        ...place,
        topics: topics.map(topic => {
          const closed = /^\[(.*)\]$/.exec(topic)
          return closed ? { title: closed[1] ?? topic, closed: true } : topic
        }),
      }),
  }
}

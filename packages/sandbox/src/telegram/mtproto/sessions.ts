import type { AuthKey } from './keys.ts'
import { Session } from './session.ts'
import type { SessionDeps } from './session.ts'

const PER_KEY = 16

/** All sessions, by key and session id; of a key with too many, the oldest goes, one not connected if there is. */
export type Sessions = {
  readonly get: (key: AuthKey, id: bigint) => Session | undefined
  readonly open: (key: AuthKey, id: bigint) => Session
  readonly remove: (key: AuthKey, id: bigint) => boolean
  readonly all: () => Session[]
  readonly clear: () => void
}

export const createSessions = (deps: SessionDeps): Sessions => {
  const byKey = new Map<bigint, Map<bigint, Session>>()
  return {
    get: (key, id) => byKey.get(key.id)?.get(id),
    open: (key, id) => {
      const sessions = byKey.get(key.id) ?? new Map<bigint, Session>()
      byKey.set(key.id, sessions)
      const known = sessions.get(id)
      if (known) return known
      if (sessions.size >= PER_KEY) {
        const [oldest] = sessions.values()
        const leaving = [...sessions.values()].find(session => session.link === null) ?? oldest
        if (leaving) sessions.delete(leaving.id)
      }
      const session = new Session(id, key, deps)
      sessions.set(id, session)
      return session
    },
    remove: (key, id) => byKey.get(key.id)?.delete(id) ?? false,
    all: () => [...byKey.values()].flatMap(sessions => [...sessions.values()]),
    clear: () => {
      byKey.clear()
    },
  }
}

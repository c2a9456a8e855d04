import { createHash, randomBytes } from 'node:crypto'
import { earlier, fromDate, isBefore, plusSeconds, toDate, type Clock } from '../clock.ts'
import { newId } from '../ids.ts'
import type { Database, Tx } from '../storage/database.ts'
import type { AdminSession, Administrator } from '../storage/generated/client.ts'

const IDLE_SECONDS = 30 * 60
const ABSOLUTE_SECONDS = 8 * 3600
const CONFIRMED_SECONDS = 5 * 60
/** The last use is written at most this often. */
const SEEN_EVERY_SECONDS = 30

export type Session = AdminSession & { readonly administrator: Administrator }
export type Opened = { readonly secret: string; readonly session: Session }

const hash = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Sessions of the console: the cookie holds 256 random bits, the database only their hash. */
export function createSessions(options: { readonly db: Database; readonly clock: Clock }) {
  const { db, clock } = options

  const idleEnds = (session: AdminSession) => plusSeconds(fromDate(session.lastSeenAt), IDLE_SECONDS)
  const ends = (session: AdminSession) => plusSeconds(fromDate(session.createdAt), ABSOLUTE_SECONDS)
  const confirmedUntil = (session: AdminSession) =>
    session.confirmedAt &&
    earlier(plusSeconds(fromDate(session.confirmedAt), CONFIRMED_SECONDS), ends(session))

  const isOpen = (session: Session): boolean =>
    session.administrator.disabledAt === null &&
    isBefore(clock(), idleEnds(session)) &&
    isBefore(clock(), ends(session))

  return {
    idleEnds,
    ends,
    /** Until when the most sensitive actions are open; `null` when a new code is needed. */
    confirmedUntil(session: AdminSession) {
      const until = confirmedUntil(session)
      return until && isBefore(clock(), until) ? until : null
    },

    /** A new session, under a secret that nobody has seen before; what had ended is swept out. */
    async open(
      tx: Tx,
      administratorId: string,
      from: { readonly address: string; readonly userAgent: string },
    ): Promise<Opened> {
      const now = toDate(clock())
      await tx.adminSession.deleteMany({
        where: {
          OR: [
            { lastSeenAt: { lt: toDate(plusSeconds(clock(), -IDLE_SECONDS)) } },
            { createdAt: { lt: toDate(plusSeconds(clock(), -ABSOLUTE_SECONDS)) } },
          ],
        },
      })
      const secret = randomBytes(32).toString('base64url')
      const session = await tx.adminSession.create({
        data: {
          id: newId('ses'),
          secretHash: hash(secret),
          administratorId,
          createdAt: now,
          lastSeenAt: now,
          // Signing in took a one-time code too, but one's own screen may be unlocked since: asked again for what matters.
          confirmedAt: null,
          address: from.address,
          userAgent: from.userAgent.slice(0, 200),
        },
        include: { administrator: true },
      })
      return { secret, session }
    },

    /** The session a cookie opens, and notes its use; `null` when it has ended or never was. */
    async find(secret: string): Promise<Session | null> {
      const session = await db.adminSession.findUnique({
        where: { secretHash: hash(secret) },
        include: { administrator: true },
      })
      if (!session || !isOpen(session)) return null
      const now = clock()
      if (isBefore(plusSeconds(fromDate(session.lastSeenAt), SEEN_EVERY_SECONDS), now)) {
        await db.adminSession.updateMany({ where: { id: session.id }, data: { lastSeenAt: toDate(now) } })
      }
      return { ...session, lastSeenAt: toDate(now) }
    },

    /** Notes a fresh one-time code, and gives the session another secret: the old cookie opens nothing. */
    async confirm(tx: Tx, id: string): Promise<Opened> {
      const secret = randomBytes(32).toString('base64url')
      const session = await tx.adminSession.update({
        where: { id },
        data: { secretHash: hash(secret), confirmedAt: toDate(clock()) },
        include: { administrator: true },
      })
      return { secret, session }
    },

    list: async (administratorId: string): Promise<Session[]> => {
      const all = await db.adminSession.findMany({
        where: { administratorId },
        orderBy: { createdAt: 'desc' },
        include: { administrator: true },
      })
      return all.filter(isOpen)
    },

    /** Ends one session of a person, or all but one. */
    async end(tx: Tx, administratorId: string, which: { id: string } | { allBut: string }): Promise<number> {
      const id = 'id' in which ? which.id : { not: which.allBut }
      return (await tx.adminSession.deleteMany({ where: { administratorId, id } })).count
    },
  }
}
export type Sessions = ReturnType<typeof createSessions>

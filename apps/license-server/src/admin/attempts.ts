import { createHmac } from 'node:crypto'
import { deriveSealingKey } from '@autotele/crypto'
import { fromDate, plusSeconds, toDate, toUnix, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'

/**
 * Counts what is tried under a name within a sliding window, over all replicas. It slows guessing down and never locks
 * an account: the name holds the address too, so a stranger cannot shut a person out. Names are stored as hashes.
 */
export function createAttempts(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  readonly limit: number
  readonly windowSeconds: number
}) {
  const { db, clock, limit, windowSeconds } = options
  const key = deriveSealingKey(options.pepper, 'attempts')
  const hash = (name: string): string => createHmac('sha256', key).update(name).digest('base64url')

  return {
    /** Takes one attempt; gives the seconds to wait when there is none left. */
    async take(name: string): Promise<number | undefined> {
      const nameHash = hash(name)
      const now = toDate(clock())
      const since = toDate(plusSeconds(clock(), -windowSeconds))
      const ends = toDate(plusSeconds(clock(), windowSeconds))
      // One statement: two replicas that count at once wait for each other's row.
      const taken = await db.$executeRaw`
        INSERT INTO attempts (name_hash, tried, expires_at) VALUES (${nameHash}, ARRAY[${now}::timestamptz], ${ends})
        ON CONFLICT (name_hash) DO UPDATE SET expires_at = ${ends}, tried = array_append(
          ARRAY(SELECT t FROM unnest(attempts.tried) AS t WHERE t > ${since} ORDER BY t), ${now}::timestamptz)
        WHERE (SELECT count(*) FROM unnest(attempts.tried) AS t WHERE t > ${since}) < ${limit}`
      if (taken === 1) return undefined
      const row = await db.attempt.findUnique({ where: { nameHash } })
      const oldest = row?.tried.find(at => at > since)
      return oldest ? toUnix(fromDate(oldest)) + windowSeconds - toUnix(clock()) : 1
    },
    /** Gives the newest attempt back: it was none. */
    async forgive(name: string): Promise<void> {
      await db.$executeRaw`
        UPDATE attempts SET tried = trim_array(tried, 1) WHERE name_hash = ${hash(name)} AND cardinality(tried) > 0`
    },
    /** Forgets the attempts of someone who came in. */
    async clear(name: string): Promise<void> {
      await db.attempt.deleteMany({ where: { nameHash: hash(name) } })
    },
  }
}

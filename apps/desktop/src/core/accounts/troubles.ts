import { z } from 'zod'
import { RouteAttempt, type AccountId } from '../../contract/index.ts'
import type { SealedRecords } from '../vault/index.ts'
import type { LineTrouble } from './line.ts'

const KIND = 'line-trouble'
/** More rounds than this say nothing more, and are not worth writing each of them down. */
const ROUNDS_TOLD_APART = 3

const Stored = z.object({ rounds: z.int(), tried: z.array(RouteAttempt) })

/** What each account has tried in vain to reach Telegram, kept over restarts. */
export function createTroubles(records: SealedRecords) {
  const written = new Map<AccountId, string>()
  return {
    of: (accountId: AccountId): LineTrouble | null => {
      const stored = Stored.safeParse(records.read(KIND, accountId))
      return stored.success ? stored.data : null
    },
    keep: (accountId: AccountId, trouble: LineTrouble | null): void => {
      const kept = trouble && { ...trouble, rounds: Math.min(trouble.rounds, ROUNDS_TOLD_APART) }
      const text = JSON.stringify(kept)
      if (written.get(accountId) === text) return
      if (kept === null) records.remove(KIND, accountId)
      else records.write(KIND, accountId, kept)
      written.set(accountId, text)
    },
  }
}

export type Troubles = ReturnType<typeof createTroubles>

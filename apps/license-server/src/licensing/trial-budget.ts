import { createHmac } from 'node:crypto'
import { deriveSealingKey } from '@autotele/crypto'
import { toDate, type Clock } from '../clock.ts'
import type { Tx } from '../storage/database.ts'

/** New trials that one network may begin in a day; resuming one costs nothing. */
export const TRIALS_PER_NETWORK = 5

/**
 * Counts the trials that a network begins in a day (UTC). What is stored is an HMAC of the network under a key of that
 * day, so that the days cannot be joined and no address is kept.
 */
export function createTrialBudget(options: { readonly clock: Clock; readonly pepper: Uint8Array }) {
  const { clock, pepper } = options
  /** Takes one; gives the seconds until the next day when there is none left. */
  return async function take(tx: Tx, network: string): Promise<number | undefined> {
    const now = clock()
    const day = now.toZonedDateTimeISO('UTC').startOfDay()
    const ends = day.add({ days: 1 }).toInstant()
    const key = deriveSealingKey(pepper, `trial budget ${day.toPlainDate().toString()}`)
    const hash = createHmac('sha256', key).update(network).digest('hex')
    await tx.trialBudget.deleteMany({ where: { expiresAt: { lte: toDate(now) } } })
    const taken = await tx.$executeRaw`
      INSERT INTO trial_budgets (network_hash, used, expires_at) VALUES (${hash}, 1, ${toDate(ends)})
      ON CONFLICT (network_hash) DO UPDATE SET used = trial_budgets.used + 1
      WHERE trial_budgets.used < ${TRIALS_PER_NETWORK}`
    return taken === 1 ? undefined : Math.ceil(ends.since(now).total('seconds'))
  }
}

// What tests of several programs need of this server's insides.
import { totpCode, totpStepAt } from '../admin/totp.ts'
import { systemClock } from '../clock.ts'
import { countViolations } from '../http/invariants.ts'
import { openDatabase } from '../storage/database.ts'
import { fromBase32 } from './base32.ts'

export { startEmbeddedPostgres } from '../storage/embedded-postgres.ts'
export { startThrowawayPostgres } from './throwaway-postgres.ts'
export { createTestDevice, someDevice, type TestDevice } from './device.ts'

/**
 * An authenticator that holds this secret (base32). Each code is of a time step of its own, as the server asks for, the
 * first ones of steps that a clock may just be off by; then it waits for the next, up to half a minute.
 */
export function createAuthenticator(secret: string): { code: () => Promise<string> } {
  const STEP = 30
  let last = 0
  return {
    async code() {
      const second = Date.now() / 1000
      // Not the step before when that is about to be too old on its way.
      const earliest = totpStepAt(second) - (second % STEP < STEP - 8 ? 1 : 0)
      const step = Math.max(last + 1, earliest)
      while (totpStepAt(Date.now() / 1000) < step - 1) await new Promise(resolve => setTimeout(resolve, 250))
      last = step
      return totpCode(fromBase32(secret), step)
    },
  }
}

/** How many rows contradict what must always hold, by invariant: what the running server shows in its metrics. */
export async function readViolations(databaseUrl: string): Promise<Record<string, number>> {
  const db = openDatabase(databaseUrl, () => undefined)
  try {
    return await countViolations(db, systemClock)
  } finally {
    await db.$disconnect()
  }
}

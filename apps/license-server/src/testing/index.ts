// What tests of several programs need of this server's insides.
import { systemClock } from '../clock.ts'
import { countViolations } from '../http/invariants.ts'
import { openDatabase } from '../storage/database.ts'

export { startEmbeddedPostgres } from '../storage/embedded-postgres.ts'
export { createTestDevice, someDevice, type TestDevice } from './device.ts'

/** How many rows contradict what must always hold, by invariant: what the running server shows in its metrics. */
export async function readViolations(databaseUrl: string): Promise<Record<string, number>> {
  const db = openDatabase(databaseUrl, () => undefined)
  try {
    return await countViolations(db, systemClock)
  } finally {
    await db.$disconnect()
  }
}

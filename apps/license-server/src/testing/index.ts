// What tests of several programs need of this server's insides.
export { countViolations } from '../http/invariants.ts'
export { openDatabase, type Database } from '../storage/database.ts'
export { startEmbeddedPostgres, type EmbeddedPostgres } from '../storage/embedded-postgres.ts'
export { migrate } from '../storage/migrate.ts'
export { createTestDevice, someDevice, type TestDevice } from './device.ts'

export { createAdministrators, totpContext, type Administrators } from './administrators.ts'
export { createApiTokens, type ApiTokens } from './api-tokens.ts'
export { createAttempts } from './attempts.ts'
export { createAudit, type Act, type Actor, type Audit } from './audit.ts'
export { createIdempotency, type Once, type RunOnce } from './idempotency.ts'
export { csvLine } from './csv.ts'
export { createLicenseActs, type LicenseActs } from './licenses.ts'
export {
  createLists,
  CursorError,
  describeAudit,
  iso,
  isoOrNull,
  namesOf,
  toCheckout,
  toDevice,
  toEvent,
  toLedger,
  toLicense,
  withSeats,
  type Lists,
  type Page,
  type PageQuery,
} from './lists.ts'
export { createPasswords } from './passwords.ts'
export { createSessions, type Opened, type Session, type Sessions } from './sessions.ts'
export { moveKey } from './signing-keys.ts'
export { readStatistics } from './statistics.ts'

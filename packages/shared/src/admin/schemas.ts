import { z } from 'zod'
import { planSchema } from '../license/claims.ts'
import { deviceIdSchema, instantSchema, licenseIdSchema } from '../license/primitives.ts'
import { checkoutStateSchema } from '../license/routes.ts'
import { roleSchema, scopeSchema } from './access.ts'

/** Why something was done: kept in the audit log for ever. */
export const reasonSchema = z.string().trim().min(3).max(500)
const email = z.string().trim().toLowerCase().pipe(z.email().max(254))
/** Length is what counts; no rule about its characters (NIST SP 800-63B, 3.1.1.2). */
const newPassword = z.string().min(15).max(128)
const oneTimeCode = z
  .string()
  .trim()
  .regex(/^\d{6}$/)
/** A sequence number of the database. */
const rowId = z.string().regex(/^\d{1,18}$/)
const days = z.int().min(1).max(3660)
const nullableInstant = instantSchema.nullable()
const time = { createdAt: instantSchema }

/** What every list takes; `cursor` is `next` of the page before. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})
/** A page of a list, newest first; `next` is null at the end. */
const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), next: z.string().nullable() })

export const reasonRequestSchema = z.object({ reason: reasonSchema })

/* Signing in */
export const signInRequestSchema = z.object({
  email,
  password: z.string().min(1).max(128),
  /** Of the authenticator, or one of the recovery codes. */
  code: z.string().trim().min(6).max(40),
})
export const sessionSchema = z.object({
  id: z.string(),
  email: z.string(),
  role: roleSchema,
  /** Without a request until then it ends. */
  idleEnds: instantSchema,
  ends: instantSchema,
  /** Until when the most sensitive actions need no new code; null when they do. */
  confirmedUntil: nullableInstant,
  recoveryCodesLeft: z.int(),
})
export const stepUpRequestSchema = z.object({ code: oneTimeCode })
export const sessionSummarySchema = z.object({
  id: z.string(),
  ...time,
  lastSeenAt: instantSchema,
  address: z.string(),
  userAgent: z.string(),
  current: z.boolean(),
})
export const sessionsSchema = z.object({ data: z.array(sessionSummarySchema) })
export const enrolmentRequestSchema = z.object({ secret: z.string().min(1).max(100) })
export const enrolmentSchema = z.object({ email: z.string(), totpSecret: z.string(), totpUri: z.string() })
export const finishEnrolmentRequestSchema = enrolmentRequestSchema.extend({
  password: newPassword,
  code: oneTimeCode,
})
export const recoveryCodesSchema = z.object({ recoveryCodes: z.array(z.string()) })
export const changePasswordRequestSchema = z.object({
  current: z.string().min(1).max(128),
  next: newPassword,
})

/* Administrators and API tokens */
export const administratorSchema = z.object({
  id: z.string(),
  email: z.string(),
  role: roleSchema,
  ...time,
  enrolled: z.boolean(),
  disabled: z.boolean(),
})
export const administratorsSchema = z.object({ data: z.array(administratorSchema) })
export const inviteRequestSchema = z.object({ email, role: roleSchema, reason: reasonSchema })
export const changeAdministratorRequestSchema = z.object({
  role: roleSchema.optional(),
  disabled: z.boolean().optional(),
  reason: reasonSchema,
})
/** Shown once; whoever holds it within 15 minutes sets the password and the authenticator. */
export const invitationSchema = z.object({
  administrator: administratorSchema,
  enrolmentSecret: z.string(),
  ends: instantSchema,
})
export const apiTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  scopes: z.array(scopeSchema),
  ...time,
  expiresAt: instantSchema,
  lastUsedAt: nullableInstant,
  revokedAt: nullableInstant,
})
export const apiTokensSchema = z.object({ data: z.array(apiTokenSchema) })
export const createTokenRequestSchema = z.object({
  name: z.string().trim().min(1).max(80),
  scopes: z.array(scopeSchema).min(1),
  days: z.int().min(1).max(365),
  reason: reasonSchema,
})
/** `token` is shown once. */
export const createdTokenSchema = z.object({ token: z.string(), ...apiTokenSchema.shape })

/* Licences */
export const standingStatusSchema = z.enum([
  'trialing',
  'active',
  'grace',
  'expired',
  'trial_over',
  'suspended',
  'revoked',
])
export const licenseSummarySchema = z.object({
  id: licenseIdSchema,
  ...time,
  plan: planSchema,
  status: standingStatusSchema,
  trialEnd: nullableInstant,
  paidThrough: nullableInstant,
  keyTail: z.string().nullable(),
  seats: z.int(),
  seatsTaken: z.int(),
})
export const licensesSchema = pageOf(licenseSummarySchema)
export const licenseQuerySchema = pageQuerySchema.extend({
  /** Last four characters of a key, e-mail address, invoice id, checkout id, device id or licence id. */
  q: z.string().trim().min(1).max(254).optional(),
})
export const ledgerRowSchema = z.object({
  id: z.string(),
  kind: z.enum(['grant', 'reversal', 'extension']),
  invoiceId: z.string(),
  days: z.int().nullable(),
  paidAt: instantSchema,
  recordedAt: instantSchema,
  flags: z.array(z.string()),
})
export const deviceRowSchema = z.object({
  id: z.string(),
  label: z.string(),
  platform: z.string(),
  appVersion: z.string(),
  ...time,
  lastSeenAt: instantSchema,
  licenseId: z.string().nullable(),
  seated: z.boolean(),
})
export const devicesSchema = pageOf(deviceRowSchema)
export const checkoutRowSchema = z.object({
  id: z.string(),
  ...time,
  state: checkoutStateSchema,
  amount: z.string(),
  currency: z.string(),
  paidAmount: z.string(),
  email: z.string().nullable(),
  licenseId: z.string().nullable(),
  deviceId: z.string(),
  invoiceId: z.string().nullable(),
  invoiceStatus: z.string().nullable(),
})
export const checkoutsSchema = pageOf(checkoutRowSchema)
export const invoiceRowSchema = checkoutRowSchema.extend({
  invoiceId: z.string(),
  checkoutUrl: z.string().nullable(),
  expiresAt: nullableInstant,
  archivedAt: nullableInstant,
})
export const invoicesSchema = pageOf(invoiceRowSchema)
export const inboxRowSchema = z.object({
  id: z.string(),
  receivedAt: instantSchema,
  type: z.string().nullable(),
  invoiceId: z.string().nullable(),
  state: z.enum(['pending', 'done', 'ignored']),
  attempts: z.int(),
  deliveries: z.int(),
  error: z.string().nullable(),
  doneAt: nullableInstant,
})
export const inboxSchema = pageOf(inboxRowSchema)
export const inboxQuerySchema = pageQuerySchema.extend({
  state: z.enum(['pending', 'done', 'ignored']).optional(),
})
const text = z.object({ fr: z.string(), en: z.string() })
export const attentionRowSchema = z.object({
  id: z.string(),
  kind: z.string(),
  invoiceId: z.string().nullable(),
  checkoutId: z.string().nullable(),
  licenseId: z.string().nullable(),
  ...time,
  resolvedAt: nullableInstant,
  resolution: z.enum(['accepted', 'refused', 'obsolete']).nullable(),
  resolvedBy: z.string().nullable(),
  /** Address of that administrator; null for a command, or while nobody has. */
  resolvedByName: z.string().nullable(),
  action: z.string(),
  explanation: z.object({ happened: text, accept: text, refuse: text }),
})
export const attentionSchema = z.object({ data: z.array(attentionRowSchema) })
export const attentionQuerySchema = z.object({ all: z.stringbool().default(false) })
export const auditRowSchema = z.object({
  id: z.string(),
  at: instantSchema,
  actor: z.string(),
  /** Address of that administrator; null for a command on the host. */
  actorName: z.string().nullable(),
  tokenId: z.string().nullable(),
  action: z.string(),
  target: z.string(),
  reason: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  address: z.string(),
  requestId: z.string(),
  hash: z.string(),
})
export const auditSchema = pageOf(auditRowSchema)
export const auditQuerySchema = pageQuerySchema.extend({ target: z.string().max(100).optional() })
/** A licence's whole story on one page. */
export const licenseStorySchema = z.object({
  license: licenseSummarySchema,
  ledger: z.array(ledgerRowSchema),
  devices: z.array(deviceRowSchema),
  checkouts: z.array(checkoutRowSchema),
  deliveries: z.array(inboxRowSchema),
  attention: z.array(attentionRowSchema),
  audit: z.array(auditRowSchema),
})
export const trialRowSchema = licenseSummarySchema.extend({ converted: z.boolean() })
export const trialsSchema = pageOf(trialRowSchema)

export const issueRequestSchema = z.object({
  days,
  seats: z.int().min(1).max(20).default(2),
  reason: reasonSchema,
})
/** `licenseKey` is shown once. */
export const issuedSchema = z.object({ license: licenseSummarySchema, licenseKey: z.string() })
export const extendRequestSchema = z.object({ days, reason: reasonSchema })
export const bulkRequestSchema = z.object({
  ids: z.array(licenseIdSchema).min(1).max(200),
  action: z.enum(['suspend', 'reinstate', 'revoke']),
  reason: reasonSchema,
})
export const bulkResponseSchema = z.object({ changed: z.array(z.string()), unchanged: z.array(z.string()) })

export const signingKeySchema = z.object({
  kid: z.string(),
  state: z.enum(['next', 'active', 'retiring', 'retired', 'revoked']),
  ...time,
  published: z.boolean(),
})
export const signingKeysSchema = z.object({ version: z.int(), data: z.array(signingKeySchema) })
export const changeKeyRequestSchema = z.object({
  state: z.enum(['active', 'retired', 'revoked']),
  reason: reasonSchema,
})

const month = z.string().regex(/^\d{4}-\d{2}$/)
export const statisticsSchema = z.object({
  licenses: z.record(standingStatusSchema, z.int()),
  devicesActive30Days: z.int(),
  attentionOpen: z.int(),
  trials: z.array(z.object({ month, started: z.int(), converted: z.int() })),
  revenue: z.array(
    z.object({ month, currency: z.string(), amount: z.string(), payments: z.int(), late: z.int() }),
  ),
  versions: z.array(z.object({ appVersion: z.string(), platform: z.string(), devices: z.int() })),
})

/** Every list there is; `ledger` is every row of it, whichever the licence. */
export const EXPORTS = [
  'licenses',
  'ledger',
  'devices',
  'trials',
  'checkouts',
  'invoices',
  'inbox',
  'attention',
  'administrators',
  'tokens',
  'keys',
  'audit',
] as const
export type ExportName = (typeof EXPORTS)[number]
export const exportRequestSchema = z.object({ list: z.enum(EXPORTS), reason: reasonSchema })

export const licenseParamsSchema = z.object({ id: licenseIdSchema })
export const licenseDeviceParamsSchema = z.object({ id: licenseIdSchema, deviceId: deviceIdSchema })
export const rowParamsSchema = z.object({ id: rowId })
export const idParamsSchema = z.object({ id: z.string().min(1).max(64) })
export const kidParamsSchema = z.object({ kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })

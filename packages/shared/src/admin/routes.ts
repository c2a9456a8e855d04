import type { z } from 'zod'
import type { Role, Scope } from './access.ts'
import * as s from './schemas.ts'

/**
 * One route of the administration. The table is all there is: the server mounts it, checks against it who may pass, and
 * describes it; a console is typed by it.
 */
export type AdminRoute = {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** As Express writes it: `:id`. */
  readonly path: string
  readonly summary: string
  /** Who may call it: anyone at all (`public`), or these roles. What is not listed is refused. */
  readonly access: 'public' | readonly Role[]
  /** What an API token needs for it; without one the route is for people alone. */
  readonly scope?: Scope
  /** A one-time code must have been given within the last minutes. */
  readonly stepUp?: true
  /** Takes an `Idempotency-Key`: repeated with it, the call has its effect once and gives the same answer. */
  readonly idempotent?: true
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Of the good answer; `null` has no body. */
  readonly answer: z.ZodType | null | 'text/csv'
  /** 200 unless said otherwise. */
  readonly status?: 201 | 204
}

const ALL = ['owner', 'support', 'finance', 'read-only'] as const
const OWNER = ['owner'] as const
const HELPERS = ['owner', 'support'] as const
const MONEY = ['owner', 'finance'] as const

const route = <const R extends AdminRoute>(value: R): R => value

export const ADMIN_ROUTES = {
  signIn: route({
    method: 'post',
    path: '/admin/v1/session',
    summary: 'Sign in with password and one-time code',
    access: 'public',
    body: s.signInRequestSchema,
    answer: s.sessionSchema,
    status: 201,
  }),
  readSession: route({
    method: 'get',
    path: '/admin/v1/session',
    summary: 'Who is signed in, and for how long',
    access: ALL,
    answer: s.sessionSchema,
  }),
  signOut: route({
    method: 'delete',
    path: '/admin/v1/session',
    summary: 'Sign out',
    access: ALL,
    answer: null,
    status: 204,
  }),
  stepUp: route({
    method: 'post',
    path: '/admin/v1/session/step-up',
    summary: 'Give a one-time code, for the most sensitive actions of the next minutes',
    access: ALL,
    body: s.stepUpRequestSchema,
    answer: s.sessionSchema,
  }),
  readEnrolment: route({
    method: 'post',
    path: '/admin/v1/enrolment',
    summary: 'What a new administrator sets the authenticator up with',
    access: 'public',
    body: s.enrolmentRequestSchema,
    answer: s.enrolmentSchema,
  }),
  finishEnrolment: route({
    method: 'post',
    path: '/admin/v1/enrolment/finish',
    summary: 'Choose the password and prove the authenticator',
    access: 'public',
    body: s.finishEnrolmentRequestSchema,
    answer: s.recoveryCodesSchema,
  }),
  listSessions: route({
    method: 'get',
    path: '/admin/v1/sessions',
    summary: 'One’s own open sessions',
    access: ALL,
    answer: s.sessionsSchema,
  }),
  endSession: route({
    method: 'delete',
    path: '/admin/v1/sessions/:id',
    summary: 'End one of one’s own sessions',
    access: ALL,
    params: s.idParamsSchema,
    answer: null,
    status: 204,
  }),
  changePassword: route({
    method: 'post',
    path: '/admin/v1/account/password',
    summary: 'Change one’s password; every other session ends',
    access: ALL,
    stepUp: true,
    body: s.changePasswordRequestSchema,
    answer: null,
    status: 204,
  }),
  renewRecoveryCodes: route({
    method: 'post',
    path: '/admin/v1/account/recovery-codes',
    summary: 'Ten new recovery codes; the old ones stop working',
    access: ALL,
    stepUp: true,
    answer: s.recoveryCodesSchema,
  }),

  listAdministrators: route({
    method: 'get',
    path: '/admin/v1/administrators',
    summary: 'Who may sign in',
    access: OWNER,
    answer: s.administratorsSchema,
  }),
  inviteAdministrator: route({
    method: 'post',
    path: '/admin/v1/administrators',
    summary: 'Invite an administrator',
    access: OWNER,
    stepUp: true,
    body: s.inviteRequestSchema,
    answer: s.invitationSchema,
    status: 201,
  }),
  changeAdministrator: route({
    method: 'patch',
    path: '/admin/v1/administrators/:id',
    summary: 'Change a role, or shut someone out; the sessions of that person end',
    access: OWNER,
    stepUp: true,
    params: s.idParamsSchema,
    body: s.changeAdministratorRequestSchema,
    answer: s.administratorSchema,
  }),
  listTokens: route({
    method: 'get',
    path: '/admin/v1/tokens',
    summary: 'API tokens, without their secrets',
    access: OWNER,
    answer: s.apiTokensSchema,
  }),
  createToken: route({
    method: 'post',
    path: '/admin/v1/tokens',
    summary: 'Make an API token',
    access: OWNER,
    stepUp: true,
    body: s.createTokenRequestSchema,
    answer: s.createdTokenSchema,
    status: 201,
  }),
  revokeToken: route({
    method: 'post',
    path: '/admin/v1/tokens/:id/revoke',
    summary: 'Revoke an API token',
    access: OWNER,
    stepUp: true,
    params: s.idParamsSchema,
    body: s.reasonRequestSchema,
    answer: s.apiTokenSchema,
  }),

  listLicenses: route({
    method: 'get',
    path: '/admin/v1/licenses',
    summary: 'Licenses, all or those a search finds',
    access: ALL,
    scope: 'licenses:read',
    query: s.licenseQuerySchema,
    answer: s.licensesSchema,
  }),
  readLicense: route({
    method: 'get',
    path: '/admin/v1/licenses/:id',
    summary: 'Everything about one license',
    access: ALL,
    scope: 'licenses:read',
    params: s.licenseParamsSchema,
    answer: s.licenseStorySchema,
  }),
  issueLicense: route({
    method: 'post',
    path: '/admin/v1/licenses',
    summary: 'Give a license away',
    access: HELPERS,
    scope: 'licenses:write',
    idempotent: true,
    body: s.issueRequestSchema,
    answer: s.issuedSchema,
    status: 201,
  }),
  extendLicense: route({
    method: 'post',
    path: '/admin/v1/licenses/:id/extend',
    summary: 'Give days',
    access: HELPERS,
    scope: 'licenses:write',
    idempotent: true,
    params: s.licenseParamsSchema,
    body: s.extendRequestSchema,
    answer: s.licenseSummarySchema,
  }),
  extendTrial: route({
    method: 'post',
    path: '/admin/v1/licenses/:id/extend-trial',
    summary: 'Let a trial run longer, or run again; it stays a trial',
    access: HELPERS,
    scope: 'licenses:write',
    idempotent: true,
    params: s.licenseParamsSchema,
    body: s.extendRequestSchema,
    answer: s.licenseSummarySchema,
  }),
  suspendLicense: route({
    method: 'post',
    path: '/admin/v1/licenses/:id/suspend',
    summary: 'Refuse tokens until it is reinstated',
    access: HELPERS,
    scope: 'licenses:write',
    params: s.licenseParamsSchema,
    body: s.reasonRequestSchema,
    answer: s.licenseSummarySchema,
  }),
  reinstateLicense: route({
    method: 'post',
    path: '/admin/v1/licenses/:id/reinstate',
    summary: 'Lift a suspension, or as an owner a revocation',
    access: HELPERS,
    scope: 'licenses:write',
    params: s.licenseParamsSchema,
    body: s.reasonRequestSchema,
    answer: s.licenseSummarySchema,
  }),
  revokeLicense: route({
    method: 'post',
    path: '/admin/v1/licenses/:id/revoke',
    summary: 'Refuse tokens for good',
    access: OWNER,
    scope: 'licenses:write',
    stepUp: true,
    params: s.licenseParamsSchema,
    body: s.reasonRequestSchema,
    answer: s.licenseSummarySchema,
  }),
  changeLicenses: route({
    method: 'post',
    path: '/admin/v1/licenses/bulk',
    summary: 'Suspend, reinstate or revoke many at once',
    access: OWNER,
    scope: 'licenses:write',
    stepUp: true,
    body: s.bulkRequestSchema,
    answer: s.bulkResponseSchema,
  }),
  renewKey: route({
    method: 'post',
    path: '/admin/v1/licenses/:id/key',
    summary: 'Make a new license key; the old one stops working, devices stay',
    access: HELPERS,
    scope: 'licenses:write',
    stepUp: true,
    params: s.licenseParamsSchema,
    body: s.reasonRequestSchema,
    answer: s.issuedSchema,
  }),
  releaseDevice: route({
    method: 'post',
    path: '/admin/v1/licenses/:id/devices/:deviceId/release',
    summary: 'Free the seat of a device',
    access: HELPERS,
    scope: 'licenses:write',
    params: s.licenseDeviceParamsSchema,
    body: s.reasonRequestSchema,
    answer: null,
    status: 204,
  }),

  listDevices: route({
    method: 'get',
    path: '/admin/v1/devices',
    summary: 'Devices',
    access: ALL,
    scope: 'licenses:read',
    query: s.pageQuerySchema,
    answer: s.devicesSchema,
  }),
  listTrials: route({
    method: 'get',
    path: '/admin/v1/trials',
    summary: 'Trials, and which were followed by a payment',
    access: ALL,
    scope: 'licenses:read',
    query: s.pageQuerySchema,
    answer: s.trialsSchema,
  }),
  listCheckouts: route({
    method: 'get',
    path: '/admin/v1/checkouts',
    summary: 'Checkouts',
    access: ALL,
    scope: 'billing:read',
    query: s.pageQuerySchema,
    answer: s.checkoutsSchema,
  }),
  listInvoices: route({
    method: 'get',
    path: '/admin/v1/invoices',
    summary: 'Invoices that BTCPay made for us',
    access: ALL,
    scope: 'billing:read',
    query: s.pageQuerySchema,
    answer: s.invoicesSchema,
  }),
  listInbox: route({
    method: 'get',
    path: '/admin/v1/inbox',
    summary: 'Webhook events',
    access: ALL,
    scope: 'billing:read',
    query: s.inboxQuerySchema,
    answer: s.inboxSchema,
  }),
  replayEvent: route({
    method: 'post',
    path: '/admin/v1/inbox/:id/replay',
    summary: 'Work an event off again',
    access: ['owner', 'support', 'finance'],
    scope: 'billing:write',
    params: s.rowParamsSchema,
    body: s.reasonRequestSchema,
    answer: s.inboxRowSchema,
  }),
  listAttention: route({
    method: 'get',
    path: '/admin/v1/attention',
    summary: 'What waits for a person, oldest first',
    access: ALL,
    scope: 'billing:read',
    query: s.attentionQuerySchema,
    answer: s.attentionSchema,
  }),
  acceptAttention: route({
    method: 'post',
    path: '/admin/v1/attention/:id/accept',
    summary: 'Do what an item proposes',
    access: MONEY,
    scope: 'billing:write',
    params: s.rowParamsSchema,
    body: s.reasonRequestSchema,
    answer: s.attentionRowSchema,
  }),
  refuseAttention: route({
    method: 'post',
    path: '/admin/v1/attention/:id/refuse',
    summary: 'Close an item without it',
    access: MONEY,
    scope: 'billing:write',
    params: s.rowParamsSchema,
    body: s.reasonRequestSchema,
    answer: s.attentionRowSchema,
  }),

  listKeys: route({
    method: 'get',
    path: '/admin/v1/keys',
    summary: 'Signing keys and their states',
    access: ALL,
    answer: s.signingKeysSchema,
  }),
  changeKey: route({
    method: 'post',
    path: '/admin/v1/keys/:kid/state',
    summary: 'Activate, retire or revoke a signing key',
    access: OWNER,
    stepUp: true,
    params: s.kidParamsSchema,
    body: s.changeKeyRequestSchema,
    answer: s.signingKeysSchema,
  }),
  readStatistics: route({
    method: 'get',
    path: '/admin/v1/statistics',
    summary: 'Figures of the last twelve months',
    access: ALL,
    scope: 'billing:read',
    answer: s.statisticsSchema,
  }),
  exportList: route({
    method: 'post',
    path: '/admin/v1/exports',
    summary: 'A whole list as CSV',
    access: MONEY,
    scope: 'exports',
    stepUp: true,
    body: s.exportRequestSchema,
    answer: 'text/csv',
  }),
  listAudit: route({
    method: 'get',
    path: '/admin/v1/audit',
    summary: 'Who did what, and why',
    access: ALL,
    scope: 'audit:read',
    query: s.auditQuerySchema,
    answer: s.auditSchema,
  }),
} as const
export type AdminRouteName = keyof typeof ADMIN_ROUTES

type Of<R, K extends string> = R extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined
/** What a handler of the route gets, and what it must answer. */
export type AdminParams<N extends AdminRouteName> = Of<(typeof ADMIN_ROUTES)[N], 'params'>
export type AdminQuery<N extends AdminRouteName> = Of<(typeof ADMIN_ROUTES)[N], 'query'>
export type AdminBody<N extends AdminRouteName> = Of<(typeof ADMIN_ROUTES)[N], 'body'>
export type AdminAnswer<N extends AdminRouteName> = Of<(typeof ADMIN_ROUTES)[N], 'answer'>

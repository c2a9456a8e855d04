import { z } from 'zod'
import { checkoutIdSchema, deviceSchema, instantSchema, licenseIdSchema, moneySchema } from './primitives.ts'
import { planSchema } from './claims.ts'
import { actionSchema, deviceSummarySchema } from './problems.ts'

/** Paths of the public routes; ids are filled in by `checkoutPath` and `devicePath`. */
export const ROUTES = {
  plans: '/v1/plans',
  trials: '/v1/trials',
  checkouts: '/v1/checkouts',
  refresh: '/v1/licenses/refresh',
  activate: '/v1/licenses/activate',
  me: '/v1/licenses/me',
  myDevices: '/v1/licenses/me/devices',
  myKey: '/v1/licenses/me/key',
  keySet: '/.well-known/license-keyset',
  jwks: '/.well-known/jwks.json',
} as const
export const checkoutPath = (id: string): string => `${ROUTES.checkouts}/${encodeURIComponent(id)}`
export const devicePath = (id: string): string => `${ROUTES.myDevices}/${encodeURIComponent(id)}`

/** `GET /v1/plans` */
export const plansResponseSchema = z.object({
  plans: z.array(
    z.object({
      id: z.string(),
      amount: moneySchema,
      currency: z.string().length(3),
      interval: z.literal('month'),
      seats: z.int().positive(),
    }),
  ),
  trialDays: z.int().nonnegative(),
})
export type PlansResponse = z.infer<typeof plansResponseSchema>

const common = { licenseId: licenseIdSchema, keyset: z.string().min(1), serverTime: instantSchema }
const granted = z.object({ result: z.literal('granted'), token: z.string().min(1), ...common })
const denied = z.object({ result: z.literal('denied'), denial: z.string().min(1), ...common })

/** `POST /v1/trials` */
export const trialRequestSchema = z.object({ device: deviceSchema })
export const trialResponseSchema = z.discriminatedUnion('result', [
  granted.extend({ trialEnd: instantSchema }),
  denied.extend({ trialEnd: instantSchema }),
])
export type TrialRequest = z.infer<typeof trialRequestSchema>
export type TrialResponse = z.infer<typeof trialResponseSchema>

/** `POST /v1/licenses/refresh` and the answer of `POST /v1/licenses/activate` */
export const refreshRequestSchema = z.object({
  /** Of the newest token the device holds, 0 when it holds none. */
  seq: z.int().nonnegative(),
  appVersion: z.string().trim().min(1).max(40),
  clockSkewHours: z.int().min(-1_000_000).max(1_000_000).optional(),
})
export const licenseResponseSchema = z.discriminatedUnion('result', [granted, denied])
export type RefreshRequest = z.infer<typeof refreshRequestSchema>
export type LicenseResponse = z.infer<typeof licenseResponseSchema>

/** `POST /v1/licenses/activate` */
export const activateRequestSchema = z.object({
  licenseKey: z.string().min(1).max(100),
  device: deviceSchema,
})
export type ActivateRequest = z.infer<typeof activateRequestSchema>

/** `POST /v1/checkouts` */
export const createCheckoutRequestSchema = z.object({
  plan: z.literal('monthly'),
  device: deviceSchema,
  licenseId: licenseIdSchema.optional(),
  email: z.email().max(254).optional(),
})
export const createCheckoutResponseSchema = z.object({
  id: checkoutIdSchema,
  /** 256 bits, base64url, shown once: whoever holds it may claim what the checkout buys. */
  claimSecret: z.string().min(43),
  checkoutUrl: z.url(),
  amount: moneySchema,
  currency: z.string().length(3),
  expiresAt: instantSchema,
  pollAfterSeconds: z.int().positive(),
})
export type CreateCheckoutRequest = z.infer<typeof createCheckoutRequestSchema>
export type CreateCheckoutResponse = z.infer<typeof createCheckoutResponseSchema>

/** `GET /v1/checkouts/{id}` */
export const checkoutStateSchema = z.enum([
  'awaiting_payment',
  'confirming',
  'settled',
  'underpaid',
  'in_review',
  'expired',
  'invalid',
])
export const checkoutResponseSchema = z.object({
  state: checkoutStateSchema,
  /** One sentence for the user, in the language the request asked for (French unless English). */
  message: z.string(),
  action: actionSchema.optional(),
  paidAmount: moneySchema,
  licenseId: licenseIdSchema.optional(),
  /** Only from the checkout that brought the licence its first payment. */
  licenseKey: z.string().optional(),
  token: z.string().optional(),
  keyset: z.string().optional(),
  serverTime: instantSchema,
})
export type CheckoutState = z.infer<typeof checkoutStateSchema>
export type CheckoutResponse = z.infer<typeof checkoutResponseSchema>

/** `POST /v1/licenses/me/key`: a new key; the old one stops working, devices stay. */
export const renewKeyResponseSchema = z.object({ licenseKey: z.string().min(1) })
export type RenewKeyResponse = z.infer<typeof renewKeyResponseSchema>

/** `GET /v1/licenses/me` */
export const meResponseSchema = z.object({
  licenseId: licenseIdSchema,
  plan: planSchema,
  status: z.enum(['trialing', 'active', 'grace', 'expired', 'trial_over', 'suspended', 'revoked']),
  paidThrough: instantSchema.nullable(),
  graceUntil: instantSchema.nullable(),
  trialEnd: instantSchema.nullable(),
  /** Last four characters of the licence key, null before the first payment. */
  keyTail: z.string().nullable(),
  seats: z.int().positive(),
  devices: z.array(deviceSummarySchema),
  serverTime: instantSchema,
})
export type MeResponse = z.infer<typeof meResponseSchema>

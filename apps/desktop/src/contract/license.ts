import { z } from 'zod'
import { event, method } from './define.ts'
import { Instant, Nothing } from './common.ts'

/** See "Client clock" of the licence protocol. */
export const LicenseState = z.enum([
  'none',
  'trialing',
  'valid',
  'stale',
  'warn',
  'clock_behind',
  'expired',
  'denied',
])
export type LicenseState = z.infer<typeof LicenseState>

export const CheckoutView = z.object({
  id: z.string(),
  checkoutUrl: z.url(),
  amount: z.string(),
  currency: z.string(),
  expiresAt: Instant,
  state: z.enum([
    'awaiting_payment',
    'confirming',
    'settled',
    'underpaid',
    'in_review',
    'expired',
    'invalid',
  ]),
  paidAmount: z.string().nullable(),
})
export type CheckoutView = z.infer<typeof CheckoutView>

/** A device that holds one of the licence's seats. */
export const SeatView = z.object({
  deviceId: z.string().min(1).max(64),
  label: z.string(),
  lastSeen: Instant,
})
export type SeatView = z.infer<typeof SeatView>

export const LicenseView = z.object({
  state: LicenseState,
  plan: z.enum(['trial', 'monthly', 'comp']).nullable(),
  /** Until when it is paid, or the trial's end; display only. */
  validUntil: Instant.nullable(),
  /** Until when this machine works without reaching the server. */
  offlineUntil: Instant.nullable(),
  lastContact: Instant.nullable(),
  /** Signed reason of a refusal. */
  denial: z.enum(['expired', 'suspended', 'revoked', 'device_removed', 'trial_over']).nullable(),
  /** May new plans be made? Reading, exporting and cancelling are always allowed. */
  canCreate: z.boolean(),
  /** The key of the first payment, for a second computer and for recovery. */
  licenseKey: z.string().nullable(),
  checkout: CheckoutView.nullable(),
  /** Who holds the seats, after an activation met `license/seat-limit`: one of them can be freed with `freeSeat`. */
  seats: z.array(SeatView).optional(),
  offer: z.object({
    price: z.string(),
    currency: z.string(),
    trialDays: z.number().int(),
    fromServer: z.boolean(),
  }),
})
export type LicenseView = z.infer<typeof LicenseView>

export const license = {
  get: method(Nothing, LicenseView),
  startTrial: method(Nothing, LicenseView),
  /** Creates a checkout and answers with its address; a checkout still open is offered again. */
  buy: method(Nothing, LicenseView),
  activate: method(z.strictObject({ licenseKey: z.string().min(1).max(100) }), LicenseView),
  /** Takes the seat of a device that is no longer used, for this one; the key is the licence's. */
  freeSeat: method(
    z.strictObject({ licenseKey: z.string().min(1).max(100), deviceId: SeatView.shape.deviceId }),
    LicenseView,
  ),
  refresh: method(Nothing, LicenseView),
  changed: event(LicenseView),
} as const

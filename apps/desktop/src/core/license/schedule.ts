import type { CheckoutState } from '@autotele/shared'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A person is looking at it, or the network has not decided: what comes of it may take days. */
const UNDECIDED: ReadonlySet<CheckoutState> = new Set(['confirming', 'in_review', 'underpaid'])

/**
 * How long to wait before a checkout is asked for again, in milliseconds; null: not before the next start. Times are
 * Unix seconds of the server's clock. An invoice may be paid until BTCPay stops watching it, a day after its expiry.
 */
export function pollDelay(checkout: {
  readonly state: CheckoutState
  readonly createdAt: number
  readonly expiresAt: number
  readonly now: number
}): number | null {
  const { state, createdAt, expiresAt, now } = checkout
  if (state === 'settled') return null
  if (now - createdAt < 120) return 5000
  if (now < expiresAt) return 15_000
  if (now < expiresAt + 3600) return MINUTE
  if (now < monitoredUntil(expiresAt)) return HOUR
  return UNDECIDED.has(state) ? 6 * HOUR : null
}

/** When an unpaid invoice can no longer be paid (BTCPay: `monitoringExpiration`, 1440 minutes unless set otherwise). */
export const monitoredUntil = (expiresAt: number): number => expiresAt + 24 * 3600

/**
 * Back-off after a failed refresh, in milliseconds: full jitter under a ceiling that doubles from one minute to one
 * hour. `failures` counts from 1; `random` is between 0 and 1. Never sooner than the server asked for.
 */
export function retryDelay(failures: number, random: number, retryAfterSeconds: number | null): number {
  const ceiling = Math.min(HOUR, MINUTE * 2 ** Math.min(failures - 1, 10))
  return Math.max(Math.round(1000 + random * ceiling), (retryAfterSeconds ?? 0) * 1000)
}

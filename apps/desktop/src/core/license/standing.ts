import type { DenialReason, LicenseClaims } from '@autotele/shared'
import type { LicenseState } from '../../contract/index.ts'

const HOUR = 3600
const STALE_AFTER = 72 * HOUR
const WARN_BEFORE = 3 * 24 * HOUR
/** Seconds by which two honest clocks may differ; the verifier of tokens allows the same. */
const TOLERANCE = 60

export type Held = {
  /** Of the newest verified token. */
  readonly claims: LicenseClaims | null
  /** Of a verified refusal that came after it. */
  readonly denial: DenialReason | null
  /** Unix seconds of the last verified answer. */
  readonly lastContact: number | null
}
export type Moment = { readonly now: number; readonly clockBehind: boolean }

/** What the licence is worth at this moment. Pure; only expiry and a signed refusal end it. */
export function standing(held: Held, at: Moment): { state: LicenseState; canCreate: boolean } {
  const state = stateOf(held, at)
  return { state, canCreate: state !== 'none' && state !== 'expired' && state !== 'denied' }
}

function stateOf({ claims, denial, lastContact }: Held, { now, clockBehind }: Moment): LicenseState {
  if (denial) return 'denied'
  if (!claims) return 'none'
  if (now >= claims.exp + TOLERANCE) return 'expired'
  if (clockBehind) return 'clock_behind'
  // A trial's token lives three days at most: warnings made for paid ones would never be silent.
  if (claims.lic.plan === 'trial') return 'trialing'
  if (claims.exp - now <= WARN_BEFORE) return 'warn'
  if (lastContact !== null && now - lastContact >= STALE_AFTER) return 'stale'
  return 'valid'
}

/** Seconds from `now` until the standing may change by time alone; null when it cannot. */
export function nextChange({ claims, denial, lastContact }: Held, now: number): number | null {
  if (denial || !claims) return null
  const changes = [claims.exp + TOLERANCE, claims.exp - WARN_BEFORE]
  if (lastContact !== null) changes.push(lastContact + STALE_AFTER)
  const ahead = changes.filter(change => change > now).map(change => change - now)
  return ahead.length > 0 ? Math.min(...ahead) : null
}

import type { Temporal } from 'temporal-polyfill'
import { GRACE_HOURS, type Plan } from '@autotele/shared'
import { isBefore } from '../clock.ts'

/** One row of the ledger, as the fold needs it. */
export type LedgerRow = {
  readonly invoiceId: string
  /** 0 is the grant, 1 its reversal, 2 a new grant…: the highest one is the invoice's present state. */
  readonly revision: number
  /** A grant is a paid month, an extension is days that a person gave. */
  readonly kind: 'grant' | 'reversal' | 'extension'
  /** Only of an extension. */
  readonly days?: number
  /** Instant of payment, or of the gift. */
  readonly paidAt: Temporal.Instant
}

/** The grants that count now, in the order of payment; equal instants are ordered by invoice, so that it is one order. */
export function liveGrants(ledger: readonly LedgerRow[]): LedgerRow[] {
  const last = new Map<string, LedgerRow>()
  for (const row of ledger) {
    const known = last.get(row.invoiceId)
    if (!known || known.revision < row.revision) last.set(row.invoiceId, row)
  }
  return [...last.values()]
    .filter(row => row.kind !== 'reversal')
    .sort((a, b) =>
      isBefore(a.paidAt, b.paidAt)
        ? -1
        : isBefore(b.paidAt, a.paidAt)
          ? 1
          : a.invoiceId < b.invoiceId
            ? -1
            : 1,
    )
}

/** Until when paid time may still be renewed without a gap: exactly 3 × 24 h, the end included. */
export const graceUntil = (paidThrough: Temporal.Instant): Temporal.Instant =>
  paidThrough.add({ hours: GRACE_HOURS })

/**
 * Until when a licence is paid: the fold of its ledger. Paid while trialing counts from the trial's end, while active
 * or in grace from `paid_through`, else from the payment. A month is a calendar month in UTC that keeps the day of the
 * first base: 31 January, 28 February, 31 March. Days that were given follow the same bases, and the months after them
 * keep the day on which they end. `null` when nothing that counts was ever paid or given.
 */
export function paidThrough(
  ledger: readonly LedgerRow[],
  trialEnd: Temporal.Instant | null,
): Temporal.Instant | null {
  let paid: Temporal.Instant | null = null
  let anchorDay = 0
  for (const { paidAt, kind, days = 0 } of liveGrants(ledger)) {
    const renewed: boolean = paid !== null && !isBefore(graceUntil(paid), paidAt)
    let base: Temporal.Instant
    if (paid !== null && renewed) base = paid
    else {
      base = trialEnd !== null && isBefore(paidAt, trialEnd) ? trialEnd : paidAt
      anchorDay = base.toZonedDateTimeISO('UTC').day
    }
    if (kind === 'extension') {
      paid = base.add({ hours: days * 24 })
      anchorDay = paid.toZonedDateTimeISO('UTC').day
    } else paid = plusMonth(base, anchorDay)
  }
  return paid
}

function plusMonth(base: Temporal.Instant, anchorDay: number): Temporal.Instant {
  const next = base.toZonedDateTimeISO('UTC').add({ months: 1 })
  return next.with({ day: Math.min(anchorDay, next.daysInMonth) }).toInstant()
}

export type LicenseFacts = {
  /** Its paid time was given, never paid for. */
  readonly comp?: boolean
  readonly hold: 'none' | 'suspended' | 'revoked'
  readonly trialEnd: Temporal.Instant | null
  readonly paidThrough: Temporal.Instant | null
}
export type Standing = {
  readonly plan: Plan
  readonly status: 'trialing' | 'active' | 'grace' | 'expired' | 'trial_over' | 'suspended' | 'revoked'
}

/** What a licence is worth at `now`. A person's act comes first; paid time comes before the trial. */
export function standing(license: LicenseFacts, now: Temporal.Instant): Standing {
  const plan = license.comp ? 'comp' : license.paidThrough ? 'monthly' : 'trial'
  if (license.hold !== 'none') return { plan, status: license.hold }
  if (license.paidThrough) {
    if (!isBefore(license.paidThrough, now)) return { plan, status: 'active' }
    return { plan, status: isBefore(graceUntil(license.paidThrough), now) ? 'expired' : 'grace' }
  }
  if (license.trialEnd) return { plan, status: isBefore(now, license.trialEnd) ? 'trialing' : 'trial_over' }
  return { plan: 'monthly', status: 'expired' }
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories, readings, type Snapshot } from '../testing/invoice-histories.ts'
import { decide, type Granted } from './decide.ts'
import type { Invoice } from './invoice.ts'

const asked = { invoiceId: 'inv', storeId: 'store', amount: '29.99', currency: 'EUR' }
const base: Omit<Invoice, keyof Snapshot> = {
  id: 'inv',
  storeId: 'store',
  type: 'Standard',
  currency: 'EUR',
  amount: '29.99',
  createdTime: 1000,
  expirationTime: 4600,
  monitoringExpiration: 9000,
  checkoutLink: 'https://pay.example/i/inv',
  metadata: { orderId: 'chk' },
}

/** What is left when the invoice was read at these moments, by the pure parts alone. */
function outcome(snapshots: readonly Snapshot[], moments: readonly number[], policy: 'grant' | 'review') {
  let granted: Granted = 'never'
  let paidAt: number | null = null
  let last = decide({ ...base, ...snapshots[0]! }, [], asked, granted, policy)
  for (const moment of moments) {
    const { payments, ...shown } = snapshots[moment]!
    last = decide({ ...base, ...shown }, payments, asked, granted, policy)
    if (last.ledger === 'grant' || last.ledger === 'correction')
      [granted, paidAt] = [{ since: last.paidAt }, last.paidAt]
    if (last.ledger === 'reversal') [granted, paidAt] = ['reversed', null]
  }
  // That a month was taken back can only be told to a person where there had been one.
  const attention = last.attention.filter(kind => kind !== 'marked_invalid')
  return { live: typeof granted === 'object', paidAt, state: last.state, attention }
}

test('any order, repetition, delay and loss of deliveries, reconciled, ends as the ordered run does', () => {
  const run = histories(2000).chain(snapshots =>
    fc.tuple(
      fc.constant(snapshots),
      readings(snapshots),
      fc.constantFrom('grant' as const, 'review' as const),
    ),
  )
  const seen = { live: 0, none: 0 }
  fc.assert(
    fc.property(run, ([snapshots, moments, policy]) => {
      const end = snapshots.length - 1
      const ordered = outcome(snapshots, [...snapshots.keys(), end], policy)
      expect(outcome(snapshots, [...moments, end], policy)).toEqual(ordered)
      seen[ordered.live ? 'live' : 'none']++
    }),
    { numRuns: 5000 },
  )
  // Both ends are common, or the property would say little.
  expect(Math.min(seen.live, seen.none)).toBeGreaterThan(500)
})

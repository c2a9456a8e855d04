import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBilling, type Billing } from '../testing/billing.ts'
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

let b: Billing
beforeAll(async () => (b = await startBilling()))
afterAll(() => b.stop())

test('and so does PostgreSQL, with two invoices of one licence, replicas and real reading', async () => {
  const both = fc
    .tuple(histories(b.clock.unix()), histories(b.clock.unix()))
    .chain(pair => fc.tuple(fc.constant(pair), readings(pair[0]), readings(pair[1]), fc.boolean()))
  await fc.assert(
    fc.asyncProperty(both, async ([pair, first, second, swapped]) => {
      const run = async (moments: readonly (readonly number[])[], order: readonly number[]) => {
        const one = await b.checkout()
        const two = await b.checkout(one.deviceId)
        const ids = [one.invoiceId, two.invoiceId]
        for (const n of order) {
          const snapshots = pair[n]!
          for (const moment of moments[n]!) {
            b.fake.set(ids[n]!, snapshots[moment]!)
            await b.replica().inbox.store(b.body(ids[n]!))
            await b.drain()
          }
          b.fake.set(ids[n]!, snapshots.at(-1)!)
        }
        for (const id of ids) await b.replica().settle(id)
        const checkouts = await b.db.checkout.findMany({
          where: { invoiceId: { in: ids } },
          include: { license: true },
          orderBy: { createdAt: 'asc' },
        })
        const grants = await Promise.all(ids.map(async id => (await b.ledger(id)).at(-1)?.kind === 'grant'))
        const attention = await Promise.all(
          ids.map(async id => (await b.attention(id)).filter(kind => kind !== 'marked_invalid')),
        )
        const states = ids.map(id => checkouts.find(row => row.invoiceId === id)!.state)
        const paidThrough = checkouts.map(row => row.license?.paidThrough ?? null).find(Boolean) ?? null
        return { grants, attention, states, paidThrough }
      }
      const ordered = await run(
        pair.map(snapshots => [...snapshots.keys()]),
        [0, 1],
      )
      expect(await run([first, second], swapped ? [1, 0] : [0, 1])).toEqual(ordered)
    }),
    { numRuns: 24 },
  )
}, 120_000)

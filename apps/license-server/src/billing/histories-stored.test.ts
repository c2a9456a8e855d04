import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBilling, type Billing } from '../testing/billing.ts'
import { histories, readings } from '../testing/invoice-histories.ts'

let b: Billing
beforeAll(async () => (b = await startBilling()))
afterAll(() => b.stop())

test('histories of two invoices of one licence, in any order, repeated, delayed and lost, end in PostgreSQL as the ordered run does', async () => {
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

import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { liveGrants, paidThrough, standing, type LedgerRow } from './periods.ts'

const at = (text: string) => Temporal.Instant.from(text.length === 10 ? `${text}T12:00:00Z` : text)
const grant = (paidAt: string, invoiceId = paidAt): LedgerRow => ({
  invoiceId,
  revision: 0,
  kind: 'grant',
  paidAt: at(paidAt),
})
const day = (rows: LedgerRow[], trialEnd: string | null = null) =>
  paidThrough(rows, trialEnd ? at(trialEnd) : null)
    ?.toString()
    .slice(0, 10)

describe('calendar (case 23)', () => {
  test.each([
    ['a plain month', ['2026-11-22'], '2026-12-22'],
    ['31 January ends in February', ['2026-01-31'], '2026-02-28'],
    ['…and comes back to 31 March', ['2026-01-31', '2026-02-20'], '2026-03-31'],
    ['…and 30 April', ['2026-01-31', '2026-02-20', '2026-03-20'], '2026-04-30'],
    ['31 January of a leap year', ['2028-01-31'], '2028-02-29'],
    ['29 February', ['2028-02-29'], '2028-03-29'],
    ['31 December crosses the year', ['2026-12-31'], '2027-01-31'],
    [
      'twelve months paid at once',
      Array.from({ length: 12 }, (_, n) => `2026-05-31T12:00:0${n % 10}Z`).slice(0, 9),
      '2027-02-28',
    ],
    ['three days into grace costs nothing', ['2026-01-15', '2026-02-18'], '2026-03-15'],
    [
      'after a gap the payment is the base, with its own day',
      ['2026-01-31', '2026-03-10', '2026-04-05'],
      '2026-05-10',
    ],
  ])('%s', (_name, payments, expected) => {
    expect(day(payments.map((paidAt, index) => grant(paidAt, `inv${String(index)}`)))).toBe(expected)
  })

  test('the last instant of grace still renews, one millisecond later does not', () => {
    const first = grant('2026-01-15')
    expect(day([first, grant('2026-02-18T12:00:00Z')])).toBe('2026-03-15')
    expect(day([first, grant('2026-02-18T12:00:00.001Z')])).toBe('2026-03-18')
  })

  test('days that a person gave count from the same bases, and the months after keep their last day', () => {
    const given = (paidAt: string, days: number): LedgerRow => ({
      ...grant(paidAt, `ext ${paidAt}`),
      kind: 'extension',
      days,
    })
    expect(day([given('2026-11-22', 10)])).toBe('2026-12-02')
    expect(day([given('2026-11-22', 10)], '2026-11-29')).toBe('2026-12-09')
    expect(day([grant('2026-01-31'), given('2026-02-10', 5), grant('2026-02-20')])).toBe('2026-04-05')
    expect(
      day([given('2026-11-22', 10), { ...given('2026-11-22', 10), revision: 1, kind: 'reversal' }]),
    ).toBe(undefined)
  })

  test('paid while trialing counts from the end of the trial, and so does the next month', () => {
    expect(day([grant('2026-11-22')], '2026-11-29')).toBe('2026-12-29')
    expect(day([grant('2026-11-22'), grant('2026-11-23')], '2026-11-29')).toBe('2027-01-29')
    expect(day([grant('2026-11-29T12:00:00Z')], '2026-11-29')).toBe('2026-12-29')
    expect(day([grant('2026-12-05')], '2026-11-29')).toBe('2027-01-05')
  })

  test('a reversed month disappears and the others stay, a renewed grant counts again', () => {
    const rows = [grant('2026-01-15', 'a'), grant('2026-02-10', 'b')]
    const reversal: LedgerRow = { ...rows[1]!, revision: 1, kind: 'reversal' }
    expect(day([...rows, reversal])).toBe('2026-02-15')
    expect(day([...rows, reversal, { ...rows[1]!, revision: 2 }])).toBe('2026-03-15')
    expect(day([rows[1]!, reversal])).toBeUndefined()
  })
})

const instants = fc
  .integer({ min: at('2026-01-01').epochMilliseconds, max: at('2030-01-01').epochMilliseconds })
  .map(ms => Temporal.Instant.fromEpochMilliseconds(ms))
const ledgers = fc
  .array(fc.record({ paidAt: instants, revisions: fc.integer({ min: 1, max: 4 }) }), { maxLength: 8 })
  .map(invoices =>
    invoices.flatMap(({ paidAt, revisions }, invoice) =>
      Array.from({ length: revisions }, (_, revision): LedgerRow => ({
        invoiceId: `inv${String(invoice)}`,
        revision,
        kind: revision % 2 === 0 ? 'grant' : 'reversal',
        paidAt,
      })),
    ),
  )

test('the fold does not depend on the order in which rows were written', () => {
  fc.assert(
    fc.property(
      ledgers.chain(rows =>
        fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
      ),
      fc.option(instants),
      ([rows, shuffled], trialEnd) => {
        expect(paidThrough(shuffled, trialEnd)?.toString()).toBe(paidThrough(rows, trialEnd)?.toString())
      },
    ),
  )
})

test('each month paid is worth between 28 and 31 days, and never ends before a month after its payment', () => {
  fc.assert(
    fc.property(ledgers, rows => {
      const grants = liveGrants(rows)
      let before: Temporal.Instant | null = null
      grants.forEach((row, index) => {
        const after = paidThrough(grants.slice(0, index + 1), null)!
        const base: Temporal.Instant =
          before && Temporal.Instant.compare(row.paidAt, before.add({ hours: 72 })) <= 0 ? before : row.paidAt
        const days = after.since(base).total('hours') / 24
        expect(days).toBeGreaterThanOrEqual(28)
        expect(days).toBeLessThanOrEqual(31)
        before = after
      })
    }),
  )
})

describe('standing', () => {
  const none = { hold: 'none', trialEnd: null, paidThrough: null } as const
  test.each([
    ['trialing before the end', { ...none, trialEnd: at('2026-11-29') }, '2026-11-29T11:59:59Z', 'trialing'],
    ['over at the end', { ...none, trialEnd: at('2026-11-29') }, '2026-11-29', 'trial_over'],
    ['active at its last instant', { ...none, paidThrough: at('2026-12-01') }, '2026-12-01', 'active'],
    ['grace after it', { ...none, paidThrough: at('2026-12-01') }, '2026-12-01T12:00:01Z', 'grace'],
    ['grace, its end included', { ...none, paidThrough: at('2026-12-01') }, '2026-12-04', 'grace'],
    ['expired after grace', { ...none, paidThrough: at('2026-12-01') }, '2026-12-04T12:00:01Z', 'expired'],
    [
      'active when paid during the trial',
      { ...none, trialEnd: at('2026-11-29'), paidThrough: at('2026-12-29') },
      '2026-11-23',
      'active',
    ],
    [
      'suspended by a person',
      { ...none, hold: 'suspended', paidThrough: at('2026-12-01') },
      '2026-11-01',
      'suspended',
    ],
    ['worth nothing when nothing was ever paid', none, '2026-11-01', 'expired'],
  ] as const)('%s', (_name, license, now, status) => {
    expect(standing(license, at(now)).status).toBe(status)
  })
})

test('payments of one instant are folded in one order, whichever was written first', () => {
  const same = ['b', 'a', 'c'].map(id => grant('2026-01-31', id))
  const order = (rows: LedgerRow[]) => liveGrants(rows).map(row => row.invoiceId)
  expect(order(same)).toEqual(['a', 'b', 'c'])
  expect(order(same.toReversed())).toEqual(['a', 'b', 'c'])
})

test.each([
  [{ paidThrough: at('2026-02-01') }, 'monthly', 'active'],
  [{ paidThrough: at('2026-02-01'), comp: true }, 'comp', 'active'],
  [{ paidThrough: at('2026-01-10') }, 'monthly', 'grace'],
  [{ paidThrough: at('2026-01-01') }, 'monthly', 'expired'],
  [{ trialEnd: at('2026-01-20') }, 'trial', 'trialing'],
  [{ trialEnd: at('2026-01-12') }, 'trial', 'trial_over'],
  [{ trialEnd: at('2026-01-20'), paidThrough: at('2026-01-01') }, 'monthly', 'expired'],
  [{}, 'monthly', 'expired'],
  [{ hold: 'suspended', paidThrough: at('2026-02-01') }, 'monthly', 'suspended'],
  [{ hold: 'revoked' }, 'trial', 'revoked'],
] as const)('a licence %# stands as it should on 12 January', (facts, plan, status) => {
  const license = { hold: 'none', trialEnd: null, paidThrough: null, ...facts } as const
  expect(standing(license, at('2026-01-12'))).toEqual({ plan, status })
})

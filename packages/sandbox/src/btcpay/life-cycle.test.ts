import { describe, expect, it } from 'vitest'
import { availableMarks, evaluate, mark, type Situation, type Standing } from './life-cycle.ts'
import { additionalStatuses, invoiceStatuses } from './model.ts'

const before = { now: 100, expirationTime: 200, monitoringExpiration: 300 }
const expired = { ...before, now: 250 }
const unmonitored = { ...before, now: 301 }
const nothing = { seen: 'under', confirmed: 'under', hasPayment: false } as const
const some = { seen: 'under', confirmed: 'under', hasPayment: true } as const
const full = { seen: 'full', confirmed: 'under', hasPayment: true } as const
const over = { seen: 'over', confirmed: 'under', hasPayment: true } as const
const settled = { seen: 'full', confirmed: 'full', hasPayment: true } as const
const settledOver = { seen: 'over', confirmed: 'over', hasPayment: true } as const
const free = { seen: 'full', confirmed: 'full', hasPayment: false } as const

type Row = [what: string, from: string, situation: Situation, to: string, events: string[]]

const rows: Row[] = [
  ['nothing happens', 'New/None', { ...before, ...nothing }, 'New/None', []],
  [
    'full amount seen',
    'New/None',
    { ...before, ...full },
    'Processing/None',
    ['InvoiceProcessing{"overPaid":false}'],
  ],
  [
    'too much seen',
    'New/None',
    { ...before, ...over },
    'Processing/PaidOver',
    ['InvoiceProcessing{"overPaid":true}'],
  ],
  [
    'the rest of a partial payment seen',
    'New/PaidPartial',
    { ...before, ...full },
    'Processing/None',
    ['InvoiceProcessing{"overPaid":false}'],
  ],
  [
    'all confirmed',
    'Processing/None',
    { ...before, ...settled },
    'Settled/None',
    ['InvoiceSettled{"manuallyMarked":false,"overPaid":false}'],
  ],
  [
    'too much confirmed',
    'Processing/PaidOver',
    { ...before, ...settledOver },
    'Settled/PaidOver',
    ['InvoiceSettled{"manuallyMarked":false,"overPaid":true}'],
  ],
  [
    'confirmed after expiry but paid in time',
    'Processing/None',
    { ...expired, ...settled },
    'Settled/None',
    ['InvoiceSettled{"manuallyMarked":false,"overPaid":false}'],
  ],
  [
    'paid by Lightning',
    'New/None',
    { ...before, ...settled },
    'Settled/None',
    ['InvoiceProcessing{"overPaid":false}', 'InvoiceSettled{"manuallyMarked":false,"overPaid":false}'],
  ],
  [
    'zero amount',
    'New/None',
    { ...before, ...free },
    'Settled/None',
    ['InvoiceProcessing{"overPaid":false}', 'InvoiceSettled{"manuallyMarked":false,"overPaid":false}'],
  ],
  ['some but not enough', 'New/None', { ...before, ...some }, 'New/PaidPartial', []],
  [
    'expiry, unpaid',
    'New/None',
    { ...expired, ...nothing },
    'Expired/None',
    ['InvoiceExpired{"partiallyPaid":false}'],
  ],
  [
    'expiry, partly paid',
    'New/PaidPartial',
    { ...expired, ...some },
    'Expired/PaidPartial',
    ['InvoiceExpired{"partiallyPaid":true}', 'InvoiceExpiredPaidPartial{}'],
  ],
  [
    'full amount seen after expiry',
    'Expired/None',
    { ...expired, ...full },
    'Expired/PaidLate',
    ['InvoicePaidAfterExpiration{}'],
  ],
  [
    'the rest seen after expiry',
    'Expired/PaidPartial',
    { ...expired, ...full },
    'Expired/PaidLate',
    ['InvoicePaidAfterExpiration{}'],
  ],
  [
    'expiry noticed together with the payment',
    'New/None',
    { ...expired, ...full },
    'Expired/PaidLate',
    ['InvoiceExpired{"partiallyPaid":false}', 'InvoicePaidAfterExpiration{}'],
  ],
  [
    'a late payment confirms and changes nothing',
    'Expired/PaidLate',
    { ...expired, ...settled },
    'Expired/PaidLate',
    [],
  ],
  [
    'a late payment replaced, some left',
    'Expired/PaidLate',
    { ...expired, ...some },
    'Expired/PaidPartial',
    [],
  ],
  ['all late payments double-spent', 'Expired/PaidLate', { ...expired, ...nothing }, 'Expired/PaidLate', []],
  ['payment double-spent', 'Processing/None', { ...before, ...nothing }, 'New/None', []],
  ['payment replaced by less', 'Processing/PaidOver', { ...before, ...some }, 'New/PaidPartial', []],
  ['surplus replaced', 'Processing/PaidOver', { ...before, ...full }, 'Processing/None', []],
  [
    'double-spent after expiry shows New until the next look',
    'Processing/None',
    { ...expired, ...nothing },
    'New/None',
    [],
  ],
  [
    'monitoring over, unconfirmed',
    'Processing/None',
    { ...unmonitored, ...full },
    'Invalid/None',
    ['InvoiceInvalid{"manuallyMarked":false}'],
  ],
  [
    'an invalid invoice confirms too late',
    'Invalid/None',
    { ...unmonitored, ...settled },
    'Invalid/None',
    [],
  ],
  ['a settled invoice is paid again', 'Settled/None', { ...before, ...settledOver }, 'Settled/None', []],
]

describe('the life cycle of an invoice', () => {
  it.each(rows)('%s: %s', (_what, from, situation, to, events) => {
    const { standing, events: published } = evaluate(parse(from), situation)
    expect(`${standing.status}/${standing.additionalStatus}`).toBe(to)
    expect(published.map(({ type, ...fields }) => type + JSON.stringify(fields))).toEqual(events)
  })

  it('never moves a final invoice by itself', () => {
    for (const status of ['Settled', 'Invalid'] as const)
      for (const additionalStatus of additionalStatuses)
        for (const times of [before, expired, unmonitored])
          for (const cover of [nothing, some, full, over, settled, settledOver])
            expect(evaluate({ status, additionalStatus }, { ...times, ...cover })).toEqual({
              standing: { status, additionalStatus },
              events: [],
            })
  })

  it('never settles what has expired', () => {
    for (const additionalStatus of additionalStatuses)
      for (const cover of [nothing, some, full, over, settled, settledOver])
        expect(
          evaluate({ status: 'Expired', additionalStatus }, { ...unmonitored, ...cover }).standing.status,
        ).toBe('Expired')
  })
})

describe('marking by hand', () => {
  it('is offered exactly where BTCPay accepts it', () => {
    const offered = invoiceStatuses.flatMap(status =>
      (['None', 'Marked'] as const).map(
        additionalStatus =>
          `${status}/${additionalStatus}: ${availableMarks({ status, additionalStatus }).join(' ')}`,
      ),
    )
    expect(offered).toEqual([
      'New/None: Settled Invalid',
      'New/Marked: Settled Invalid',
      'Processing/None: Settled Invalid',
      'Processing/Marked: Settled Invalid',
      'Expired/None: Settled Invalid',
      'Expired/Marked: Settled Invalid',
      'Invalid/None: Settled',
      'Invalid/Marked: Settled',
      'Settled/None: ',
      'Settled/Marked: Invalid',
    ])
  })

  it('loses what was known and says that a hand did it', () => {
    expect(mark(parse('Expired/PaidLate'), 'Settled')).toEqual({
      standing: parse('Settled/Marked'),
      events: [{ type: 'InvoiceSettled', manuallyMarked: true, overPaid: false }],
    })
    expect(mark(parse('Settled/Marked'), 'Invalid')?.events).toEqual([
      { type: 'InvoiceInvalid', manuallyMarked: true },
    ])
    expect(mark(parse('Settled/PaidOver'), 'Invalid')).toBeUndefined()
  })
})

function parse(text: string): Standing {
  const [status, additionalStatus] = text.split('/')
  return { status, additionalStatus } as Standing
}

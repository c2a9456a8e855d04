import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, type Decision, type Granted, type LatePolicy, type Ruling } from './decide.ts'
import type { Checkout } from '../storage/generated/client.ts'
import {
  answersCheckout,
  invoiceSchema,
  ITEM_CODE,
  paymentMethodsSchema,
  type Invoice,
  type Payment,
} from './invoice.ts'
import { compareMoney, plainMoney } from './money.ts'

const asked = { invoiceId: 'inv', storeId: 'store', amount: '29.99', currency: 'EUR' }
const base: Invoice = {
  id: 'inv',
  storeId: 'store',
  type: 'Standard',
  currency: 'EUR',
  amount: '29.99',
  paidAmount: '0',
  status: 'New',
  additionalStatus: 'None',
  createdTime: 1000,
  expirationTime: 4600,
  monitoringExpiration: 9000,
  checkoutLink: 'https://pay.example/i/inv',
  metadata: { orderId: 'chk' },
}
const settled: Payment = { receivedDate: 2000, status: 'Settled' }
const processing: Payment = { receivedDate: 3000, status: 'Processing' }
const full = { paidAmount: '29.99' }

type Case = {
  readonly invoice: Partial<Invoice>
  readonly payments?: readonly Payment[]
  readonly granted?: Granted
  readonly late?: LatePolicy
  readonly rulings?: readonly Ruling[]
  readonly expected: Partial<Decision>
}
const nothing = { ledger: 'none' } as const
const is = (status: string, additionalStatus = 'None', over: Partial<Invoice> = {}) => ({
  status,
  additionalStatus,
  ...over,
})

const cases: Readonly<Record<string, Case>> = {
  'not paid yet': {
    invoice: {},
    expected: { ...nothing, state: 'awaiting_payment', flags: [], attention: [], paidAt: 1000 },
  },
  'a part paid in time': {
    invoice: is('New', 'PaidPartial', { paidAmount: '10' }),
    payments: [settled],
    expected: { ...nothing, state: 'awaiting_payment', attention: [] },
  },
  'seen, unconfirmed': {
    invoice: is('Processing', 'None', full),
    payments: [processing],
    expected: { ...nothing, state: 'confirming' },
  },
  settled: {
    invoice: is('Settled', 'None', full),
    payments: [settled],
    expected: { ledger: 'grant', state: 'settled', flags: [], paidAt: 2000, attention: [] },
  },
  'settled, already granted': {
    invoice: is('Settled', 'None', full),
    payments: [settled],
    granted: { since: 2000 },
    expected: { ...nothing, state: 'settled' },
  },
  'settled with a surplus': {
    invoice: is('Settled', 'PaidOver', { paidAmount: '40' }),
    payments: [settled],
    expected: { ledger: 'grant', attention: ['overpaid'] },
  },
  'a second payment to a settled invoice': {
    invoice: is('Settled', 'None', { paidAmount: '59.98' }),
    payments: [settled, { receivedDate: 5000, status: 'Settled' }],
    granted: { since: 2000 },
    expected: { ...nothing, paidAt: 2000, attention: ['second_payment'] },
  },
  'accepted by hand without a payment': {
    invoice: is('Settled', 'Marked'),
    expected: { ledger: 'grant', flags: ['by_hand'], paidAt: 1000 },
  },
  'accepted by hand, then paid in part: nothing moves': {
    invoice: is('Settled', 'Marked', { paidAmount: '29.98' }),
    payments: [settled],
    granted: { since: 1000 },
    expected: { ...nothing, paidAt: 1000 },
  },
  'accepted by hand, then paid in full, unconfirmed: nothing moves': {
    invoice: is('Settled', 'Marked', full),
    payments: [processing],
    granted: { since: 1000 },
    expected: { ...nothing, paidAt: 1000 },
  },
  'accepted by hand, then paid in full: the month counts from the payment': {
    invoice: is('Settled', 'Marked', full),
    payments: [settled],
    granted: { since: 1000 },
    expected: { ledger: 'correction', paidAt: 2000 },
  },
  'an earlier payment was replaced after the invoice was settled': {
    invoice: is('Settled', 'None', full),
    payments: [{ receivedDate: 2500, status: 'Settled' }],
    granted: { since: 2000 },
    expected: { ledger: 'correction', paidAt: 2500 },
  },
  'expired unpaid': { invoice: is('Expired'), expected: { ...nothing, state: 'expired' } },
  'expired with a part paid': {
    invoice: is('Expired', 'PaidPartial', { paidAmount: '29.98' }),
    payments: [settled],
    expected: { ...nothing, state: 'underpaid', attention: ['underpaid'] },
  },
  'paid late, unconfirmed': {
    invoice: is('Expired', 'PaidLate', full),
    payments: [processing],
    expected: { ...nothing, state: 'confirming' },
  },
  'paid late, one of two confirmed': {
    invoice: is('Expired', 'PaidLate', full),
    payments: [settled, processing],
    expected: { ...nothing, state: 'confirming' },
  },
  'paid late, confirmed': {
    invoice: is('Expired', 'PaidLate', full),
    payments: [settled],
    expected: { ledger: 'grant', flags: ['late'], state: 'settled' },
  },
  'paid late, confirmed, the operator wants to look': {
    invoice: is('Expired', 'PaidLate', full),
    payments: [settled],
    late: 'review',
    expected: { ...nothing, state: 'in_review', attention: ['late'] },
  },
  'paid late, granted before the operator wanted to look': {
    invoice: is('Expired', 'PaidLate', full),
    payments: [settled],
    granted: { since: 2000 },
    late: 'review',
    expected: { ...nothing, state: 'settled', attention: [] },
  },
  'paid late and double-spent to nothing': {
    invoice: is('Expired', 'PaidLate'),
    expected: { ...nothing, state: 'expired' },
  },
  'paid late, confirmed, but not enough': {
    invoice: is('Expired', 'PaidLate', { paidAmount: '29.98' }),
    payments: [settled],
    expected: { ...nothing, state: 'confirming' },
  },
  'confirmed after BTCPay gave up': {
    invoice: is('Invalid', 'None', full),
    payments: [settled],
    expected: { ledger: 'grant', flags: ['confirmed_late'] },
  },
  'never confirmed': {
    invoice: is('Invalid', 'None', full),
    payments: [processing],
    expected: { ...nothing, state: 'invalid' },
  },
  'marked invalid before a grant': {
    invoice: is('Invalid', 'Marked', full),
    payments: [settled],
    expected: { ...nothing, state: 'invalid', attention: [] },
  },
  'marked invalid after a grant': {
    invoice: is('Invalid', 'Marked'),
    payments: [processing],
    granted: { since: 3000 },
    expected: { ledger: 'reversal', state: 'invalid', attention: ['marked_invalid'], paidAt: 3000 },
  },
  'marked invalid, already reversed': {
    invoice: is('Invalid', 'Marked'),
    granted: 'reversed',
    expected: { ...nothing, state: 'invalid' },
  },
  'marked settled again': {
    invoice: is('Settled', 'Marked'),
    granted: 'reversed',
    expected: { ledger: 'grant', flags: ['by_hand'] },
  },
  'granted, but a restored BTCPay shows it new': {
    invoice: is('New'),
    granted: { since: 2000 },
    expected: { ...nothing, state: 'settled', attention: ['regressed'] },
  },
  'too much seen, unconfirmed': {
    invoice: is('Processing', 'PaidOver', { paidAmount: '40' }),
    payments: [processing],
    expected: { ...nothing, state: 'confirming', attention: [] },
  },
  'settled, although one more payment is unconfirmed': {
    invoice: is('Settled', 'None', full),
    payments: [settled, processing],
    expected: { ledger: 'grant', paidAt: 2000 },
  },
  'settled without any payment': {
    invoice: is('Settled', 'None', { paidAmount: '0' }),
    expected: { ledger: 'grant', paidAt: 1000 },
  },
  'said to be paid late, without a payment': {
    invoice: is('Expired', 'PaidLate', full),
    expected: { ...nothing, state: 'expired' },
  },
  'granted late, and its payments are gone': {
    invoice: is('Expired', 'PaidLate', full),
    granted: { since: 2000 },
    expected: { ...nothing, state: 'settled', attention: ['regressed'] },
  },
  ...Object.fromEntries(
    ['PaidOver', 'PaidPartial', 'PaidLate'].map((additional): [string, Case] => [
      `confirmed after BTCPay gave up on it as ${additional}, with a surplus`,
      {
        invoice: is('Invalid', additional, { paidAmount: '40' }),
        payments: [settled],
        expected: { ledger: 'grant', flags: ['confirmed_late'], attention: ['overpaid'] },
      },
    ]),
  ),
  'confirmed after BTCPay gave up, with a surplus': {
    invoice: is('Invalid', 'None', { paidAmount: '40' }),
    payments: [settled],
    expected: { ledger: 'grant', attention: ['overpaid'] },
  },
  'a part, accepted by a person': {
    invoice: is('Expired', 'PaidPartial', { paidAmount: '20' }),
    payments: [settled],
    rulings: ['accepted'],
    expected: { ledger: 'grant', flags: ['accepted'], state: 'settled' },
  },
  'a part, accepted by a person, not confirmed': {
    invoice: is('Expired', 'PaidPartial', { paidAmount: '20' }),
    payments: [processing],
    rulings: ['accepted'],
    expected: { ...nothing, state: 'underpaid' },
  },
  'a part, accepted by a person, then one more payment that is not confirmed: nothing moves': {
    invoice: is('Expired', 'PaidPartial', { paidAmount: '25' }),
    payments: [settled, processing],
    granted: { since: 2000 },
    rulings: ['accepted'],
    expected: { ...nothing, state: 'settled', attention: [] },
  },
  'a part, accepted by a person, of which nothing is left': {
    invoice: is('Expired', 'PaidPartial', { paidAmount: '0' }),
    payments: [],
    granted: { since: 2000 },
    rulings: ['accepted'],
    expected: { ...nothing, state: 'settled', attention: ['underpaid', 'regressed'] },
  },
  'late, accepted by a person': {
    invoice: is('Expired', 'PaidLate', full),
    payments: [settled],
    late: 'review',
    rulings: ['accepted'],
    expected: { ledger: 'grant', flags: ['late', 'accepted'] },
  },
  'late, refused by a person': {
    invoice: is('Expired', 'PaidLate', full),
    payments: [settled],
    rulings: ['refused'],
    expected: { ...nothing, state: 'invalid', attention: [] },
  },
  'paid back': {
    invoice: is('Settled', 'None', full),
    payments: [settled],
    granted: { since: 2000 },
    rulings: ['refunded'],
    expected: { ledger: 'reversal', state: 'invalid', attention: [] },
  },
  'paid back, and then paid once more': {
    invoice: is('Settled', 'None', { paidAmount: '59.98' }),
    payments: [settled, settled],
    granted: 'reversed',
    rulings: ['refunded'],
    expected: { ...nothing, state: 'invalid', attention: ['second_payment'] },
  },
  'paid back before it had brought anything': {
    invoice: is('Settled', 'None', full),
    payments: [settled],
    rulings: ['refunded'],
    expected: { ...nothing, state: 'invalid' },
  },
  'another amount': {
    invoice: is('Settled', 'None', { amount: '0.01', paidAmount: '0.01' }),
    payments: [settled],
    expected: { ...nothing, state: 'in_review', attention: ['mismatch'] },
  },
  'the same amount written otherwise (case 21)': {
    invoice: is('Settled', 'None', { amount: '29.9900', paidAmount: '29.990' }),
    payments: [settled],
    expected: { ledger: 'grant', attention: [] },
  },
  'another currency': {
    invoice: is('Settled', 'None', { currency: 'USD', ...full }),
    expected: { ...nothing, state: 'in_review', attention: ['mismatch'] },
  },
  'another store': {
    invoice: is('Settled', 'None', { storeId: 'other', ...full }),
    expected: { ...nothing, state: 'in_review' },
  },
  'a top-up, which any amount settles': {
    invoice: is('Settled', 'None', { type: 'TopUp', ...full }),
    expected: { ...nothing, state: 'in_review' },
  },
  'another invoice': {
    invoice: is('Settled', 'None', { id: 'foreign', ...full }),
    expected: { ...nothing, state: 'in_review' },
  },
  'a status of a newer BTCPay (case 22)': {
    invoice: is('Cancelled'),
    expected: { ...nothing, state: 'in_review', attention: ['unknown_status'] },
  },
  'settled with an additional status of a newer BTCPay (case 22)': {
    invoice: is('Settled', 'PaidByFriend', full),
    payments: [settled],
    expected: { ...nothing, state: 'in_review', attention: ['unknown_status'] },
  },
}

describe('decide', () => {
  test.each(Object.entries(cases))('%s', (_name, { invoice, payments, granted, late, rulings, expected }) => {
    const decision = decide(
      { ...base, ...invoice },
      payments ?? [],
      asked,
      granted ?? 'never',
      late ?? 'grant',
      new Set(rulings),
    )
    expect(decision).toMatchObject(expected)
  })
})

const words = (...values: string[]) => fc.constantFrom(...values)
const invoices = fc.record({
  status: words('New', 'Processing', 'Expired', 'Invalid', 'Settled', 'Other'),
  additionalStatus: words('None', 'PaidLate', 'PaidPartial', 'Marked', 'PaidOver', 'Other'),
  paidAmount: words('0', '10', '29.99', '40'),
  amount: words('29.99', '29.990', '1'),
  type: words('Standard', 'TopUp'),
})
const payments = fc.array(
  fc.record({
    receivedDate: fc.integer({ min: 1, max: 9999 }),
    status: words('Settled', 'Processing', 'Invalid'),
  }),
  { maxLength: 3 },
)
const after = (granted: Granted, { ledger, paidAt }: Decision): Granted =>
  ledger === 'none' ? granted : ledger === 'reversal' ? 'reversed' : { since: paidAt }
const standings = fc.constantFrom<Granted>('never', 'reversed', { since: 1000 }, { since: 2000 })

test('a decision taken twice changes nothing the second time', () => {
  fc.assert(
    fc.property(invoices, payments, standings, words('grant', 'review'), (over, paid, granted, late) => {
      const invoice = { ...base, ...over }
      const first = decide(invoice, paid, asked, granted, late as LatePolicy)
      const second = decide(invoice, paid, asked, after(granted, first), late as LatePolicy)
      expect(second.ledger).toBe('none')
      expect(second.state).toBe(first.state)
    }),
  )
})

test('nothing is granted that is not settled by BTCPay, or late and confirmed in full', () => {
  fc.assert(
    fc.property(invoices, payments, (over, paid) => {
      const invoice = { ...base, ...over }
      if (decide(invoice, paid, asked, 'never', 'grant').ledger !== 'grant') return
      expect(invoice.type).toBe('Standard')
      expect(compareMoney(invoice.amount, asked.amount)).toBe(0)
      if (invoice.status === 'Settled') return
      expect(paid.length).toBeGreaterThan(0)
      expect(paid.every(payment => payment.status === 'Settled')).toBe(true)
      expect(compareMoney(invoice.paidAmount, invoice.amount)).not.toBe(-1)
    }),
  )
})

test('money is compared exactly, at any scale', () => {
  expect(compareMoney('29.9900', '29.99')).toBe(0)
  expect(compareMoney('0.1', '0.10000000000000001')).toBe(-1)
  expect(compareMoney('100', '29.99')).toBe(1)
  expect(compareMoney('-0.01', '0')).toBe(-1)
})

test.each([
  ['29.9900', '29.99'],
  ['0.00', '0'],
  ['-0.00', '0'],
  ['-0', '0'],
  ['-0.50', '-0.5'],
  ['007.10', '7.1'],
  ['-007', '-7'],
  ['100', '100'],
  ['0.100', '0.1'],
  ['1.1010', '1.101'],
  ['1.123456789', '1.12345678'],
  ['1.000000009', '1'],
])('the amount %s is written %s, and read back it is the same', (amount, plain) => {
  expect(plainMoney(amount)).toBe(plain)
  expect(plainMoney(plain)).toBe(plain)
})

test.each([
  { amount: '1e3' },
  { amount: '1234567890123' },
  { amount: 'x1' },
  { amount: '1x' },
  { paidAmount: '--1' },
])('an invoice with %j is not read', over => {
  expect(invoiceSchema.safeParse({ ...base, ...over }).success).toBe(false)
  expect(invoiceSchema.safeParse({ ...base, amount: '123456789012' }).success).toBe(true)
})

test('of what a stranger wrote into an invoice nothing is taken but names of a line', () => {
  const read = (orderId: unknown) =>
    invoiceSchema.parse({ ...base, metadata: { orderId, itemCode: 'mug' } }).metadata.orderId
  for (const orderId of [7, {}, '', '\u0000', 'a\u001b[2J', 'a\nb', 'x'.repeat(201)])
    expect(read(orderId)).toBeNull()
  for (const orderId of ['chk', 'Commande n° 7', 'x'.repeat(200)]) expect(read(orderId)).toBe(orderId)
})

test('an invoice of a newer BTCPay is read, with members we do not know and without those we can miss', () => {
  const { paidAmount: _paid, additionalStatus: _additional, monitoringExpiration: _until, ...least } = base
  const read = invoiceSchema.parse({ ...least, amount: 29.99, metadata: null, novelty: { a: 1 } })
  expect(read).toMatchObject({
    ...{ amount: '29.99', paidAmount: '0', additionalStatus: 'None', monitoringExpiration: null },
    metadata: { orderId: null, itemCode: null },
  })
  expect(invoiceSchema.parse(base)).toEqual(base)
  const methods = [{ payments: [settled] }, { payments: null }, {}]
  expect(paymentMethodsSchema.parse(methods).map(method => method.payments)).toEqual([[settled], [], []])
})

test('an invoice found by its order id is ours when everything we asked for is in it, and it is not older', () => {
  const checkout = { id: 'chk', amount: '29.99', currency: 'EUR', createdAt: new Date(1_000_000) } as Checkout
  const ours = { ...base, metadata: { orderId: 'chk', itemCode: ITEM_CODE } }
  const answers = (over: Partial<Invoice>) => answersCheckout({ ...ours, ...over }, 'store', checkout)
  expect(answers({})).toBe(true)
  expect(answers({ createdTime: 700 })).toBe(true)
  for (const over of [
    { createdTime: 699 },
    { amount: '29.98' },
    { currency: 'USD' },
    { storeId: 'other' },
    { type: 'TopUp' },
    { metadata: { orderId: 'chk2', itemCode: ITEM_CODE } },
    { metadata: { orderId: 'chk', itemCode: 'mug' } },
  ])
    expect([over, answers(over)]).toEqual([over, false])
})

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBilling, type Billing } from '../testing/billing.ts'

let b: Billing
beforeAll(async () => (b = await startBilling()))
afterAll(() => b.stop())
beforeEach(() => void b.clock.advance({ hours: 1 }))

const me = { by: 'lea' }
const item = async (invoiceId: string, kind: string) =>
  (await b.db.attention.findFirstOrThrow({ where: { invoiceId, kind }, orderBy: { id: 'desc' } })).id
const stateOf = async (id: string) => (await b.db.checkout.findUniqueOrThrow({ where: { id } })).state
const late = { status: 'Expired', additionalStatus: 'PaidLate' }
const partial = { status: 'Expired', additionalStatus: 'PaidPartial', paidAmount: '20' }
const { accept, refuse } = {
  accept: (id: bigint, policy?: 'review') => b.replica(policy).queue.acceptAttention(id, me),
  refuse: (id: bigint, policy?: 'review') => b.replica(policy).queue.refuseAttention(id, me),
}
/** An invoice that BTCPay has and we do not, bearing this order id. */
function stranger(orderId: string, over: { amount?: string; currency?: string; itemCode?: string } = {}) {
  const { amount = '29.99', currency = 'EUR', itemCode = 'autotele-month-1' } = over
  return b.fake.make({ amount, currency, metadata: { orderId, itemCode, itemDesc: '' } })
}
/** Long after the checkout was made: nobody is still saving it. */
const later = () => void b.clock.advance({ minutes: 10 })

describe('an item is accepted or refused in one step', () => {
  test('late, accepted: the month is given, flagged, and counts from the payment', async () => {
    const { id, invoiceId } = await b.checkout()
    b.pay(invoiceId, late)
    await b.replica('review').settle(invoiceId)
    expect(await stateOf(id)).toBe('in_review')
    const which = await item(invoiceId, 'late')
    expect(await accept(which, 'review')).toMatchObject({ ok: true, replayed: false })
    expect(await b.ledger(invoiceId)).toMatchObject([{ kind: 'grant', flags: ['late', 'accepted'] }])
    expect(await stateOf(id)).toBe('settled')
    expect(await accept(which, 'review')).toMatchObject({ ok: true, replayed: true })
    expect(await refuse(which, 'review')).toEqual({ ok: false, code: 'CLOSED' })
    await b.replica('review').settle(invoiceId)
    expect(await b.ledger(invoiceId)).toHaveLength(1)
    expect(await b.db.attention.findUnique({ where: { id: which } })).toMatchObject({ resolvedBy: 'lea' })
  })

  test('late, refused: its payer is told, and no reading or policy gives it afterwards', async () => {
    const { id, invoiceId } = await b.checkout()
    b.pay(invoiceId, late)
    await b.replica('review').settle(invoiceId)
    expect(await refuse(await item(invoiceId, 'late'), 'review')).toMatchObject({ ok: true })
    expect(await stateOf(id)).toBe('invalid')
    await b.replica('grant').settle(invoiceId)
    expect(await b.ledger(invoiceId)).toHaveLength(0)
    expect(await b.attention(invoiceId)).toEqual([])
  })

  test('partial, accepted: the month is given although it is not all there', async () => {
    const { id, invoiceId } = await b.checkout()
    b.pay(invoiceId, partial)
    await b.replica().settle(invoiceId)
    expect(await b.attention(invoiceId)).toEqual(['underpaid'])
    expect(await accept(await item(invoiceId, 'underpaid'))).toMatchObject({ ok: true })
    expect(await b.ledger(invoiceId)).toMatchObject([{ flags: ['accepted'] }])
    expect(await stateOf(id)).toBe('settled')
  })

  test('partial, refused: nothing is given; the rest paid later is judged anew', async () => {
    const { id, invoiceId } = await b.checkout()
    b.pay(invoiceId, partial)
    await b.replica().settle(invoiceId)
    expect(await refuse(await item(invoiceId, 'underpaid'))).toMatchObject({ ok: true })
    await b.replica().settle(invoiceId)
    expect(await b.attention(invoiceId)).toEqual([])
    expect(await stateOf(id)).toBe('underpaid')
    b.pay(invoiceId, late)
    await b.replica().settle(invoiceId)
    expect(await b.ledger(invoiceId)).toMatchObject([{ flags: ['late'] }])
  })

  test('partial and not confirmed: accepting does nothing yet, and the item stays', async () => {
    const { invoiceId } = await b.checkout()
    b.pay(invoiceId, { ...partial, payments: [{ receivedDate: b.clock.unix(), status: 'Processing' }] })
    await b.replica().settle(invoiceId)
    const which = await item(invoiceId, 'underpaid')
    expect(await accept(which)).toEqual({ ok: false, code: 'CHANGED' })
    expect(await b.attention(invoiceId)).toEqual(['underpaid'])
    expect(await b.ledger(invoiceId)).toHaveLength(0)
  })

  test('over and second payment: recorded, no time, closed by either answer', async () => {
    const over = await b.checkout()
    b.pay(over.invoiceId, { additionalStatus: 'PaidOver', paidAmount: '40' })
    await b.replica().settle(over.invoiceId)
    expect(await b.attention(over.invoiceId)).toEqual(['overpaid'])
    const before = (await b.licenseOf(over.id)).paidThrough
    expect(await accept(await item(over.invoiceId, 'overpaid'))).toMatchObject({ ok: true })
    const second = await b.checkout()
    b.pay(second.invoiceId)
    await b.replica().settle(second.invoiceId)
    b.pay(second.invoiceId, { paidAmount: '59.98' })
    await b.replica().settle(second.invoiceId)
    expect(await b.attention(second.invoiceId)).toEqual(['second_payment'])
    expect(await refuse(await item(second.invoiceId, 'second_payment'))).toMatchObject({ ok: true })
    for (const { invoiceId } of [over, second]) {
      await b.replica().settle(invoiceId)
      expect(await b.ledger(invoiceId)).toHaveLength(1)
      expect(await b.attention(invoiceId)).toEqual([])
    }
    expect((await b.licenseOf(over.id)).paidThrough).toEqual(before)
  })

  test('invalid after a grant: the month is taken back at once, the licence suspended only by a person', async () => {
    const { id, invoiceId } = await b.checkout()
    b.pay(invoiceId, { additionalStatus: 'Marked' })
    await b.replica().settle(invoiceId)
    b.pay(invoiceId, { status: 'Invalid', additionalStatus: 'Marked' })
    await b.replica().settle(invoiceId)
    expect((await b.ledger(invoiceId)).map(row => row.kind)).toEqual(['grant', 'reversal'])
    expect((await b.licenseOf(id)).hold).toBe('none')
    expect(await accept(await item(invoiceId, 'marked_invalid'))).toMatchObject({ ok: true })
    expect((await b.licenseOf(id)).hold).toBe('suspended')
  })

  test('invalid after a grant, refused: not suspended; settled again by hand, the month is back', async () => {
    const { id, invoiceId } = await b.checkout()
    b.pay(invoiceId, { additionalStatus: 'Marked' })
    await b.replica().settle(invoiceId)
    b.pay(invoiceId, { status: 'Invalid', additionalStatus: 'Marked' })
    await b.replica().settle(invoiceId)
    expect(await refuse(await item(invoiceId, 'marked_invalid'))).toMatchObject({ ok: true })
    expect((await b.licenseOf(id)).hold).toBe('none')
    b.pay(invoiceId, { additionalStatus: 'Marked' })
    await b.replica().settle(invoiceId)
    expect((await b.licenseOf(id)).paidThrough).not.toBeNull()
    b.pay(invoiceId, { status: 'Invalid', additionalStatus: 'Marked' })
    await b.replica().settle(invoiceId)
    expect(await b.attention(invoiceId), 'a second time is a new item').toEqual(['marked_invalid'])
  })

  test('refund, accepted: that month is taken back for good, others stay; refused: it stays', async () => {
    const first = await b.checkout()
    const second = await b.checkout(first.deviceId)
    const refund = async (invoiceId: string) => {
      const { inbox } = b.replica()
      await inbox.store(b.body(invoiceId, { type: 'InvoiceRefund', pullPaymentId: randomUUID() }))
      await b.drain(inbox)
    }
    for (const { invoiceId } of [first, second]) {
      b.pay(invoiceId)
      await b.replica().settle(invoiceId)
      await refund(invoiceId)
      expect(await b.attention(invoiceId)).toEqual(['refund'])
    }
    const two = (await b.licenseOf(first.id)).paidThrough!
    expect(await refuse(await item(first.invoiceId, 'refund'))).toMatchObject({ ok: true })
    expect((await b.licenseOf(first.id)).paidThrough).toEqual(two)
    expect(await accept(await item(second.invoiceId, 'refund'))).toMatchObject({ ok: true })
    await b.replica().settle(second.invoiceId)
    expect((await b.ledger(second.invoiceId)).map(row => row.kind)).toEqual(['grant', 'reversal'])
    expect((await b.licenseOf(first.id)).paidThrough!.getTime()).toBeLessThan(two.getTime())
    expect((await b.licenseOf(first.id)).paidThrough!.getTime()).toBeGreaterThan(b.clock.unix() * 1000)
  })

  test('twin, accepted: it takes the place of our invoice that nobody paid', async () => {
    const { id, invoiceId } = await b.checkout()
    later()
    const twin = stranger(id)
    b.pay(twin.id)
    await b.replica().settle(twin.id)
    expect(await b.attention(twin.id)).toEqual(['twin'])
    expect(await b.ledger(twin.id)).toHaveLength(0)
    expect(await accept(await item(twin.id, 'twin'))).toMatchObject({ ok: true })
    expect(await b.ledger(twin.id)).toMatchObject([{ kind: 'grant' }])
    expect(await stateOf(id)).toBe('settled')
    b.pay(invoiceId)
    await b.replica().settle(invoiceId)
    expect(await b.attention(invoiceId), 'now ours is the twin').toEqual(['twin'])
    expect(await b.ledger(invoiceId)).toHaveLength(0)
  })

  test('twin of a checkout that was paid, accepted: a second month; refused: none', async () => {
    for (const answer of ['accepted', 'refused'] as const) {
      const { id, invoiceId } = await b.checkout()
      b.pay(invoiceId)
      await b.replica().settle(invoiceId)
      const one = (await b.licenseOf(id)).paidThrough!
      later()
      const twin = stranger(id)
      b.pay(twin.id)
      await b.replica().settle(twin.id)
      await (answer === 'accepted' ? accept : refuse)(await item(twin.id, 'twin'))
      await b.replica().settle(twin.id)
      expect(await b.ledger(twin.id)).toHaveLength(answer === 'accepted' ? 1 : 0)
      expect((await b.licenseOf(id)).paidThrough!.getTime() > one.getTime()).toBe(answer === 'accepted')
      expect(await b.attention(twin.id)).toEqual([])
    }
  })

  test.each([
    ['another amount', { amount: '0.01' }],
    ['another currency', { currency: 'USD' }],
    ['another article', { itemCode: 'mug' }],
  ])('foreign: %s under our order id pays nothing, whatever is answered', async (_name, over) => {
    const { id } = await b.checkout()
    later()
    const foreign = stranger(id, over)
    b.pay(foreign.id, { paidAmount: foreign.amount })
    await b.replica().settle(foreign.id)
    expect(await b.attention(foreign.id)).toEqual(['foreign'])
    expect(await accept(await item(foreign.id, 'foreign'))).toMatchObject({ ok: true })
    await b.replica().settle(foreign.id)
    expect(await b.ledger(foreign.id)).toHaveLength(0)
    expect(await b.attention(foreign.id)).toEqual([])
    expect(await stateOf(id)).toBe('awaiting_payment')
  })

  test('foreign: an invoice of another shop in our store goes to a person only when it took money', async () => {
    const other = stranger('someone-elses-order')
    await b.replica().settle(other.id)
    expect(await b.attention(other.id)).toEqual([])
    b.pay(other.id)
    await b.replica().settle(other.id)
    expect(await b.attention(other.id)).toEqual(['foreign'])
  })

  test.each([7, { shop: 1 }, '\0', '\u001b[2J', 'x'.repeat(300)])(
    'foreign: an invoice whose order id is %j is none of ours and stops nothing',
    async orderId => {
      const other = stranger('someone-elses-order')
      b.pay(other.id, { metadata: { orderId: orderId as string, itemCode: 'mug' } })
      await b.replica().settle(other.id)
      expect(await b.attention(other.id)).toEqual(['foreign'])
      const { detail } = await b.db.attention.findFirstOrThrow({ where: { invoiceId: other.id } })
      expect(detail).toMatchObject({ orderId: null })
    },
  )
})

describe('the queue', () => {
  test('an invoice whose checkout is still being made is no twin: its event waits a moment', async () => {
    const { id, invoiceId } = await b.checkout()
    await b.db.checkout.update({ where: { id }, data: { invoiceId: null } })
    b.pay(invoiceId)
    const { inbox } = b.replica()
    await inbox.store(b.body(invoiceId))
    await b.drain(inbox)
    expect(await b.attention(invoiceId)).toEqual([])
    await b.db.checkout.update({ where: { id }, data: { invoiceId } })
    b.clock.advance({ seconds: 3 })
    await b.drain(inbox)
    expect(await b.ledger(invoiceId)).toHaveLength(1)
  })

  test('what has passed by itself is closed by itself, and opened again when it comes back', async () => {
    const { invoiceId } = await b.checkout()
    b.pay(invoiceId, { paidAmount: '59.98' })
    await b.replica().settle(invoiceId)
    expect(await b.attention(invoiceId)).toEqual(['second_payment'])
    const which = await item(invoiceId, 'second_payment')
    b.pay(invoiceId)
    await b.replica().settle(invoiceId)
    expect(await b.attention(invoiceId)).toEqual([])
    expect(await accept(which)).toEqual({ ok: false, code: 'CLOSED' })
    b.pay(invoiceId, { paidAmount: '59.98' })
    await b.replica().settle(invoiceId)
    expect(await item(invoiceId, 'second_payment')).toBe(which)
    expect(await b.attention(invoiceId)).toEqual(['second_payment'])
  })

  test('the answer, its effect and the caller’s own record are one transaction', async () => {
    const { invoiceId } = await b.checkout()
    b.pay(invoiceId, late)
    await b.replica('review').settle(invoiceId)
    const which = await item(invoiceId, 'late')
    const failing = { by: 'lea', also: () => Promise.reject(new Error('audit is full')) }
    await expect(b.replica('review').queue.acceptAttention(which, failing)).rejects.toThrow('audit is full')
    expect(await b.ledger(invoiceId)).toHaveLength(0)
    expect(await b.attention(invoiceId)).toEqual(['late'])
  })

  test('eight people who accept at once, while the worker reads, give one month', async () => {
    const { invoiceId } = await b.checkout()
    b.pay(invoiceId, late)
    await b.replica('review').settle(invoiceId)
    const which = await item(invoiceId, 'late')
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, () => accept(which, 'review')),
      b.replica('review').settle(invoiceId),
      b.replica('review').settle(invoiceId),
    ])
    expect(answers.filter(answer => 'replayed' in answer && !answer.replayed)).toHaveLength(1)
    expect(await b.ledger(invoiceId)).toHaveLength(1)
  })

  test('while BTCPay is away nothing is accepted blindly', async () => {
    const { invoiceId } = await b.checkout()
    b.pay(invoiceId, late)
    await b.replica('review').settle(invoiceId)
    const which = await item(invoiceId, 'late')
    b.fake.troubles.push({ when: 'read', how: 502 })
    expect(await accept(which, 'review')).toEqual({ ok: false, code: 'PAYMENTS_UNAVAILABLE' })
    expect(await b.attention(invoiceId)).toEqual(['late'])
    expect(await accept(which, 'review')).toMatchObject({ ok: true })
    expect(await accept(999_999n)).toEqual({ ok: false, code: 'NOT_FOUND' })
  })

  test('every kind says in French and English what happened, what is proposed, and what a refusal means', async () => {
    const items = await b.replica().queue.listAttention(true)
    expect(new Set(items.map(one => one.kind)).size).toBeGreaterThanOrEqual(8)
    for (const { kind, explanation, action } of items) {
      expect(explanation.happened.fr, kind).not.toBe(kind)
      for (const text of Object.values(explanation)) {
        expect(text.fr.length * text.en.length, kind).toBeGreaterThan(0)
      }
      expect(action).toBeTruthy()
    }
  })
})

describe('the daily sweep', () => {
  test('finds a twin and a foreign invoice whose webhooks were lost, archived or not, page after page', async () => {
    const { id } = await b.checkout()
    later()
    const twin = stranger(id)
    const foreign = stranger('someone')
    for (let n = 0; n < 205; n++) stranger(`unpaid-${String(n)}`)
    b.pay(twin.id)
    b.pay(foreign.id)
    b.fake.archived.add(twin.id)
    const swept = await b.replica().sweep()
    expect(swept.listed).toBeGreaterThan(206)
    expect(await b.attention(twin.id)).toEqual(['twin'])
    expect(await b.attention(foreign.id)).toEqual(['foreign'])
    expect(b.foreign).toContain(foreign.id)
  })

  test('notices a change of our own invoices that nothing else did, and reads no other again', async () => {
    const { invoiceId } = await b.checkout()
    b.pay(invoiceId)
    await b.replica().sweep()
    expect(await b.ledger(invoiceId)).toHaveLength(1)
    const before = b.fake.requests.length
    await b.replica().sweep()
    const paths = b.fake.requests.slice(before).map(request => request.path)
    expect(paths.some(path => path.includes(invoiceId))).toBe(false)
  })
})

describe('archiving', () => {
  const forget = async () => {
    const { id, invoiceId } = await b.checkout()
    b.fake.set(invoiceId, { status: 'Expired' })
    b.clock.advance({ hours: 24 * 40 })
    await b.replica().settle(invoiceId)
    return { id, invoiceId }
  }

  test('a key that may not modify invoices archives none and says how many wait', async () => {
    const { invoiceId } = await forget()
    expect(await b.replica().archive()).toMatchObject({ allowed: false })
    expect(b.fake.archived.has(invoiceId)).toBe(false)
  })

  test('with the permission, invoices that expired unpaid and are no longer watched are put away once', async () => {
    const { id, invoiceId } = await forget()
    const watched = await b.checkout()
    b.fake.set(watched.invoiceId, { status: 'Expired' })
    await b.replica().settle(watched.invoiceId)
    b.fake.permissions.push('btcpay.store.canmodifyinvoices:store')
    expect(await b.replica().archive()).toMatchObject({ allowed: true })
    expect(b.fake.archived.has(invoiceId)).toBe(true)
    expect(b.fake.archived.has(watched.invoiceId)).toBe(false)
    expect(await b.replica().archive()).toEqual({ allowed: true, archived: 0 })
    b.pay(invoiceId, late)
    await b.replica().settle(invoiceId)
    expect(await stateOf(id), 'money to an archived invoice is still seen').toBe('settled')
  })
})

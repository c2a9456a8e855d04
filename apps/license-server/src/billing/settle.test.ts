import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fromDate, toDate } from '../clock.ts'
import { paidThrough, toLedgerRow } from '../licensing/index.ts'
import { startBilling, type Billing } from '../testing/billing.ts'
import { createInbox } from './inbox.ts'

let billing: Billing
let {
  clock,
  db,
  pool,
  fake,
  found,
  worked,
  replica,
  checkout,
  body,
  pay,
  ledger,
  attention,
  licenseOf,
  drain,
} = {} as Billing
beforeAll(async () => {
  billing = await startBilling()
  ;({
    clock,
    db,
    pool,
    fake,
    found,
    worked,
    replica,
    checkout,
    body,
    pay,
    ledger,
    attention,
    licenseOf,
    drain,
  } = billing)
})
afterAll(() => billing.stop())
beforeEach(() => {
  clock.advance({ hours: 1 })
  found.length = 0
  worked.length = 0
})

describe('inbox', () => {
  test('five concurrent copies on three replicas end in one grant', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    const replicas = [replica(), replica(), replica()]
    await Promise.all([0, 1, 2, 3, 4].map(n => replicas[n % 3]!.inbox.store(body(invoiceId))))
    await Promise.all(replicas.map(one => drain(one.inbox)))
    expect(await ledger(invoiceId)).toMatchObject([{ kind: 'grant', revision: 0 }])
    expect(await db.inboxEvent.count({ where: { invoiceId, state: 'done' } })).toBe(5)
  })

  test('every delivery of one event is one row, counted; a redelivery has the invoice read again', async () => {
    const { invoiceId } = await checkout()
    const { inbox } = replica()
    const first = randomUUID()
    const attempt = (n: number) =>
      inbox.store(body(invoiceId, { deliveryId: n === 0 ? first : randomUUID(), originalDeliveryId: first }))
    const stored = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7, 8].map(attempt))
    expect(stored.filter(one => !one.repeated)).toHaveLength(1)
    const rows = () => db.inboxEvent.findMany({ where: { invoiceId } })
    expect(await rows()).toMatchObject([{ deliveries: 9, state: 'pending' }])
    await drain(inbox)
    expect(await ledger(invoiceId)).toHaveLength(0)
    pay(invoiceId)
    await attempt(9)
    await drain(inbox)
    expect(await ledger(invoiceId)).toHaveLength(1)
    expect(await rows()).toMatchObject([{ deliveries: 10, state: 'done', deliveryId: first }])
  })

  test('copies that reach the ledger at the same instant are one grant', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    const replicas = [replica(), replica(), replica(), replica()]
    await Promise.all(replicas.map(one => one.settle(invoiceId)))
    expect(await ledger(invoiceId)).toHaveLength(1)
  })

  test('a worker killed after its claim leaves the event to the next one, when its lease is over', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    await replica().inbox.store(body(invoiceId))
    const killed = createInbox({
      db,
      pool,
      clock: clock.now,
      settle: () => new Promise(() => undefined),
      onWorked: () => undefined,
    })
    void killed.workOnce()
    await expect
      .poll(async () => (await db.inboxEvent.findFirstOrThrow({ where: { invoiceId } })).attempts)
      .toBe(1)
    expect(await replica().inbox.workOnce()).toBe(false)
    clock.advance({ minutes: 3 })
    await drain()
    expect(await ledger(invoiceId)).toHaveLength(1)
  })

  test('a failure between the grant and its bookkeeping neither loses nor repeats it', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    const { settle, inbox } = replica()
    await inbox.store(body(invoiceId))
    const dying = createInbox({
      db,
      pool,
      clock: clock.now,
      async settle(id) {
        await settle(id)
        throw new Error('power cut')
      },
      onWorked: result => worked.push(result),
    })
    await dying.workOnce()
    expect(worked).toMatchObject([{ outcome: 'postponed' }])
    clock.advance({ minutes: 1 })
    await drain()
    expect(await ledger(invoiceId)).toHaveLength(1)
    expect(await db.inboxEvent.findFirstOrThrow({ where: { invoiceId } })).toMatchObject({
      state: 'done',
      attempts: 2,
    })
  })

  test('while BTCPay is away the event waits, longer each time, and is then worked off', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    await replica().inbox.store(body(invoiceId))
    fake.troubles.push({ when: 'read', how: 'drop' }, { when: 'read', how: 'html' })
    await drain()
    clock.advance({ seconds: 2 })
    await drain()
    clock.advance({ seconds: 3 })
    await drain()
    expect(await ledger(invoiceId)).toHaveLength(0)
    expect((await db.inboxEvent.findFirstOrThrow({ where: { invoiceId } })).error).not.toContain('test-key')
    clock.advance({ seconds: 2 })
    await drain()
    expect(await ledger(invoiceId)).toHaveLength(1)
  })

  test('what cannot be understood is kept and does no harm', async () => {
    const { inbox } = replica()
    const before = await db.inboxEvent.count()
    for (const text of [
      '',
      'not json',
      '[]',
      '{"invoiceId":7}',
      '{"invoiceId":"__test__a__test__"}',
      '{"type":"PayoutCreated"}',
      // JSON can say what no text of PostgreSQL's can hold.
      String.raw`{"type":"Invoice\u0000Settled","invoiceId":"a\u0000b","deliveryId":"\u0000"}`,
    ]) {
      await inbox.store(Buffer.from(text))
    }
    await drain()
    expect(await db.inboxEvent.count()).toBe(before + 7)
    expect(await db.inboxEvent.count({ where: { state: 'pending' } })).toBe(0)
  })
})

describe('one invoice after another', () => {
  test('the month counts from the payment and not from its processing', async () => {
    const { id, invoiceId } = await checkout()
    const paidAt = clock.now()
    pay(invoiceId, {
      payments: [
        { receivedDate: clock.unix() + 500, status: 'Settled' },
        { receivedDate: clock.unix(), status: 'Settled' },
      ],
    })
    clock.advance({ hours: 50 })
    await replica().settle(invoiceId)
    const expected = paidAt.toZonedDateTimeISO('UTC').add({ months: 1 }).toInstant()
    expect(fromDate((await licenseOf(id)).paidThrough!).epochMilliseconds).toBe(
      Math.floor(expected.epochMilliseconds / 1000) * 1000,
    )
  })

  test('two checkouts of one device, both paid, are two months on one licence', async () => {
    const first = await checkout()
    const second = await checkout(first.deviceId)
    pay(first.invoiceId)
    pay(second.invoiceId)
    await Promise.all([replica().settle(first.invoiceId), replica().settle(second.invoiceId)])
    const license = await licenseOf(first.id)
    expect((await licenseOf(second.id)).id).toBe(license.id)
    const months = fromDate(license.paidThrough!).since(clock.now()).total('hours') / 24
    expect(months).toBeGreaterThan(58)
  })

  test('marked invalid after a grant takes back that month alone; marked settled again gives it back', async () => {
    const first = await checkout()
    const second = await checkout(first.deviceId)
    pay(first.invoiceId)
    await replica().settle(first.invoiceId)
    const oneMonth = (await licenseOf(first.id)).paidThrough
    clock.advance({ hours: 1 })
    pay(second.invoiceId)
    await replica().settle(second.invoiceId)
    const twoMonths = (await licenseOf(first.id)).paidThrough
    pay(second.invoiceId, { status: 'Invalid', additionalStatus: 'Marked' })
    await replica().settle(second.invoiceId)
    await replica().settle(second.invoiceId)
    expect((await licenseOf(first.id)).paidThrough).toEqual(oneMonth)
    expect(await attention(second.invoiceId)).toEqual(['marked_invalid'])
    pay(second.invoiceId, { additionalStatus: 'Marked' })
    await replica().settle(second.invoiceId)
    expect((await licenseOf(first.id)).paidThrough).toEqual(twoMonths)
    expect((await ledger(second.invoiceId)).map(row => row.kind)).toEqual(['grant', 'reversal', 'grant'])
    expect((await licenseOf(first.id)).hold).toBe('none')
  })

  test('accepted by hand, then paid: cents move nothing, the price moves the month to the day it was paid', async () => {
    const { id, invoiceId } = await checkout()
    const made = clock.unix()
    pay(invoiceId, { additionalStatus: 'Marked', paidAmount: '0', payments: [] })
    await replica().settle(invoiceId)
    const byHand = (await licenseOf(id)).paidThrough
    clock.advance({ hours: 240 })
    const cents = { receivedDate: clock.unix(), status: 'Settled' }
    pay(invoiceId, { additionalStatus: 'Marked', paidAmount: '0.20', payments: [cents] })
    await replica().settle(invoiceId)
    expect((await licenseOf(id)).paidThrough).toEqual(byHand)
    pay(invoiceId, { additionalStatus: 'Marked', paidAmount: '30.19', payments: [cents, cents] })
    await replica().settle(invoiceId)
    await replica().settle(invoiceId)
    const rows = await ledger(invoiceId)
    expect(rows.map(({ kind, flags }) => [kind, ...flags])).toEqual([
      ['grant', 'by_hand'],
      ['reversal', 'by_hand', 'corrected'],
      ['grant', 'by_hand', 'corrected'],
    ])
    expect(rows.map(row => row.paidAt.getTime() / 1000 - made)).toEqual([0, 864_000, 864_000])
    expect((await licenseOf(id)).paidThrough!.getTime()).toBeGreaterThan(byHand!.getTime())
  })

  test('a surplus paid later is recorded once, and changes no date', async () => {
    const { id, invoiceId } = await checkout()
    pay(invoiceId)
    await replica().settle(invoiceId)
    const before = (await licenseOf(id)).paidThrough
    pay(invoiceId, {
      paidAmount: '59.98',
      payments: [
        { receivedDate: clock.unix(), status: 'Settled' },
        { receivedDate: clock.unix() + 9000, status: 'Settled' },
      ],
    })
    await replica().settle(invoiceId)
    await replica().settle(invoiceId)
    expect((await licenseOf(id)).paidThrough).toEqual(before)
    expect(await attention(invoiceId)).toEqual(['second_payment'])
  })

  test('nothing paid is nothing, and an amount is one amount, however many zeros BTCPay writes', async () => {
    const { id, invoiceId } = await checkout()
    const paid = async (paidAmount: string) => {
      fake.set(invoiceId, { status: 'Expired', additionalStatus: 'PaidPartial', paidAmount })
      await replica().settle(invoiceId)
      return (await db.checkout.findUniqueOrThrow({ where: { id } })).paidAmount
    }
    expect(await paid('0.00')).toBe('0')
    expect(await paid('9.990')).toBe('9.99')
    const [item] = await db.attention.findMany({ where: { invoiceId, resolvedAt: null } })
    expect(await paid('9.99')).toBe('9.99')
    expect(await paid('9.990000000000000000000001')).toBe('9.99')
    expect(await db.attention.findMany({ where: { invoiceId, resolvedAt: null } })).toMatchObject([
      { id: item!.id },
    ])
  })

  test('a reading that began before the row named its invoice is not written over a newer one', async () => {
    const { id, invoiceId } = await checkout()
    await db.checkout.update({ where: { id }, data: { invoiceId: null } })
    const other = replica()
    let reads = 0
    const slow = replica('grant', {
      async getInvoice(asked) {
        const invoice = await other.btcpay.getInvoice(asked)
        if (++reads === 1) {
          await db.checkout.update({ where: { id }, data: { invoiceId } })
          pay(invoiceId)
          await other.settle(invoiceId)
        }
        return invoice
      },
    })
    await slow.settle(invoiceId)
    expect(await db.checkout.findUniqueOrThrow({ where: { id } })).toMatchObject({
      ...{ state: 'settled', status: 'Settled', paidAmount: '29.99' },
    })
    expect(await attention(invoiceId)).toEqual([])
    expect(await ledger(invoiceId)).toHaveLength(1)
  })

  test('an invoice that changes while it is read is not judged', async () => {
    const { invoiceId } = await checkout()
    const late = fake.set(invoiceId, {
      status: 'Expired',
      additionalStatus: 'PaidLate',
      paidAmount: '29.99',
      payments: [{ receivedDate: clock.unix(), status: 'Settled' }],
    })
    let reads = 0
    Object.defineProperty(late, 'paidAmount', {
      configurable: true,
      enumerable: true,
      get: () => (++reads % 2 === 1 ? '29.99' : '10'),
    })
    await expect(replica().settle(invoiceId)).rejects.toThrow('changed')
    expect(await ledger(invoiceId)).toHaveLength(0)
  })

  test('late payments wait for a person where the operator wants it so', async () => {
    const { id, invoiceId } = await checkout()
    pay(invoiceId, { status: 'Expired', additionalStatus: 'PaidLate' })
    await replica('review').settle(invoiceId)
    expect(await ledger(invoiceId)).toHaveLength(0)
    expect((await db.checkout.findUniqueOrThrow({ where: { id } })).state).toBe('in_review')
    expect(await attention(invoiceId)).toEqual(['late'])
    pay(invoiceId, { additionalStatus: 'Marked' })
    await replica('review').settle(invoiceId)
    expect(await ledger(invoiceId)).toMatchObject([{ kind: 'grant', flags: ['by_hand'] }])
  })

  test('what a restored BTCPay has forgotten stays granted', async () => {
    const { id, invoiceId } = await checkout()
    pay(invoiceId)
    await replica().settle(invoiceId)
    fake.invoices.delete(invoiceId)
    expect(await replica().settle(invoiceId)).toMatchObject({ outcome: 'unknown' })
    expect((await licenseOf(id)).paidThrough).not.toBeNull()
    expect(await attention(invoiceId)).toEqual(['forgotten'])
  })

  test('a refund is an item for a person and takes nothing back', async () => {
    const { id, invoiceId } = await checkout()
    pay(invoiceId)
    const { inbox } = replica()
    for (let copy = 0; copy < 2; copy++) {
      await inbox.store(body(invoiceId, { type: 'InvoiceRefund', pullPaymentId: 'pull1' }))
    }
    await drain()
    expect((await licenseOf(id)).paidThrough).not.toBeNull()
    expect(await attention(invoiceId)).toEqual(['refund'])
  })
})

describe('reconciliation', () => {
  test('a refund whose webhook was lost is found once, where the key may see promises to pay out', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    await replica().settle(invoiceId)
    fake.pullPayments.push(
      { id: 'pp1', name: `Refund ${invoiceId}` },
      { id: 'pp2', name: 'Refund of-somebody-else' },
      { id: 'pp3', name: 'Wages' },
    )
    expect(await replica().watchRefunds()).toEqual({ allowed: false })
    fake.permissions.push('btcpay.store.canmanagepullpayments:store')
    expect(await replica().watchRefunds()).toEqual({ allowed: true, found: [invoiceId] })
    expect(await replica().watchRefunds()).toEqual({ allowed: true, found: [] })
    expect(await attention(invoiceId)).toEqual(['refund'])
    // Its webhook, late after all, is the same item.
    await replica().inbox.store(body(invoiceId, { type: 'InvoiceRefund', pullPaymentId: 'pp1' }))
    await drain()
    expect(await attention(invoiceId)).toEqual(['refund'])
    fake.permissions.pop()
  })

  test('a webhook that never came changes nothing but the delay', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    const { reconcile } = replica()
    await reconcile()
    expect(await ledger(invoiceId)).toHaveLength(0)
    clock.advance({ seconds: 300 })
    await reconcile()
    expect(await ledger(invoiceId)).toHaveLength(1)
    expect(found).toContain(invoiceId)
  })

  test('an invoice paid after its expiry is found too', async () => {
    const { invoiceId } = await checkout()
    const { reconcile } = replica()
    fake.set(invoiceId, { status: 'Expired' })
    clock.advance({ hours: 2 })
    await reconcile()
    pay(invoiceId, { status: 'Expired', additionalStatus: 'PaidLate' })
    clock.advance({ hours: 1 })
    await reconcile()
    expect(await ledger(invoiceId)).toMatchObject([{ flags: ['late'] }])
  })

  test('an expired invoice is looked at for thirty days after BTCPay stopped, then never again', async () => {
    const { id, invoiceId } = await checkout()
    fake.set(invoiceId, { status: 'Expired' })
    const next = async () => (await db.checkout.findUniqueOrThrow({ where: { id } })).nextCheckAt
    clock.advance({ hours: 24 })
    await replica().settle(invoiceId)
    expect(await next()).not.toBeNull()
    clock.advance({ hours: 37 * 24 })
    await replica().settle(invoiceId)
    expect(await next()).toBeNull()
  })

  test('one invoice that cannot be read does not keep the others from being read', async () => {
    const first = await checkout()
    const second = await checkout()
    pay(first.invoiceId)
    pay(second.invoiceId)
    await db.checkout.updateMany({
      where: { id: { notIn: [first.id, second.id] } },
      data: { nextCheckAt: null },
    })
    clock.advance({ seconds: 300 })
    fake.troubles.push({ when: 'read', how: 500 })
    await replica().reconcile()
    expect((await ledger(first.invoiceId)).length + (await ledger(second.invoiceId)).length).toBe(1)
    clock.advance({ seconds: 300 })
    await replica().reconcile()
    expect((await ledger(first.invoiceId)).length + (await ledger(second.invoiceId)).length).toBe(2)
  })
})

test('deliveries in any order, repeated, delayed, lost and reconciled end in the same state', async () => {
  const day = 86_400
  const script = fc.record({
    payments: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 3 }),
    deliveries: fc.array(fc.record({ invoice: fc.nat({ max: 2 }), lost: fc.boolean() }), { maxLength: 8 }),
    reconciled: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(script, async ({ payments, deliveries, reconciled }) => {
      const made: { id: string; invoiceId: string; deviceId: string }[] = []
      for (const _ of payments) made.push(await checkout(made[0]?.deviceId))
      const start = clock.unix()
      payments.forEach((days, n) =>
        pay(made[n]!.invoiceId, { payments: [{ receivedDate: start + days * day, status: 'Settled' }] }),
      )
      const { inbox, settle } = replica()
      for (const { invoice, lost } of deliveries) {
        const target = made[invoice % made.length]
        if (lost || !target) continue
        await inbox.store(body(target.invoiceId))
        await inbox.workOnce()
      }
      for (const n of reconciled) if (made[n]) await settle(made[n].invoiceId)

      const license = await licenseOf(made[0]!.id)
      const rows = await db.ledgerEntry.findMany({ where: { licenseId: license.id } })
      expect(rows).toHaveLength(payments.length)
      const fold = paidThrough(
        payments.map((days, n) => ({
          invoiceId: made[n]!.invoiceId,
          revision: 0,
          kind: 'grant' as const,
          paidAt: fromDate(new Date((start + days * day) * 1000)),
        })),
        null,
      )
      expect(license.paidThrough).toEqual(fold && toDate(fold))
      expect(paidThrough(rows.map(toLedgerRow), null)?.toString()).toBe(fold?.toString())
    }),
    { numRuns: 25 },
  )
})

describe('ledger', () => {
  test('no row can be changed or removed, whoever asks', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    await replica().settle(invoiceId)
    await expect(
      db.ledgerEntry.updateMany({ where: { invoiceId }, data: { flags: ['x'] } }),
    ).rejects.toThrow()
    await expect(db.ledgerEntry.deleteMany({ where: { invoiceId } })).rejects.toThrow()
    await expect(db.$executeRaw`TRUNCATE ledger`).rejects.toThrow()
    expect(await ledger(invoiceId)).toMatchObject([{ flags: [] }])
  })

  test('a second grant, a reversal first, or an unknown kind cannot be written', async () => {
    const { invoiceId } = await checkout()
    pay(invoiceId)
    await replica().settle(invoiceId)
    const [row] = await ledger(invoiceId)
    const { id: _id, ...copy } = row!
    await expect(db.ledgerEntry.create({ data: copy })).rejects.toThrow()
    await expect(db.ledgerEntry.create({ data: { ...copy, revision: 1 } })).rejects.toThrow()
    await expect(
      db.ledgerEntry.create({ data: { ...copy, invoiceId: 'y', kind: 'reversal' } }),
    ).rejects.toThrow()
    await expect(db.ledgerEntry.create({ data: { ...copy, invoiceId: 'y', kind: 'gift' } })).rejects.toThrow()
  })
})

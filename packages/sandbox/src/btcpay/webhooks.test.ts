import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  createInvoice,
  call,
  noDelays,
  standing,
  startForTest,
  startReceiver,
  type Answer,
} from './test-kit.ts'
import { indented, realDelaysMs, sign } from './webhooks.ts'

describe('signature', () => {
  const body = {
    manuallyMarked: false,
    overPaid: false,
    deliveryId: 'LJMTFbSEobW7mpmAbfVzJv',
    webhookId: 'V9YybsYgDaguxf98N54SJr',
    originalDeliveryId: 'LJMTFbSEobW7mpmAbfVzJv',
    isRedelivery: false,
    type: 'InvoiceSettled',
    timestamp: 1753254400,
    storeId: 'StoreTestVector1',
    invoiceId: 'InvoiceTestVector1',
    metadata: { orderId: 'ord_test_1' },
  }

  it('is the one of the test vector, over the indented bytes', () => {
    const bytes = indented(body)
    expect(bytes).toHaveLength(382)
    expect(sign('HelloWorld', bytes)).toBe(
      'sha256=0afa64a4f2db3c4f198366d65d3ca3119dad42aefb5bad396c9a68c5a2bd83ec',
    )
  })

  it('differs for the same JSON made compact', () => {
    expect(sign('HelloWorld', Buffer.from(JSON.stringify(body)))).toBe(
      'sha256=a27bdeb2783b1275e81dd24806450cf817ecfe35a6a8ffed01df613948592c2f',
    )
  })

  it('covers the exact bytes that arrive, accents included', async () => {
    const receiver = await startReceiver()
    const btcpay = await startForTest()
    const { secret } = await btcpay.setWebhook({ url: receiver.url })
    await createInvoice(btcpay, { metadata: { orderId: 'é', itemDesc: 'Un mois d’abonnement' } })
    await btcpay.settled()
    const [{ headers, text }] = receiver.received as [(typeof receiver.received)[0]]
    const digest = createHmac('sha256', secret).update(text).digest('hex')
    expect(headers['btcpay-sig']).toBe(`sha256=${digest}`)
    expect(headers['content-type']).toBe('application/json')
    expect(headers['user-agent']).toMatch(/^BTCPayServer\/\d/)
    expect(text).toContain('{\n  "deliveryId": "')
    expect(btcpay.deliveries.list()[0]?.bytes.toString()).toBe(text)
  })
})

describe('order of events', () => {
  it('on-chain: received, processing, payment settled, settled', async () => {
    const { btcpay, receiver, id } = await scene()
    await btcpay.pay(id, 'full')
    await btcpay.confirm(id)
    await btcpay.settled()
    expect(receiver.types()).toEqual([
      'InvoiceCreated',
      'InvoiceReceivedPayment',
      'InvoiceProcessing',
      'InvoicePaymentSettled',
      'InvoiceSettled',
    ])
    expect(receiver.received[1]?.event).toMatchObject({
      afterExpiration: false,
      paymentMethodId: 'BTC-CHAIN',
      payment: { value: '0.00032422', status: 'Processing' },
      invoiceId: id,
      metadata: { orderId: 'order-1' },
    })
  })

  it('Lightning: the payment is settled before it is received, and the invoice already shows it', async () => {
    const seen: string[] = []
    const receiver = await startReceiver(({ event }) => {
      seen.push(`${event.type} ${standing(btcpay, String(event['invoiceId']))}`)
      return 200
    })
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay)
    await btcpay.setWebhook({ url: receiver.url })
    await btcpay.pay(id, 'lightning')
    await btcpay.settled()
    expect(seen).toEqual([
      'InvoicePaymentSettled Settled/None',
      'InvoiceReceivedPayment Settled/None',
      'InvoiceProcessing Settled/None',
      'InvoiceSettled Settled/None',
    ])
  })

  it('late: expired, received, paid after expiration; the confirmation settles the payment alone', async () => {
    const { btcpay, receiver, id } = await scene()
    await btcpay.pay(id, 'late')
    await btcpay.confirm(id)
    await btcpay.settled()
    expect(receiver.types().slice(1)).toEqual([
      'InvoiceExpired',
      'InvoiceReceivedPayment',
      'InvoicePaidAfterExpiration',
      'InvoicePaymentSettled',
    ])
    expect(receiver.received.at(-1)?.event['afterExpiration']).toBe(true)
    expect(standing(btcpay, id)).toBe('Expired/PaidLate')
  })

  it('partial then expiry: two events for the expiry', async () => {
    const { btcpay, receiver, id } = await scene()
    await btcpay.pay(id, 'partial')
    await btcpay.expire(id)
    await btcpay.settled()
    expect(receiver.types().slice(1)).toEqual([
      'InvoiceReceivedPayment',
      'InvoiceExpired',
      'InvoiceExpiredPaidPartial',
    ])
  })

  it('a double spend says nothing', async () => {
    const { btcpay, receiver, id } = await scene()
    await btcpay.pay(id, 'full')
    await btcpay.settled()
    const before = receiver.types()
    await btcpay.doubleSpend(id)
    await btcpay.settled()
    expect(receiver.types()).toEqual(before)
    expect(standing(btcpay, id)).toBe('New/None')
    expect(btcpay.invoices.get(id)?.paidAmount).toBe('0')
  })

  it('a settled invoice paid again announces the payment and stays as it is', async () => {
    const { btcpay, receiver, id } = await scene()
    await btcpay.pay(id, 'lightning')
    await btcpay.pay(id, 'full')
    await btcpay.confirm(id)
    await btcpay.settled()
    expect(receiver.types().slice(-2)).toEqual(['InvoiceReceivedPayment', 'InvoicePaymentSettled'])
    expect(receiver.received.at(-1)?.event['afterExpiration']).toBe(false)
    expect(standing(btcpay, id)).toBe('Settled/None')
    expect(btcpay.invoices.get(id)?.paidAmount).toBe('59.98')
  })

  it('unconfirmed at the end of monitoring: invalid, and a later confirmation does not save it', async () => {
    const { btcpay, receiver, id } = await scene()
    await btcpay.pay(id, 'full')
    await btcpay.endMonitoring(id)
    await btcpay.confirm(id)
    await btcpay.settled()
    expect(receiver.types().slice(-2)).toEqual(['InvoiceInvalid', 'InvoicePaymentSettled'])
    expect(receiver.received.at(-1)?.event['afterExpiration']).toBe(true)
    expect(standing(btcpay, id)).toBe('Invalid/None')
  })

  it('the clock alone expires an invoice, one second after its time', async () => {
    let now = 1_800_000_000_000
    const { btcpay, receiver, id } = await scene({ now: () => now })
    now += 900_000
    btcpay.tick()
    expect(standing(btcpay, id)).toBe('New/None')
    now += 1_000
    btcpay.tick()
    await btcpay.settled()
    expect(receiver.types().at(-1)).toBe('InvoiceExpired')
  })

  it('a payment that was double-spent after expiry shows New until monitoring ends', async () => {
    let now = 1_800_000_000_000
    const { btcpay, id } = await scene({ now: () => now })
    await btcpay.pay(id, 'full')
    now += 901_000
    btcpay.tick()
    await btcpay.doubleSpend(id)
    now += 60_000
    btcpay.tick()
    expect(standing(btcpay, id)).toBe('New/None')
    now += 86_400_000
    btcpay.tick()
    expect(standing(btcpay, id)).toBe('Expired/None')
  })
})

describe('retries', () => {
  it('keep the real rhythm by default: nine attempts in an hour', () => {
    expect(realDelaysMs).toEqual([10_000, 60_000, 600_000, 600_000, 600_000, 600_000, 600_000, 600_000])
  })

  it.each<[Answer, number]>([
    [200, 1],
    [204, 1],
    [304, 1],
    [400, 1],
    [401, 1],
    [404, 1],
    [413, 1],
    [408, 2],
    [429, 2],
    [500, 2],
    [503, 2],
    ['hang up', 2],
  ])('after %s: %i attempts', async (answer, attempts) => {
    const receiver = await startReceiver((_received, before) => (before === 0 ? answer : 200))
    const btcpay = await startForTest()
    await btcpay.setWebhook({ url: receiver.url })
    await createInvoice(btcpay)
    await btcpay.settled()
    expect(receiver.received).toHaveLength(attempts)
  })

  it('carry new ids, the same time and data, and other bytes in another order', async () => {
    const receiver = await startReceiver((_received, before) => (before < 3 ? 503 : 200))
    const btcpay = await startForTest()
    const { secret } = await btcpay.setWebhook({ url: receiver.url, events: ['InvoiceExpired'] })
    const id = await createInvoice(btcpay)
    await btcpay.expire(id)
    await btcpay.settled()
    const [first, ...again] = receiver.received.map(({ event }) => event)
    expect(first?.['originalDeliveryId']).toBe(first?.['deliveryId'])
    expect(first?.['isRedelivery']).toBe(false)
    expect(Object.keys(first ?? {})[0]).toBe('partiallyPaid')
    expect(again).toHaveLength(3)
    for (const event of again) {
      expect(event).toEqual({ ...first, deliveryId: event['deliveryId'], isRedelivery: true })
      expect(Object.keys(event)[0]).toBe('deliveryId')
    }
    expect(new Set(receiver.received.map(({ event }) => event['deliveryId'])).size).toBe(4)
    for (const { headers, text } of receiver.received)
      expect(headers['btcpay-sig']).toBe(sign(secret, Buffer.from(text)))
  })

  it('hold back everything behind them, but not another webhook', async () => {
    const stuck = await startReceiver(({ event }, before) =>
      event.type === 'InvoiceCreated' && before < 5 ? 500 : 200,
    )
    const free = await startReceiver()
    const btcpay = await startForTest()
    await btcpay.setWebhook({ url: stuck.url })
    await call(btcpay, 'POST', `/api/v1/stores/${btcpay.storeId}/webhooks`, {
      key: btcpay.operatorKey,
      body: { url: free.url },
    })
    const id = await createInvoice(btcpay)
    await btcpay.expire(id)
    await btcpay.settled()
    expect(stuck.types()).toEqual([...Array<string>(6).fill('InvoiceCreated'), 'InvoiceExpired'])
    expect(free.types()).toEqual(['InvoiceCreated', 'InvoiceExpired'])
  })

  it('end after nine attempts; the delivery can be sent again by hand', async () => {
    let broken = true
    const receiver = await startReceiver(() => (broken ? 500 : 200))
    const btcpay = await startForTest()
    await btcpay.setWebhook({ url: receiver.url })
    await createInvoice(btcpay)
    await btcpay.settled()
    expect(receiver.received).toHaveLength(9)
    broken = false
    const last = btcpay.deliveries.list().at(-1)!
    const deliveryId = await btcpay.redeliver(last.deliveryId)
    await btcpay.settled()
    expect(receiver.received.at(-1)?.event).toMatchObject({
      deliveryId,
      originalDeliveryId: last.originalDeliveryId,
      isRedelivery: true,
    })
    await expect(btcpay.redeliver('nothing')).rejects.toThrow('missing')
  })

  it('use a secret that was changed meanwhile, and stop when the event is taken away', async () => {
    let then = () => Promise.resolve()
    const receiver = await startReceiver((_received, before) => {
      if (before === 0) void then()
      return 500
    })
    const btcpay = await startForTest({ webhookDelaysMs: [50, 50] })
    await btcpay.setWebhook({ url: receiver.url, secret: 'old' })
    then = async () => void (await btcpay.setWebhook({ url: receiver.url, secret: 'new' }))
    await createInvoice(btcpay)
    await btcpay.settled()
    const signatures = receiver.received.map(({ headers, text }) =>
      ['old', 'new'].find(secret => sign(secret, Buffer.from(text)) === headers['btcpay-sig']),
    )
    expect(signatures).toEqual(['old', 'new', 'new'])

    then = async () => void (await btcpay.setWebhook({ url: receiver.url, events: [] }))
    receiver.received.length = 0
    await createInvoice(btcpay)
    await btcpay.settled()
    expect(receiver.received).toHaveLength(1)
  })

  it('do not happen for a webhook without automatic redelivery', async () => {
    const receiver = await startReceiver(() => 500)
    const btcpay = await startForTest()
    await call(btcpay, 'POST', `/api/v1/stores/${btcpay.storeId}/webhooks`, {
      key: btcpay.operatorKey,
      body: { url: receiver.url, automaticRedelivery: false },
    })
    await createInvoice(btcpay)
    await btcpay.settled()
    expect(receiver.received).toHaveLength(1)
  })

  it('do not save an event from a redirect: it arrives as a GET without a body', async () => {
    const target = await startReceiver()
    const receiver = await startReceiver(() => ({ redirect: target.url }))
    const btcpay = await startForTest()
    await btcpay.setWebhook({ url: receiver.url })
    await createInvoice(btcpay)
    await btcpay.settled()
    expect(target.received.map(({ method, text }) => [method, text])).toEqual([['GET', '']])
    expect(receiver.received).toHaveLength(1)
  })
})

describe('a restart', () => {
  it('waits for nothing: what was queued is never sent', async () => {
    let attempted: () => void = () => undefined
    const first = new Promise<void>(resolve => (attempted = resolve))
    const receiver = await startReceiver(() => {
      attempted()
      return 503
    })
    const btcpay = await startForTest({ webhookDelaysMs: [3_600_000] })
    await btcpay.setWebhook({ url: receiver.url })
    const id = await createInvoice(btcpay)
    await btcpay.expire(id)
    await first
    await btcpay.stop()
    expect(receiver.types()).toEqual(['InvoiceCreated'])
    await btcpay.settled()
    expect(receiver.types()).toEqual(['InvoiceCreated'])
  })
})

/** A server, a receiver of everything, an invoice of 15 minutes. */
async function scene(options: { now?: () => number } = {}) {
  const receiver = await startReceiver()
  const btcpay = await startForTest({ ...options, webhookDelaysMs: noDelays })
  await btcpay.setWebhook({ url: receiver.url })
  const id = await createInvoice(btcpay)
  return { btcpay, receiver, id }
}

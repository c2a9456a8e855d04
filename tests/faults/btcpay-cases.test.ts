import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signWebhook } from '@autotele/crypto'
import { someDevice, type TestDevice } from '@autotele/license-server/testing'
import { setScene, until, type Scene } from './support.ts'

/*
 * What BTCPay can do to a shop, one numbered case after another, through HTTP from end to end: the client's calls, the
 * server's process, its PostgreSQL, BTCPay's own API and webhooks. Cases that no BTCPay can be made to play are in the
 * server's decision table (21, 22: decide.test.ts), its calendar (23: periods.test.ts) and its webhook tests (15); a
 * database that is away (19) is in money.test.ts.
 */
let scene: Scene
let device: TestDevice
let metricsUrl: string
/** Case 17 as it happens: nobody answers for as long as the client waits, thirty seconds. */
let hanging: Promise<{ status: number; body: { id?: string } }>
beforeAll(async () => {
  scene = await setScene()
  const server = await scene.start()
  metricsUrl = (await server.ready)?.metricsUrl ?? ''
  device = scene.device()
  await scene.btcpay.faults.set({ kind: 'lost-answer' }, { times: 1 })
  hanging = buy(scene.device())
  await until(async () => scene.btcpay.faults.current === undefined)
})
afterAll(() => scene.end())

const buy = (who: TestDevice) =>
  who.call(
    'POST',
    '/v1/checkouts',
    { plan: 'monthly', device: someDevice },
    { 'Idempotency-Key': randomUUID() },
  )
const stateOf = async (checkout: { id: string; claimSecret: string }) =>
  String((await scene.poll(device, checkout)).body.state)
const become = (checkout: { id: string; claimSecret: string }, state: string) =>
  until(async () => (await stateOf(checkout)) === state)
const flags = async (invoiceId: string) =>
  (await scene.query<{ flags: string[] }>('SELECT flags FROM ledger WHERE invoice_id = $1', [invoiceId])).map(
    row => row.flags,
  )
async function open() {
  device = scene.device()
  return await scene.checkout(device)
}
/** An invoice made past the server, as whoever holds a key or finds an open store can. */
async function makeInvoice(body: object): Promise<string> {
  const response = await fetch(`${scene.btcpay.url}/api/v1/stores/${scene.btcpay.storeId}/invoices`, {
    method: 'POST',
    headers: { authorization: `token ${scene.btcpay.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return ((await response.json()) as { id: string }).id
}
async function post(event: object): Promise<number> {
  const body = Buffer.from(JSON.stringify(event, null, 2))
  const headers = {
    'content-type': 'application/json',
    'btcpay-sig': signWebhook(body, scene.secrets.webhook),
  }
  return (await fetch(`${scene.url}/webhooks/btcpay`, { method: 'POST', headers, body })).status
}
const sentFor = (invoiceId: string) =>
  scene.btcpay.deliveries.list().filter(one => one.bytes.toString().includes(invoiceId))
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(metricsUrl)).text())?.[1] ?? 0)

test('case 1: paid on chain and confirmed is one month, and none before', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId)
  await become(checkout, 'confirming')
  expect(await scene.grants(checkout.invoiceId)).toEqual([])
  await scene.btcpay.confirm(checkout.invoiceId)
  await become(checkout, 'settled')
  const { body } = await scene.poll(device, checkout)
  expect(body).toMatchObject({ token: expect.any(String), licenseKey: expect.any(String) })
  expect(await scene.grants(checkout.invoiceId)).toEqual(['grant'])
})

test('case 2: Lightning, whose events come in another order, is one month', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId, 'lightning')
  await become(checkout, 'settled')
  await scene.quiet()
  expect(await scene.grants(checkout.invoiceId)).toEqual(['grant'])
  expect(sentFor(checkout.invoiceId).map(one => one.type)).toEqual([
    'InvoiceCreated',
    'InvoicePaymentSettled',
    'InvoiceReceivedPayment',
    'InvoiceProcessing',
    'InvoiceSettled',
  ])
})

test('cases 3 and 5: the same event nine times, copies at once and a late Processing change nothing', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId)
  await scene.btcpay.confirm(checkout.invoiceId)
  await become(checkout, 'settled')
  await scene.quiet()
  const sent = sentFor(checkout.invoiceId)
  const settled = sent.find(one => one.type === 'InvoiceSettled')!
  const processing = sent.find(one => one.type === 'InvoiceProcessing')!
  for (let n = 0; n < 8; n++) await scene.btcpay.redeliver(settled.deliveryId)
  const copy = {
    headers: { 'btcpay-sig': settled.signature },
    body: settled.bytes.toString(),
    method: 'POST',
  }
  const answers = await Promise.all([1, 2].map(() => fetch(`${scene.url}/webhooks/btcpay`, copy)))
  expect(answers.map(answer => answer.status)).toEqual([200, 200])
  await scene.btcpay.redeliver(processing.deliveryId)
  await scene.quiet()
  expect(await scene.grants(checkout.invoiceId)).toEqual(['grant'])
  expect(await stateOf(checkout)).toBe('settled')
})

test('case 4: webhooks that never come cost one cycle, and the metric says so', async () => {
  const checkout = await open()
  const url = `${scene.url}/webhooks/btcpay`
  await scene.quiet()
  await scene.query('DELETE FROM inbox WHERE invoice_id = $1', [checkout.invoiceId])
  await scene.btcpay.setWebhook({ url, enabled: false })
  const before = await metric('autotele_reconciled_grants_total')
  await scene.btcpay.pay(checkout.invoiceId, 'lightning')
  await become(checkout, 'settled')
  expect(await metric('autotele_reconciled_grants_total')).toBe(before + 1)
  await scene.btcpay.setWebhook({ url, enabled: true })
})

test('case 6: seen, silently double-spent, then expired is never paid time', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId)
  await become(checkout, 'confirming')
  await scene.btcpay.doubleSpend(checkout.invoiceId)
  await scene.btcpay.expire(checkout.invoiceId)
  await become(checkout, 'expired')
  expect(await scene.grants(checkout.invoiceId)).toEqual([])
})

test('case 7: paid after expiry gives nothing unconfirmed, and a flagged month once confirmed', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId, 'late')
  await become(checkout, 'confirming')
  expect(await scene.grants(checkout.invoiceId)).toEqual([])
  await scene.btcpay.confirm(checkout.invoiceId)
  await become(checkout, 'settled')
  expect(await flags(checkout.invoiceId)).toEqual([['late']])
})

test('case 8: paid late, then double-spent to nothing, gives nothing', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId, 'late')
  await become(checkout, 'confirming')
  await scene.btcpay.doubleSpend(checkout.invoiceId)
  expect(scene.btcpay.invoices.get(checkout.invoiceId)).toMatchObject({ additionalStatus: 'PaidLate' })
  await become(checkout, 'expired')
  expect(await scene.grants(checkout.invoiceId)).toEqual([])
})

test('case 9: partly paid and expired goes to a person; the rest paid later settles it and closes the item', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId, 'partial')
  await scene.btcpay.confirm(checkout.invoiceId)
  await scene.btcpay.expire(checkout.invoiceId)
  await become(checkout, 'underpaid')
  expect(await scene.grants(checkout.invoiceId)).toEqual([])
  expect(await scene.attention(checkout.invoiceId)).toEqual(['underpaid'])
  await scene.btcpay.pay(checkout.invoiceId)
  await scene.btcpay.confirm(checkout.invoiceId)
  await become(checkout, 'settled')
  expect(await scene.attention(checkout.invoiceId)).toEqual([])
})

test('case 10: too much is one month and an item about the surplus', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId, 'over')
  await scene.btcpay.confirm(checkout.invoiceId)
  await become(checkout, 'settled')
  expect(await scene.grants(checkout.invoiceId)).toEqual(['grant'])
  expect(await scene.attention(checkout.invoiceId)).toEqual(['overpaid'])
})

test('case 11: a second payment to a settled invoice is no second month, and an item', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId, 'lightning')
  await become(checkout, 'settled')
  await scene.btcpay.pay(checkout.invoiceId, 'full')
  await scene.btcpay.confirm(checkout.invoiceId)
  await until(async () => (await scene.attention(checkout.invoiceId)).includes('second_payment'))
  expect(await scene.grants(checkout.invoiceId)).toEqual(['grant'])
})

test('case 12: given up by BTCPay and confirmed later pays, flagged; marked invalid after a grant is taken back', async () => {
  const slow = await open()
  await scene.btcpay.pay(slow.invoiceId)
  await scene.btcpay.endMonitoring(slow.invoiceId)
  await become(slow, 'invalid')
  await scene.btcpay.confirm(slow.invoiceId)
  await become(slow, 'settled')
  expect(await flags(slow.invoiceId)).toEqual([['confirmed_late']])

  const marked = await open()
  await scene.btcpay.mark(marked.invoiceId, 'Settled')
  await become(marked, 'settled')
  await scene.btcpay.mark(marked.invoiceId, 'Invalid')
  await become(marked, 'invalid')
  expect(await scene.grants(marked.invoiceId)).toEqual(['grant', 'reversal'])
  expect(await scene.attention(marked.invoiceId)).toEqual(['marked_invalid'])
})

test('case 13: of two invoices for one order, both paid, ours pays and the twin goes to a person', async () => {
  const checkout = await open()
  const metadata = { orderId: checkout.id, itemCode: 'autotele-month-1' }
  const twin = await makeInvoice({ amount: '29.99', currency: 'EUR', metadata })
  await scene.btcpay.pay(checkout.invoiceId, 'lightning')
  await scene.btcpay.pay(twin, 'lightning')
  await become(checkout, 'settled')
  await scene.quiet()
  expect(await scene.grants(checkout.invoiceId)).toEqual(['grant'])
  expect(await scene.grants(twin)).toEqual([])
  expect(await scene.attention(twin)).toEqual(['twin'])
})

test.each([
  ['another amount', { amount: '0.50', currency: 'EUR' }],
  ['another currency', { amount: '29.99', currency: 'USD' }],
  ['a top-up', { currency: 'EUR' }],
])('case 14: a foreign invoice with our order id and %s pays nothing and is seen', async (_name, invoice) => {
  const checkout = await open()
  const metadata = { orderId: checkout.id, itemCode: 'autotele-month-1' }
  const foreign = await makeInvoice({ ...invoice, metadata })
  await scene.btcpay.pay(foreign, 'lightning')
  await scene.quiet()
  expect(await scene.grants(foreign)).toEqual([])
  expect(await scene.attention(foreign)).toEqual(['foreign'])
  expect(sentFor(foreign).every(one => one.httpCode === 200)).toBe(true)
  expect(await stateOf(checkout)).toBe('awaiting_payment')
})

test('cases 16 and 22: a test delivery and an event of a newer BTCPay are stored, answered 200 and counted', async () => {
  const unknown = () => metric('autotele_webhook_unknown_total\\{what="event"\\}')
  const before = await unknown()
  const id = `__test__${randomUUID()}__test__`
  expect(await post({ type: 'InvoiceSettled', invoiceId: id, deliveryId: id, originalDeliveryId: id })).toBe(
    200,
  )
  expect(await post({ type: 'InvoiceDreamtOf', deliveryId: randomUUID(), storeId: 'x' })).toBe(200)
  await scene.quiet()
  expect(await scene.query('SELECT state FROM inbox WHERE invoice_id = $1', [id])).toEqual([
    { state: 'ignored' },
  ])
  expect(await unknown()).toBe(before + 1)
})

test.each([
  { kind: 'syncing' },
  { kind: 'key-revoked' },
  { kind: 'forbidden' },
  { kind: 'proxy-html', status: 502 },
  { kind: 'refuse' },
] as const)('case 18: while BTCPay says $kind a checkout fails cleanly and licences live on', async fault => {
  const paid = await open()
  await scene.btcpay.pay(paid.invoiceId, 'lightning')
  await become(paid, 'settled')
  await scene.btcpay.faults.set(fault)
  try {
    const { status, body, headers } = await buy(device)
    expect([status, body.code]).toEqual([503, 'PAYMENTS_UNAVAILABLE'])
    expect(headers.get('retry-after')).not.toBeNull()
    expect(JSON.stringify(body)).not.toMatch(/node|wallet|btcpay|<html/i)
    const refreshed = await device.call('POST', '/v1/licenses/refresh', { seq: 0, appVersion: '1' })
    expect(refreshed.body).toMatchObject({ result: 'granted' })
  } finally {
    await scene.btcpay.faults.clear()
  }
  expect((await buy(device)).status).toBe(201)
})

test('case 20: an invoice that a restored BTCPay has forgotten stays granted, and somebody is told', async () => {
  const checkout = await open()
  await scene.btcpay.pay(checkout.invoiceId, 'lightning')
  await become(checkout, 'settled')
  await scene.quiet()
  const [sent] = sentFor(checkout.invoiceId)
  scene.btcpay.invoices.forget(checkout.invoiceId)
  await scene.btcpay.redeliver(sent!.deliveryId)
  await until(async () => (await scene.attention(checkout.invoiceId)).includes('forgotten'))
  expect(await scene.grants(checkout.invoiceId)).toEqual(['grant'])
  expect(await stateOf(checkout)).toBe('settled')
})

test('case 17: an invoice whose answer was lost is found by its order id and not made twice', async () => {
  const { status, body } = await hanging
  expect(status).toBe(201)
  const made = scene.btcpay.invoices.list().filter(one => one.metadata['orderId'] === body.id)
  expect(made).toHaveLength(1)
})

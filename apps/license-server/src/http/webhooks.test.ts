import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signWebhook } from '@autotele/crypto'
import { startHarness, WEBHOOK_SECRET, type Harness } from '../testing/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness({ AUTOTELE_BTCPAY_WEBHOOK_SECRET: `${WEBHOOK_SECRET},the-next-secret` })
})
afterAll(() => harness.stop())

const event = (invoiceId = 'unknown') =>
  JSON.stringify({ deliveryId: randomUUID(), type: 'InvoiceSettled', invoiceId, metadata: {} }, null, 2)
const sign = (body: string | Buffer, secret = WEBHOOK_SECRET) => signWebhook(Buffer.from(body), secret)
async function post(body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(`${harness.server.url}/webhooks/btcpay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.status, text: await response.text() }
}
const rows = () => harness.db.inboxEvent.count()

test.each([
  ['no signature', () => ({})],
  ['another secret', (body: string) => ({ 'btcpay-sig': sign(body, 'another-secret') })],
  ['the signature of other bytes', () => ({ 'btcpay-sig': sign('{}') })],
  [
    'an upper-case signature',
    (body: string) => ({ 'btcpay-sig': sign(body).replace(/[a-f]/g, c => c.toUpperCase()) }),
  ],
] as const)('a delivery with %s is refused without a word and leaves no row', async (_name, headers) => {
  const before = await rows()
  const body = event()
  expect(await post(body, headers(body))).toEqual({ status: 401, text: '' })
  expect(await rows()).toBe(before)
})

test('the same JSON compacted is refused: the signature is over bytes (case 15)', async () => {
  const before = await rows()
  const body = event()
  const compacted = JSON.stringify(JSON.parse(body))
  expect((await post(compacted, { 'btcpay-sig': sign(body) })).status).toBe(401)
  expect(await rows()).toBe(before)
})

test('during a rotation both secrets are accepted', async () => {
  const body = event()
  expect(await post(body, { 'btcpay-sig': sign(body) })).toEqual({ status: 200, text: '' })
  expect((await post(body, { 'btcpay-sig': sign(body, 'the-next-secret') })).status).toBe(200)
})

test('what is signed is stored byte for byte and answered 200, whatever it says', async () => {
  for (const body of [event(), 'not json', '', '[1]', '{"type":"SomethingNew","invoiceId":"x"}']) {
    const before = await rows()
    expect(await post(body, { 'btcpay-sig': sign(body) })).toEqual({ status: 200, text: '' })
    expect(await rows()).toBe(before + 1)
    const [last] = await harness.db.inboxEvent.findMany({ orderBy: { id: 'desc' }, take: 1 })
    expect(Buffer.from(last!.body).toString()).toBe(body)
  }
})

test('a body over 1 MiB is 413, one of exactly 1 MiB is stored, an encoded one is 415 (case 15)', async () => {
  const before = await rows()
  const most = Buffer.alloc(1024 * 1024, 32)
  const over = Buffer.alloc(1024 * 1024 + 1, 32)
  expect(await post(over, { 'btcpay-sig': sign(over) })).toEqual({ status: 413, text: '' })
  expect(await post(event(), { 'content-encoding': 'gzip' })).toEqual({ status: 415, text: '' })
  expect(await rows()).toBe(before)
  expect((await post(most, { 'btcpay-sig': sign(most) })).status).toBe(200)
})

test('a body that lies about its length does not get past the limit', async () => {
  const status = await new Promise<number>((resolve, reject) => {
    const request = httpRequest(
      `${harness.server.url}/webhooks/btcpay`,
      { method: 'POST', headers: { 'transfer-encoding': 'chunked' } },
      response => resolve(response.statusCode ?? 0),
    )
    request.on('error', reject)
    for (let chunk = 0; chunk < 20; chunk++) request.write(Buffer.alloc(64 * 1024, 32))
    request.end()
  })
  expect(status).toBe(413)
})

test('one event delivered five times at once is one grant', async () => {
  const device = harness.device()
  const checkout = await harness.checkout(device)
  harness.btcpay.set(checkout.invoiceId, {
    status: 'Settled',
    paidAmount: '29.99',
    payments: [{ receivedDate: harness.clock.unix(), status: 'Settled' }],
  })
  const body = event(checkout.invoiceId)
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => post(body, { 'btcpay-sig': sign(body) })))
  expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 200, 200])
  await harness.worked()
  expect(await harness.db.ledgerEntry.count({ where: { invoiceId: checkout.invoiceId } })).toBe(1)
})

test('when the event cannot be stored the answer is 503, and a later delivery is taken', async () => {
  await harness.db.$executeRaw`ALTER TABLE inbox RENAME TO inbox_away`
  const body = event()
  expect(await post(body, { 'btcpay-sig': sign(body) })).toEqual({ status: 503, text: '' })
  await harness.db.$executeRaw`ALTER TABLE inbox_away RENAME TO inbox`
  expect((await post(body, { 'btcpay-sig': sign(body) })).status).toBe(200)
})

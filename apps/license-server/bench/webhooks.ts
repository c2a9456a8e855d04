// `pnpm bench:server`: how fast a webhook is acknowledged, against the least that could be done for it (verify the HMAC,
// insert one row, on bare node:http and pg), and how long a payment takes to become a token at the client. Both servers
// run as processes of their own on one PostgreSQL, in turns, so that the ratio is of one machine at one time.
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { createTestDevice, someDevice } from '../src/testing/device.ts'
import { startFakeBtcpay } from '../src/testing/fake-btcpay.ts'
import { print, quantile, setStage } from './stage.ts'

const ROUNDS = 5
const ROUND_MS = 2500
const CONNECTIONS = 16
const SALES = 20
const secret = randomBytes(24).toString('hex')

const btcpay = await startFakeBtcpay(() => Math.floor(Date.now() / 1000))
const stage = await setStage({
  AUTOTELE_BTCPAY_URL: btcpay.url,
  AUTOTELE_BTCPAY_API_KEY: 'test-key',
  AUTOTELE_BTCPAY_STORE_ID: 'store',
  AUTOTELE_BTCPAY_WEBHOOK_SECRET: secret,
})
const floorUrl = await stage.floor('floor.ts', {
  DATABASE_URL: stage.postgres.urlOf('postgres'),
  WEBHOOK_SECRET: secret,
})
const serverUrl = stage.url

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

/** One event as BTCPay writes it. Without an invoice it is stored and rests: what is measured is the acknowledgement. */
function event(invoiceId?: string): Buffer {
  const id = randomUUID()
  const common = {
    deliveryId: id,
    webhookId: 'V9YybsYgDaguxf98N54SJr',
    originalDeliveryId: id,
    isRedelivery: false,
  }
  const about = { type: 'InvoiceSettled', timestamp: 1753254400, storeId: 'store', invoiceId }
  return Buffer.from(JSON.stringify({ ...common, ...about, metadata: { orderId: 'chk_1' } }, null, 2))
}

function deliver(url: string, body: Buffer): Promise<number> {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    'btcpay-sig': signature,
  }
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/webhooks/btcpay`, { method: 'POST', agent, headers }, response => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function round(url: string): Promise<number[]> {
  const latencies: number[] = []
  const until = performance.now() + ROUND_MS
  const connection = async () => {
    while (performance.now() < until) {
      const body = event()
      const started = performance.now()
      if ((await deliver(url, body)) !== 200) throw new Error('a webhook was not acknowledged')
      latencies.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  return latencies
}

/** From the moment BTCPay says "settled" to the token in the client's hands, which asks every 50 ms. */
async function sell(): Promise<number> {
  const device = createTestDevice(serverUrl)
  const key = { 'Idempotency-Key': randomUUID() }
  const { body } = await device.call('POST', '/v1/checkouts', { plan: 'monthly', device: someDevice }, key)
  const invoice = [...btcpay.invoices.values()].at(-1)
  if (!invoice) throw new Error('no invoice')
  const payments = [{ receivedDate: Math.floor(Date.now() / 1000), status: 'Settled' }]
  btcpay.set(invoice.id, { status: 'Settled', paidAmount: '29.99', payments })
  const started = performance.now()
  await deliver(serverUrl, event(invoice.id))
  for (;;) {
    const claim = { 'Claim-Secret': String(body.claimSecret) }
    const answer = await device.call('GET', `/v1/checkouts/${String(body.id)}`, undefined, claim)
    if (typeof answer.body.token === 'string') return performance.now() - started
    await delay(50)
  }
}

const results = { floor: [] as number[][], server: [] as number[][] }
await round(floorUrl)
await round(serverUrl)
for (let n = 0; n < ROUNDS; n++) {
  results.floor.push(await round(floorUrl))
  results.server.push(await round(serverUrl))
}
const rate = (rounds: readonly number[][]) => rounds.flat().length / ((ROUNDS * ROUND_MS) / 1000)
for (const [name, rounds] of Object.entries(results)) {
  const all = rounds.flat()
  const figures = [0.5, 0.99].map(q => `p${String(q * 100)} ${quantile(all, q).toFixed(1)} ms`)
  print(`${name.padEnd(7)} ${rate(rounds).toFixed(0).padStart(6)} webhooks/s   ${figures.join('   ')}`)
}
print(`ratio   ${(rate(results.server) / rate(results.floor)).toFixed(2)} of the floor's throughput`)
const sales: number[] = []
for (let n = 0; n < SALES; n++) sales.push(await sell())
print(
  `paid → token at the client, over ${String(SALES)} sales: ` +
    [0.5, 0.95].map(q => `p${String(q * 100)} ${quantile(sales, q).toFixed(0)} ms`).join('   '),
)

agent.destroy()
const client = new pg.Client({ connectionString: stage.postgres.databaseUrl })
await client.connect()
const stored = await client.query<{ n: string }>('SELECT count(*) AS n FROM inbox')
await client.end()
print(`stored by the server: ${stored.rows[0]?.n ?? '?'}`)
await stage.end()
await btcpay.stop()

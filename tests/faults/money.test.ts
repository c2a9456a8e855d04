import { afterAll, beforeAll, expect, test } from 'vitest'
import { setTimeout as delay } from 'node:timers/promises'
import { readViolations, someDevice } from '@autotele/license-server/testing'
import { setScene, until, type Scene } from './support.ts'

/** Real kills of real processes, shared by the replicas that are killed side by side. */
const KILLS = Number(process.env['AUTOTELE_KILLS'] ?? 20)
const REPLICAS = 2
const CHECKOUTS = 40

let scene: Scene
/** License keys and claim secrets that were handed out. */
const handedOut: string[] = []
beforeAll(async () => (scene = await setScene()))
afterAll(() => scene.end())

async function prepare(count: number): Promise<string[]> {
  const made: string[] = []
  for (let n = 0; n < count; n++) {
    const checkout = await scene.checkout(scene.device())
    handedOut.push(checkout.claimSecret)
    made.push(checkout.invoiceId)
  }
  return made
}

/** Every invoice that BTCPay shows as settled has one grant, the others none, and nothing contradicts itself. */
async function allIsRight(invoices: readonly string[]): Promise<void> {
  for (const id of invoices) {
    const paid = scene.btcpay.invoices.get(id)?.status === 'Settled'
    expect(await scene.grants(id), id).toEqual(paid ? ['grant'] : [])
  }
  for (const [invariant, count] of Object.entries(await readViolations(scene.databaseUrl))) {
    expect(count, invariant).toBe(0)
  }
}

/** Sends again what was sent before, as retries and redeliveries do. */
async function replay(url = scene.url): Promise<number | undefined> {
  const sent = scene.btcpay.deliveries.list()
  const one = sent[Math.floor(Math.random() * sent.length)]
  if (!one) return undefined
  const headers = { 'content-type': 'application/json', 'btcpay-sig': one.signature }
  const request = { method: 'POST', headers, body: one.bytes.toString() }
  return await fetch(`${url}/webhooks/btcpay`, request).then(
    answer => answer.status,
    () => undefined,
  )
}

test(
  'killed at random points under webhook load, again and again, it loses and repeats no payment',
  async () => {
    const first = await scene.start()
    const invoices = await prepare(CHECKOUTS)
    await first.kill()

    let kills = 0
    let killedReady = 0
    const killing = Array.from({ length: REPLICAS }, async (_, replica) => {
      while (kills < KILLS) {
        kills++
        // The first replica is where BTCPay delivers; the other works off the same inbox.
        const server = scene.launch(replica === 0 ? {} : { PORT: '0' })
        // One in five while it starts, the others at some point of their work.
        const early = kills % 5 === 0
        await (early ? delay(Math.random() * 800) : server.ready)
        if (!early) {
          await delay(Math.random() * 250)
          killedReady++
        }
        await server.kill()
      }
    })
    let over = false
    const load = (async () => {
      while (!over) {
        await replay()
        await delay(10)
      }
    })()
    const paying = (async () => {
      for (const [n, id] of invoices.entries()) {
        await scene.btcpay.pay(id, n % 4 === 0 ? 'lightning' : 'full')
        await delay(400)
        await scene.btcpay.confirm(id)
        await delay(400)
      }
    })()
    await Promise.all([...killing, paying])
    over = true
    await load
    expect(kills).toBeGreaterThanOrEqual(KILLS)
    expect(killedReady).toBeGreaterThan(KILLS / 2)

    const last = await scene.start()
    // Those whose deliveries fell into the gaps are found by reconciliation.
    await until(async () => (await scene.query('SELECT 1 FROM ledger')).length >= invoices.length)
    await scene.btcpay.settled()
    // What a killed worker held rests until its lease is over; all else has been worked off.
    await until(async () => {
      const due = "SELECT 1 FROM inbox WHERE state = 'pending' AND next_attempt_at <= now()"
      return (await scene.query(due)).length === 0
    })
    await allIsRight(invoices)
    const [sum] = await scene.query<{ events: string; deliveries: string; grants: string }>(
      'SELECT count(*) AS events, sum(deliveries) AS deliveries, (SELECT count(*) FROM ledger) AS grants FROM inbox',
    )
    process.stdout.write(`${String(kills)} kills (${String(killedReady)} at work): ${JSON.stringify(sum)}\n`)
    await last.kill('SIGTERM')
    // A start costs a second on an idle machine, and several where other suites run beside this one.
  },
  Math.max(600_000, KILLS * 20_000),
)

test('while PostgreSQL is stopped webhooks are answered 503, and all of them arrive once it is back (case 19)', async () => {
  const server = await scene.start()
  const invoices = await prepare(6)
  await scene.stopPostgres()
  expect(await replay()).toBe(503)
  expect((await fetch(`${scene.url}/livez`)).status).toBe(200)
  for (const id of invoices) await scene.btcpay.pay(id, 'lightning')
  await until(async () => (await replay()) === 503)
  await scene.startPostgres()
  await until(async () => (await replay()) === 200)
  await until(async () => {
    const rows = await scene.query('SELECT 1 FROM ledger WHERE invoice_id = ANY($1)', [invoices])
    return rows.length === invoices.length
  })
  await allIsRight(invoices)
  await server.kill('SIGTERM')
})

test('two replicas that receive and work off the same deliveries at once give one month each', async () => {
  const [one, two] = [await scene.start(), await scene.start({ PORT: '0' })]
  const address = two.localUrl()
  const invoices = await prepare(10)
  for (const id of invoices) await scene.btcpay.pay(id, 'lightning')
  await scene.btcpay.settled()
  const copies = await Promise.all(Array.from({ length: 120 }, (_, n) => replay(n % 2 ? address : scene.url)))
  expect(copies.every(status => status === 200)).toBe(true)
  await until(async () => {
    const rows = await scene.query('SELECT 1 FROM ledger WHERE invoice_id = ANY($1)', [invoices])
    return rows.length === invoices.length
  })
  await allIsRight(invoices)
  await Promise.all([one.kill('SIGTERM'), two.kill('SIGTERM')])
})

test('the logs of all these runs contain no secret', async () => {
  const server = await scene.start()
  const device = scene.device()
  const checkout = await scene.checkout(device)
  await scene.btcpay.pay(checkout.invoiceId, 'lightning')
  const answer = await until(async () => {
    const { body } = await scene.poll(device, checkout)
    return body.state === 'settled' && body
  })
  await device.call('POST', '/v1/licenses/activate', { licenseKey: answer.licenseKey, device: someDevice })
  await device.call('POST', '/v1/licenses/activate', { licenseKey: 'wrong', device: someDevice })
  await fetch(`${scene.url}/webhooks/btcpay`, {
    method: 'POST',
    headers: { 'btcpay-sig': 'sha256=0' },
    body: 'x',
  })
  await server.kill('SIGTERM')
  const all = scene.logs.join('\n')
  const key = String(answer.licenseKey)
  const secrets = [
    ...Object.values(scene.secrets),
    ...handedOut,
    checkout.claimSecret,
    key,
    key.replaceAll('-', ''),
  ]
  expect(scene.logs.length).toBeGreaterThan(200)
  for (const secret of secrets) expect(all.includes(secret), secret.slice(0, 4)).toBe(false)
  // Device proofs, tokens and key sets are all of this shape.
  expect(all).not.toMatch(/eyJ[\w-]{10,}\.[\w-]{10,}\./)
})

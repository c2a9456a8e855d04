import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import pino from 'pino'
import { Temporal } from 'temporal-polyfill'
import { inject } from 'vitest'
import { signWebhook, verifyKeySet, verifyLicenseToken } from '@autotele/crypto'
import { HEADERS, type CreateCheckoutResponse } from '@autotele/shared'
import { toUnix } from '../clock.ts'
import { loadConfig } from '../config/config.ts'
import { startServer, type RunningServer, type ServerPorts } from '../server.ts'
import { openDatabase } from '../storage/database.ts'
import { MIGRATED } from './cluster.ts'
import { createTestDevice, someDevice, type TestDevice } from './device.ts'
import { startFakeBtcpay } from './fake-btcpay.ts'

/** What is proven of the real cost stands in admin.test.ts. */
export const PASSWORD_COST = { memory: 64, passes: 1 }
export const WEBHOOK_SECRET = 'test-webhook-secret'

/** A database of its own in the run's cluster, an empty one unless it is to be a copy; `drop` removes it. */
export async function createDatabase(
  copyOf = 'template1',
): Promise<{ url: string; drop: () => Promise<void> }> {
  const cluster = inject('clusterUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: cluster })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await admin(`CREATE DATABASE ${name} TEMPLATE ${copyOf}`)
  const url = new URL(cluster)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

/** A clock that stands still until it is moved. */
export function createTestClock(start = '2026-11-22T10:00:00Z') {
  let now = Temporal.Instant.from(start)
  return {
    now: () => now,
    unix: () => toUnix(now),
    advance: (duration: Temporal.DurationLikeObject) => (now = now.add(duration)),
    set: (text: string) => (now = Temporal.Instant.from(text)),
  }
}

/** Waits until `probe` gives something; the time-out is the test's. */
export async function until<T>(probe: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== false) return value
    await delay(20)
  }
}

/** A TCP relay to a database that can be cut and joined again, as a network is. */
async function startRelay(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const relay = createServer(client => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  const listen = (port: number) =>
    new Promise<void>(resolve => {
      relay.listen(port, '127.0.0.1', resolve)
    })
  await listen(0)
  const { port } = relay.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.port = String(port)
  return {
    url: url.href,
    join: () => listen(port),
    async cut() {
      const closed = new Promise(resolve => relay.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** The whole server on a database of its own, with a fake BTCPay and a clock of ours. */
export async function startHarness(
  env: Record<string, string> = {},
  ports: Omit<ServerPorts, 'clock' | 'log'> = {},
) {
  const clock = createTestClock()
  const database = await createDatabase(MIGRATED)
  const dataDir = await mkdtemp(join(tmpdir(), 'autotele-license-data-'))
  const btcpay = await startFakeBtcpay(clock.unix)
  const relay = await startRelay(database.url)
  const db = openDatabase(database.url, () => undefined)
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: line => void logged.push(line) })
  const config = loadConfig({
    PORT: '0',
    AUTOTELE_METRICS_PORT: '0',
    AUTOTELE_DATA_DIR: dataDir,
    DATABASE_URL: relay.url,
    AUTOTELE_BTCPAY_URL: btcpay.url,
    AUTOTELE_BTCPAY_API_KEY: 'test-key',
    AUTOTELE_BTCPAY_STORE_ID: 'store',
    AUTOTELE_BTCPAY_WEBHOOK_SECRET: WEBHOOK_SECRET,
    ...env,
  })
  const start = (): Promise<RunningServer> =>
    startServer(config, { passwordCost: PASSWORD_COST, ...ports, clock: clock.now, log })
  let server = await start()

  const harness = {
    clock,
    btcpay,
    /** Stands between the server and its database; `db` does not go through it. */
    relay,
    db,
    config,
    logged,
    get server() {
      return server
    },
    device: (address?: () => string): TestDevice => createTestDevice(server.url, address),
    /** Another server on the same database under the same public URL; the caller stops it. */
    replica: (): Promise<RunningServer> =>
      startServer(
        { ...config, publicUrl: server.url },
        { passwordCost: PASSWORD_COST, ...ports, clock: clock.now, log },
      ),
    async restart() {
      await server.stop()
      server = await start()
    },

    /** Delivers a webhook as BTCPay would: indented, signed over these bytes. */
    async deliver(invoiceId: string, type = 'InvoiceSettled', over: Record<string, unknown> = {}) {
      const deliveryId = randomUUID()
      const body = Buffer.from(
        JSON.stringify(
          { deliveryId, originalDeliveryId: deliveryId, type, storeId: 'store', invoiceId, ...over },
          null,
          2,
        ),
      )
      return await fetch(`${server.url}/webhooks/btcpay`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'btcpay-sig': signWebhook(body, WEBHOOK_SECRET) },
        body,
      })
    },

    /** Until every stored event has been worked off. */
    worked: () => until(async () => (await db.inboxEvent.count({ where: { state: 'pending' } })) === 0),

    async checkout(device: TestDevice): Promise<CreateCheckoutResponse & { invoiceId: string }> {
      const { body, status } = await device.call(
        'POST',
        '/v1/checkouts',
        { plan: 'monthly', device: someDevice },
        { [HEADERS.idempotencyKey]: randomUUID() },
      )
      if (status !== 201) throw new Error(`checkout: ${JSON.stringify(body)}`)
      const { invoiceId } = await db.checkout.findUniqueOrThrow({ where: { id: body.id } })
      return { ...body, invoiceId }
    },

    /** Pays a checkout in full and delivers the webhook. */
    async pay(invoiceId: string): Promise<void> {
      btcpay.set(invoiceId, {
        status: 'Settled',
        paidAmount: '29.99',
        payments: [{ receivedDate: clock.unix(), status: 'Settled' }],
      })
      await harness.deliver(invoiceId)
      await harness.worked()
    },

    poll: (device: TestDevice, checkout: { id: string; claimSecret: string }) =>
      device.call('GET', `/v1/checkouts/${checkout.id}`, undefined, {
        [HEADERS.claimSecret]: checkout.claimSecret,
      }),

    /** Verifies a token and its key set as the client does, from nothing but the root key. */
    async verify(answer: { token: string; keyset: string }, device: TestDevice) {
      if (!server.rootKey) throw new Error('no root key')
      const set = await verifyKeySet(answer.keyset, server.rootKey)
      if (!set.ok) throw new Error(set.code)
      const token = await verifyLicenseToken(answer.token, {
        keys: set.claims.keys,
        issuer: server.url,
        deviceId: device.id,
        now: clock.unix(),
        allowTest: true,
      })
      if (!token.ok) throw new Error(token.code)
      return token.claims
    },

    async stop() {
      await server.stop()
      await relay.cut()
      await btcpay.stop()
      await db.$disconnect()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return harness
}
export type Harness = Awaited<ReturnType<typeof startHarness>>

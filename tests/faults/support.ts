import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import {
  createTestDevice,
  someDevice,
  startEmbeddedPostgres,
  type TestDevice,
} from '@autotele/license-server/testing'
import { startBtcpay } from '@autotele/sandbox/btcpay'
import pg from 'pg'

const main = createRequire(import.meta.url).resolve('@autotele/license-server/main')

/** Waits until `probe` gives something; the time-out is the test's. */
export async function until<T>(probe: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== false) return value
    await delay(50)
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}

/**
 * A license server as a program of its own that can be killed and started again at the same address, a PostgreSQL that
 * outlives it, and a BTCPay that delivers to it.
 */
export async function setScene(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'autotele-faults-'))
  let postgres = await startEmbeddedPostgres(join(folder, 'postgres'))
  const { databaseUrl } = postgres
  const btcpay = await startBtcpay({ webhookDelaysMs: Array<number>(8).fill(60) })
  const secrets = {
    webhook: randomBytes(24).toString('hex'),
    pepper: randomBytes(32).toString('base64'),
    keyEncryptionKey: randomBytes(32).toString('base64'),
    apiKey: btcpay.apiKey,
    databasePassword: new URL(databaseUrl).password,
  }
  const port = await freePort()
  const url = `http://127.0.0.1:${String(port)}`
  await btcpay.setWebhook({ url: `${url}/webhooks/btcpay`, secret: secrets.webhook })
  const logs: string[] = []
  const running = new Set<ChildProcess>()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  pool.on('error', () => undefined)

  /** Starts the program without waiting for it. */
  function launch(more: Record<string, string> = {}) {
    const child = spawn(process.execPath, [main, '--json'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_ENV: 'test',
        // The second start and every later one finds its modules compiled.
        NODE_COMPILE_CACHE: join(folder, 'cache'),
        PORT: String(port),
        AUTOTELE_METRICS_PORT: '0',
        AUTOTELE_PUBLIC_URL: url,
        AUTOTELE_DATA_DIR: join(folder, 'data'),
        AUTOTELE_LOG_LEVEL: 'debug',
        DATABASE_URL: databaseUrl,
        AUTOTELE_BTCPAY_URL: btcpay.url,
        AUTOTELE_BTCPAY_API_KEY: btcpay.apiKey,
        AUTOTELE_BTCPAY_STORE_ID: btcpay.storeId,
        AUTOTELE_BTCPAY_WEBHOOK_SECRET: secrets.webhook,
        AUTOTELE_PEPPER: secrets.pepper,
        AUTOTELE_KEY_ENCRYPTION_KEY: secrets.keyEncryptionKey,
        AUTOTELE_RECONCILE_SECONDS: '2',
        ...env,
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    let localUrl = ''
    createInterface(child.stderr).on('line', line => {
      logs.push(line)
      localUrl = /"localUrl":"([^"]+)"/.exec(line)?.[1] ?? localUrl
    })
    const ended = once(child, 'exit').finally(() => running.delete(child))
    const ready = once(createInterface(child.stdout), 'line').then(
      ([line]) => JSON.parse(String(line)) as { url: string; metricsUrl: string },
    )
    return {
      ready: Promise.race([ready, ended.then(() => undefined)]),
      ended,
      /** Where it really listens, once it is ready; its public URL is the same for all. */
      localUrl: () => localUrl,
      async kill(signal: NodeJS.Signals = 'SIGKILL') {
        child.kill(signal)
        await ended
      },
    }
  }

  const query = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
    (await pool.query(text, values)).rows as T[]

  const scene = {
    btcpay,
    url,
    databaseUrl,
    logs,
    secrets,
    query,
    launch,
    /** Starts the program and waits until it answers. */
    async start(more: Record<string, string> = {}) {
      const server = launch(more)
      if (!(await server.ready)) throw new Error(`the server did not start: ${logs.slice(-5).join('\n')}`)
      return server
    },
    device: (): TestDevice => createTestDevice(url),
    async checkout(device: TestDevice) {
      const { status, body } = await device.call(
        'POST',
        '/v1/checkouts',
        { plan: 'monthly', device: someDevice },
        { 'Idempotency-Key': randomUUID() },
      )
      if (status !== 201) throw new Error(JSON.stringify(body))
      const [row] = await query<{ invoice_id: string }>('SELECT invoice_id FROM checkouts WHERE id = $1', [
        body.id,
      ])
      return { id: String(body.id), claimSecret: String(body.claimSecret), invoiceId: row!.invoice_id }
    },
    poll: (device: TestDevice, checkout: { id: string; claimSecret: string }) =>
      device.call('GET', `/v1/checkouts/${checkout.id}`, undefined, { 'Claim-Secret': checkout.claimSecret }),
    grants: async (invoiceId: string) =>
      (
        await query<{ kind: string }>('SELECT kind FROM ledger WHERE invoice_id = $1 ORDER BY revision', [
          invoiceId,
        ])
      ).map(row => row.kind),
    /** Kinds of what waits for a person about an invoice. */
    attention: async (invoiceId: string) =>
      (
        await query<{ kind: string }>(
          'SELECT kind FROM attention WHERE invoice_id = $1 AND resolved_at IS NULL ORDER BY id',
          [invoiceId],
        )
      ).map(row => row.kind),
    /** Nothing left to deliver, and nothing left to work off. */
    async quiet() {
      await btcpay.settled()
      await until(async () => (await query("SELECT 1 FROM inbox WHERE state = 'pending'")).length === 0)
    },
    stopPostgres: () => postgres.stop(),
    async startPostgres() {
      // On the port it had: that is where the servers look for it.
      postgres = await startEmbeddedPostgres(join(folder, 'postgres'), Number(new URL(databaseUrl).port))
    },
    async end() {
      for (const child of running) child.kill('SIGKILL')
      await btcpay.stop()
      await pool.end()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return scene
}
export type Scene = Awaited<ReturnType<typeof setScene>>

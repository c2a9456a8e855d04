import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startThrowawayPostgres } from '@autotele/license-server/testing'
import { startBtcpay } from '@autotele/sandbox/btcpay'
import pg from 'pg'
import { startNameServer } from './name-server.ts'
import { root, toolEnvironment } from './tools.ts'

const cli = join(root, 'apps', 'license-server', 'src', 'cli', 'main.ts')

export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}

/** Waits until `probe` gives something; the time-out is the test's. */
export async function until<T>(probe: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const value = await probe().catch(() => undefined)
    if (value !== undefined && value !== false) return value
    await delay(25)
  }
}

/**
 * What the compose file starts, as programs of this machine: two license servers with their secrets in files on one
 * PostgreSQL whose user is no superuser, the Caddy of deploy/ in front of them, and a BTCPay that delivers through it.
 * `127.0.0.1` is the public host name, `localhost` the administration's; `license-server` names both servers, as in Docker.
 */
export async function startStage() {
  const folder = await mkdtemp(join(tmpdir(), 'autotele-stage-'))
  const secret = (name: string) => join(folder, 'secrets', name)
  const postgres = await startThrowawayPostgres(join(folder, 'postgres'))
  const btcpay = await startBtcpay({ webhookDelaysMs: Array<number>(8).fill(60) })
  const [proxyPort, healthPort, serverPort] = await Promise.all([1, 2, 3].map(freePort))
  const addresses = ['127.0.0.2', '127.0.0.3']
  const names = await startNameServer(addresses)
  const publicUrl = `http://127.0.0.1:${String(proxyPort)}`
  const adminUrl = `http://localhost:${String(proxyPort)}`
  const running = new Set<ChildProcess>()
  const logs: string[] = []

  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    // Everything as in production, but that a test of this machine may ask as often as it likes.
    NODE_ENV: 'test',
    NODE_COMPILE_CACHE: join(folder, 'cache'),
    AUTOTELE_METRICS_PORT: '0',
    AUTOTELE_PUBLIC_URL: publicUrl,
    AUTOTELE_ADMIN_URL: adminUrl,
    AUTOTELE_TRUST_PROXY: '1',
    AUTOTELE_DATA_DIR: join(folder, 'data'),
    AUTOTELE_BTCPAY_URL: btcpay.url,
    AUTOTELE_BTCPAY_STORE_ID: btcpay.storeId,
    AUTOTELE_BTCPAY_OPERATOR_KEY: btcpay.operatorKey,
    AUTOTELE_KEYSET_FILE: secret('license-keyset.jwt'),
    DATABASE_URL_FILE: secret('database-url'),
    AUTOTELE_BTCPAY_API_KEY_FILE: secret('btcpay-api-key'),
    AUTOTELE_BTCPAY_WEBHOOK_SECRET_FILE: secret('btcpay-webhook-secret'),
    AUTOTELE_KEY_ENCRYPTION_KEY_FILE: secret('key-encryption-key'),
    AUTOTELE_PEPPER_FILE: secret('pepper'),
  }

  /** Runs a command of the server, as `docker compose run --rm tools` does, and gives what it printed. */
  const command = async (args: readonly string[], more: Record<string, string> = {}): Promise<string> =>
    (
      await promisify(execFile)(process.execPath, [cli, ...args], { env: { ...environment, ...more } })
    ).stdout.trim()

  /** Signs a key set with what the database has, and puts it in place at once. */
  async function publishKeys(version: number): Promise<void> {
    const payload = join(folder, 'payload.json')
    await writeFile(payload, await command(['keys:list', '--json']))
    const signed = await command(['keys:sign', join(folder, 'root.json'), payload, String(version)])
    await writeFile(secret('draft'), signed)
    await rename(secret('draft'), secret('license-keyset.jwt'))
  }

  function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    child.once('exit', () => running.delete(child))
    if (child.stderr) createInterface(child.stderr).on('line', line => logs.push(line))
    return child
  }

  /** A license server that can be restarted at its place. */
  async function startServer(host: string) {
    let child: ChildProcess
    let metricsUrl = ''
    const boot = async () => {
      const address = { AUTOTELE_HOST: host, PORT: String(serverPort) }
      child = start(process.execPath, [cli, 'serve', '--json'], { ...environment, ...address })
      const line = child.stdout && once(createInterface(child.stdout), 'line')
      const ready = await Promise.race([line, once(child, 'exit').then(() => undefined)])
      if (!ready) throw new Error(`the server did not start: ${logs.slice(-5).join('\n')}`)
      metricsUrl = (JSON.parse(String(ready[0])) as { metricsUrl: string }).metricsUrl
    }
    const stop = async () => {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
    await boot()
    return {
      metricsUrl: () => metricsUrl,
      async restart() {
        await stop()
        await boot()
      },
    }
  }

  await command(['secrets:init', join(folder, 'secrets')])
  const made = new URL((await readFile(secret('database-url'), 'utf8')).trim())
  const cluster = new pg.Client({ connectionString: postgres.urlOf('postgres') })
  await cluster.connect()
  await cluster.query(`CREATE ROLE autotele LOGIN CREATEROLE CREATEDB PASSWORD '${made.password}'`)
  await cluster.query('CREATE DATABASE autotele OWNER autotele')
  made.host = new URL(postgres.databaseUrl).host
  await writeFile(secret('database-url'), made.href)
  await writeFile(secret('btcpay-api-key'), btcpay.apiKey)
  const rootKey = JSON.parse(await command(['keys:init', join(folder, 'root.json')])) as unknown
  await command(['keys:create'])
  await publishKeys(1)
  const { id: webhookId } = await btcpay.setWebhook({
    url: `${publicUrl}/webhooks/btcpay`,
    secret: (await readFile(secret('btcpay-webhook-secret'), 'utf8')).trim(),
  })
  const servers = await Promise.all(addresses.map(startServer))
  start('caddy', ['run', '--adapter', 'caddyfile', '--config', join(root, 'deploy', 'caddy', 'Caddyfile')], {
    ...toolEnvironment(),
    XDG_DATA_HOME: join(folder, 'caddy'),
    XDG_CONFIG_HOME: join(folder, 'caddy'),
    ACME_EMAIL: 'you@example.com',
    AUTOTELE_DOMAIN: publicUrl,
    AUTOTELE_ADMIN_DOMAIN: adminUrl,
    AUTOTELE_ADMIN_NETWORKS: '127.0.0.0/8 ::1',
    AUTOTELE_UPSTREAM: `license-server:${String(serverPort)}`,
    CADDY_HEALTH_PORT: String(healthPort),
    CADDY_TRANSPORT: `resolvers udp/${names.address}`,
  })
  await until(async () => (await fetch(`${publicUrl}/livez`)).ok)

  return {
    folder,
    secret,
    btcpay,
    webhookId,
    publicUrl,
    adminUrl,
    healthUrl: `http://127.0.0.1:${String(healthPort)}`,
    rootKey,
    servers,
    environment,
    command,
    publishKeys,
    /** In the servers' database, as the cluster's own user. */
    async query<T extends object>(text: string): Promise<T[]> {
      const client = new pg.Client({ connectionString: postgres.urlOf('autotele') })
      await client.connect()
      try {
        return (await client.query(text)).rows as T[]
      } finally {
        await client.end()
      }
    },
    /** As deploy/rolling-restart.sh does. */
    async rollingRestart() {
      for (const server of servers) await server.restart()
    },
    async end() {
      const children = [...running]
      await Promise.all(
        children.map(child => {
          child.kill('SIGKILL')
          return once(child, 'exit')
        }),
      )
      await names.stop()
      await btcpay.stop()
      await cluster.end()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
export type Stage = Awaited<ReturnType<typeof startStage>>

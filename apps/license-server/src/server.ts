import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { PublicJwk } from '@autotele/shared'
import { createApp } from './app.ts'
import {
  createArchive,
  createAttention,
  createBtcpay,
  createCheckouts,
  createInbox,
  createReconcile,
  createRefundWatch,
  createSettle,
  createSweep,
  type Settle,
} from './billing/index.ts'
import { systemClock, type Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { resolveSecrets } from './config/secrets.ts'
import { createAdminRoutes } from './http/admin/index.ts'
import { createNonces, createProofCheck } from './http/device-proof.ts'
import { createMetrics } from './http/metrics.ts'
import { opsRoutes } from './http/ops.ts'
import { pageRoutes } from './http/pages.ts'
import { publicRoutes } from './http/public.ts'
import { createRateLimits, LOOPBACK } from './http/rate-limits.ts'
import { isWebhook, webhookHandler } from './http/webhooks.ts'
import { startJobs } from './jobs/index.ts'
import { createIssuer, createKeyRing, createLicenses, createTrials } from './licensing/index.ts'
import { createLog } from './log.ts'
import { openStorage, runOn } from './storage/database.ts'
import { startEmbeddedPostgres } from './storage/embedded-postgres.ts'
import { prepareLedgerRole } from './storage/ledger-role.ts'
import { migrate } from './storage/migrate.ts'

export type RunningServer = {
  /** Public base URL: what clients are told, sign for, and find in `iss`. */
  readonly url: string
  /** Address listened on: the same, unless a public URL was configured. */
  readonly localUrl: string
  readonly metricsUrl: string
  /** What clients must know to verify key sets; `null` in production, where the root key is kept elsewhere. */
  readonly rootKey: PublicJwk | null
  /** Answers what has begun, then lets go of everything. */
  readonly stop: () => Promise<void>
}

export type ServerPorts = {
  readonly clock?: Clock
  /** Between 0 and 1, for the jitter of refreshes. */
  readonly random?: () => number
  readonly log?: Logger
  readonly fetch?: typeof fetch
  /** Limit loopback addresses too, as production does. */
  readonly limitLoopback?: boolean
  /** Cheaper password hashes (KiB and passes), for tests. */
  readonly passwordCost?: { readonly memory: number; readonly passes: number }
}

/** A request must have arrived whole by then. */
const REQUEST_TIMEOUT_MS = 30_000
/** Requests still running when a stop is asked for may take this long. */
const DRAIN_MS = 15_000

/** Starts the whole server from its configuration. What had begun is undone when a later step fails. */
export async function startServer(config: Config, ports: ServerPorts = {}): Promise<RunningServer> {
  const { clock = systemClock, random = Math.random, log = createLog(config.logLevel) } = ports
  const undo: (() => Promise<unknown>)[] = []
  const stopAll = async () => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => log.error({ err: error }, 'a part did not stop cleanly'))
    }
  }
  try {
    return await start()
  } catch (error) {
    await stopAll()
    throw error
  }

  async function start(): Promise<RunningServer> {
    const secrets = await resolveSecrets(config, text => log.warn(text))
    const databaseUrl = config.databaseUrl ?? (await ownDatabase())
    const database = { url: databaseUrl, file: config.databaseUrlFile }
    const migrations = await migrate(databaseUrl)
    if (migrations.length > 0) log.info({ migrations }, 'database migrated')
    const role = await prepareLedgerRole(databaseUrl, text => log.warn(text))
    const { db, pool } = openStorage(
      database,
      error => log.warn({ err: error }, 'a database connection was lost'),
      role,
    )
    undo.push(() => db.$disconnect())

    const keys = createKeyRing({
      db,
      clock,
      sealing: secrets.sealing,
      rootKey: secrets.rootKey,
      keySetFile: config.keySetFile,
    })
    // Better not to start than to find out with the first customer.
    await keys.current()

    const metrics = createMetrics(db, clock)
    const { reconcileSeconds, latePayments } = config
    const btcpay =
      config.btcpay &&
      createBtcpay(config.btcpay, {
        ...(ports.fetch ? { fetch: ports.fetch } : {}),
        observe: (operation, outcome, seconds) => metrics.btcpay.observe({ operation, outcome }, seconds),
      })
    if (!btcpay) log.warn('BTCPay is not configured: checkouts answer that payments are unavailable')
    const settling = btcpay && createSettle({ db, clock, btcpay, latePayments, reconcileSeconds })
    const settle: Settle = async invoiceId => {
      if (!settling) throw new Error('BTCPay is not configured')
      const settled = await settling.settle(invoiceId)
      if (settled.ledger === 'grant') metrics.settled.inc()
      return settled
    }
    const inbox = createInbox({
      db,
      pool,
      clock,
      settle,
      onWorked({ type, invoiceId, outcome, error }) {
        metrics.events.inc({ outcome })
        if (outcome === 'foreign') onForeign(invoiceId)
        if (error === undefined) log.info({ type, outcome }, 'webhook event worked off')
        else log.warn({ type, err: error }, 'webhook event postponed')
      },
    })
    // Somebody else makes invoices in our store, or tries out what ours are worth.
    const onForeign = (invoiceId: string) => {
      metrics.foreign.inc()
      log.warn({ invoiceId }, 'an invoice in our store is none of ours and gives nothing')
    }

    const onFound = (invoiceId: string) => {
      metrics.reconciled.inc()
      log.warn({ invoiceId }, 'a payment was found that no webhook had announced')
    }
    const onError = (error: unknown, invoiceId: string) =>
      log.warn({ err: error, invoiceId }, 'an invoice could not be read again')
    const startBilling = () => {
      if (!btcpay) return undefined
      const reconcile = createReconcile({ db, clock, settle, reconcileSeconds, onFound, onError })
      const sweep = createSweep({ db, clock, btcpay, settle, onFound, onForeign, onError })
      const watchRefunds = createRefundWatch({ db, clock, btcpay })
      const archive = createArchive({ db, clock, btcpay })
      return {
        async reconcile(stopped: () => boolean) {
          await reconcile(stopped)
        },
        async refunds() {
          const seen = await watchRefunds()
          metrics.refundsUnwatched.set(seen.allowed ? 0 : 1)
          if (!seen.allowed)
            return log.info('refunds are not looked for: the API key may not list pull payments')
          for (const invoiceId of seen.found) {
            metrics.refunds.inc()
            log.warn({ invoiceId }, 'a refund was found that no webhook had announced')
          }
        },
        async sweep(stopped: () => boolean) {
          const swept = await sweep(stopped)
          log.info(swept, 'went through the invoices of the store')
        },
        async archive(stopped: () => boolean) {
          const done = await archive(stopped)
          metrics.unarchived.set(done.allowed ? 0 : done.waiting)
          if (done.allowed) log.info(done, 'put away expired invoices')
          else log.info(done, 'expired invoices are not put away: the API key may not modify invoices')
        },
      }
    }
    const jobs = await startJobs({
      database,
      db,
      clock,
      inbox: settling ? inbox : undefined,
      billing: startBilling(),
      reconcileSeconds,
      onRun(job, error) {
        metrics.jobs.inc({ job, result: error === undefined ? 'done' : 'failed' })
        if (error !== undefined) log.error({ err: error, job }, 'a job failed and will be tried again')
      },
      onError: (job, error) => log.error({ err: error, job }, 'a job was disturbed and goes on'),
    })
    undo.push(() => jobs.stop())

    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS })
    const localUrl = await listen(server, config.port, config.host)
    undo.push(() => close(server))
    const publicUrl = config.publicUrl ?? localUrl

    const { pepper } = secrets
    const environment = config.production ? 'live' : 'test'
    const exemptLoopback = !config.production && ports.limitLoopback !== true
    const limiting = {
      ...{ db, clock, pepper, exemptLoopback },
      onLimited: (limit: string) => metrics.limited.inc({ limit }),
    }
    const limits = createRateLimits(limiting)
    const openIssuer = createIssuer({
      keys,
      clock,
      random,
      issuer: publicUrl,
      environment,
    })

    let stopping = false
    const nonces = createNonces(pepper, clock)
    const run = runOn(pool)
    const app = createApp({
      publicUrl,
      trustProxy: config.trustProxy,
      metrics,
      log,
      routers: [
        opsRoutes({ db, keys, clock, reconcileSeconds, stopping: () => stopping }),
        publicRoutes({
          nonces,
          checkProof: createProofCheck({ run, nonces, publicUrl }),
          limits,
          startTrial: createTrials({ db, clock, pepper, openIssuer }),
          licenses: createLicenses({ db, clock, pepper, openIssuer, run }),
          checkouts: createCheckouts({
            db,
            clock,
            pepper,
            btcpay,
            openIssuer,
            reconcileSeconds,
            onError: (error, checkoutId) => log.error({ err: error, checkoutId }, 'BTCPay made no invoice'),
          }),
          metrics,
          countsTrials: request => !(exemptLoopback && LOOPBACK.has(request.ip ?? '')),
        }),
        createAdminRoutes({
          ...{ db, clock, pepper, publicUrl, keys, environment },
          sealing: secrets.sealing,
          adminUrl: config.adminUrl,
          attention: createAttention({ db, clock, settling }),
          wake: () => jobs.wake(),
          limit: createRateLimits(limiting).general,
          notice: text => log.warn(text),
          passwordCost: ports.passwordCost,
        }),
        // After the others: every answer under /v1 carries a nonce.
        pageRoutes(publicUrl),
      ],
    })
    const { webhookSecrets } = secrets
    const webhook = webhookHandler({ inbox, secrets: webhookSecrets, wake: () => jobs.wake(), metrics, log })
    server.on('request', (request, response) => {
      if (isWebhook(request)) webhook(request, response)
      else app(request, response)
    })

    const metricsServer = createServer((request, response) => {
      if (request.url !== '/metrics') return void response.writeHead(404).end()
      metrics.registry.metrics().then(
        text => response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text),
        () => response.writeHead(503).end(),
      )
    })
    const metricsUrl = `${await listen(metricsServer, config.metricsPort, config.host)}/metrics`
    undo.push(() => close(metricsServer))

    log.info({ publicUrl, localUrl, metricsUrl }, 'license server ready')
    let stopped: Promise<void> | undefined
    return {
      url: publicUrl,
      localUrl,
      metricsUrl,
      rootKey: secrets.rootKey?.publicJwk ?? null,
      stop() {
        stopping = true
        stopped ??= stopAll()
        return stopped
      },
    }
  }

  async function ownDatabase(): Promise<string> {
    const folder = join(config.dataDir, 'postgres')
    log.warn(`DATABASE_URL is not set: using a PostgreSQL of our own in ${folder}, for trying only`)
    const postgres = await startEmbeddedPostgres(folder)
    undo.push(() => postgres.stop())
    return postgres.databaseUrl
  }
}

/** Listens, and gives the base URL; port 0 is any free one. */
async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port: actual } = server.address() as AddressInfo
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${String(actual)}`
}

/** A turn of the event loop in which nothing else was done, and how many are waited for. */
const QUIET_TURN_MS = 0.3
const MOST_TURNS = 1000

/**
 * Connections that the kernel has made and we have not taken yet are reset when we stop listening, and a payment sent over
 * one is lost to its sender. They are all taken at the beginning of a turn; after a quiet one there are none.
 */
async function takeWaiting(): Promise<void> {
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    const began = performance.now()
    await turn()
    if (performance.now() - began < QUIET_TURN_MS) return
  }
}

/** Takes no new connection, lets running requests end, and cuts those that take too long. */
async function close(server: Server): Promise<void> {
  await takeWaiting()
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  // A connection that is kept alive becomes idle when its last answer is out, and would hold us for seconds.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  await new Promise<void>(resolve => server.close(() => resolve()))
  clearTimeout(cut)
  clearInterval(idle)
}

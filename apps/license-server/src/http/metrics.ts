import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { RequestHandler } from 'express'
import { checkoutStateSchema } from '@autotele/shared'
import { plusSeconds, toDate, toUnix, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'
import { countViolations } from './invariants.ts'

/** What is measured. Labels are few and never hold an id. */
export function createMetrics(db: Database, clock: Clock) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read())
      },
    })

  const secondsSince = (date: Date | null | undefined): number =>
    date ? Math.max(0, toUnix(clock()) - date.getTime() / 1000) : 0

  gauge('autotele_inbox_pending', 'Webhook events not yet worked off', () =>
    db.inboxEvent.count({ where: { state: 'pending' } }),
  )
  gauge('autotele_attention_open', 'Items waiting for a person', () =>
    db.attention.count({ where: { resolvedAt: null } }),
  )
  gauge('autotele_licenses_paid', 'Licenses whose paid time has not ended', () =>
    db.license.count({ where: { paidThrough: { gte: toDate(clock()) } } }),
  )
  gauge('autotele_last_webhook_timestamp_seconds', 'When the newest webhook came', async () => {
    const last = await db.inboxEvent.findFirst({ orderBy: { id: 'desc' }, select: { receivedAt: true } })
    return last ? last.receivedAt.getTime() / 1000 : 0
  })

  gauge('autotele_inbox_oldest_pending_seconds', 'How long the oldest webhook event has waited', async () => {
    const oldest = await db.inboxEvent.findFirst({
      where: { state: 'pending' },
      orderBy: { id: 'asc' },
      select: { receivedAt: true },
    })
    return secondsSince(oldest?.receivedAt)
  })
  gauge(
    'autotele_reconcile_overdue_seconds',
    'How long an invoice has been due to be read again',
    async () => {
      const due = await db.checkout.aggregate({
        _min: { nextCheckAt: true },
        where: { invoiceId: { not: null } },
      })
      return secondsSince(due._min.nextCheckAt)
    },
  )

  new Gauge({
    name: 'autotele_recent_checkouts',
    help: 'Checkouts of the last 24 hours by what has become of them',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      const since = toDate(plusSeconds(clock(), -86_400))
      const where = { createdAt: { gte: since }, invoiceId: { not: null } }
      const states = await db.checkout.groupBy({ by: ['state'], where, _count: true })
      this.reset()
      for (const state of checkoutStateSchema.options) this.set({ state }, 0)
      for (const { state, _count } of states) this.set({ state }, _count)
    },
  })
  gauge(
    'autotele_recent_payment_ratio',
    'Settled among the checkouts of the last 24 hours that ended',
    async () => {
      const ended = { createdAt: { gte: toDate(plusSeconds(clock(), -86_400)) }, invoiceId: { not: null } }
      const open = ['awaiting_payment', 'confirming']
      const all = await db.checkout.count({ where: { ...ended, state: { notIn: open } } })
      return all === 0 ? 1 : (await db.checkout.count({ where: { ...ended, state: 'settled' } })) / all
    },
  )

  new Gauge({
    name: 'autotele_invariant_violations',
    help: 'Rows that contradict what must always hold',
    labelNames: ['invariant'] as const,
    registers,
    async collect() {
      for (const [invariant, n] of Object.entries(await countViolations(db, clock)))
        this.set({ invariant }, n)
    },
  })

  return {
    registry,
    requests: new Histogram({
      name: 'autotele_http_request_duration_seconds',
      help: 'Duration of requests by route',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    btcpay: new Histogram({
      name: 'autotele_btcpay_request_duration_seconds',
      help: 'Duration of calls to BTCPay by operation and outcome',
      labelNames: ['operation', 'outcome'] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    webhooks: new Counter({
      name: 'autotele_webhooks_total',
      help: 'Webhook deliveries by what became of them on arrival',
      labelNames: ['result'] as const,
      registers,
    }),
    events: new Counter({
      name: 'autotele_webhook_events_total',
      help: 'Webhook events by what working them off came to',
      labelNames: ['outcome'] as const,
      registers,
    }),
    unknown: new Counter({
      name: 'autotele_webhook_unknown_total',
      help: 'Webhook deliveries that say nothing to us: an event type we do not know, or no invoice',
      labelNames: ['what'] as const,
      registers,
    }),
    jobs: new Counter({
      name: 'autotele_job_runs_total',
      help: 'Runs of scheduled jobs by result',
      labelNames: ['job', 'result'] as const,
      registers,
    }),
    unarchived: new Gauge({
      name: 'autotele_invoices_not_archived',
      help: 'Expired invoices that the API key may not put away',
      registers,
    }),
    refundsUnwatched: new Gauge({
      name: 'autotele_refunds_not_watched',
      help: 'Is 1 where the API key may not list pull payments: a refund is then known by its webhook alone',
      registers,
    }),
    created: new Counter({
      name: 'autotele_invoices_created_total',
      help: 'Invoices that BTCPay made for us',
      registers,
    }),
    settled: new Counter({
      name: 'autotele_invoices_settled_total',
      help: 'Invoices that brought a month, however their payment was found',
      registers,
    }),
    foreign: new Counter({
      name: 'autotele_foreign_invoices_total',
      help: 'Readings of invoices in our store that we did not make',
      registers,
    }),
    refunds: new Counter({
      name: 'autotele_reconciled_refunds_total',
      help: 'Refunds found that no webhook had announced',
      registers,
    }),
    clocks: new Counter({
      name: 'autotele_client_clocks_off_total',
      help: 'Refreshes of devices that say their clock is a day or more off',
      labelNames: ['direction'] as const,
      registers,
    }),
    limited: new Counter({
      name: 'autotele_rate_limited_total',
      help: 'Requests told to slow down, by limit',
      labelNames: ['limit'] as const,
      registers,
    }),
    checkouts: new Counter({
      name: 'autotele_checkouts_total',
      help: 'Checkouts by outcome of their creation',
      labelNames: ['outcome'] as const,
      registers,
    }),
    tokens: new Counter({
      name: 'autotele_license_answers_total',
      help: 'Answers to devices by route and result',
      labelNames: ['route', 'result'] as const,
      registers,
    }),
    reconciled: new Counter({
      name: 'autotele_reconciled_grants_total',
      help: 'Payments found by reconciliation that no webhook had announced',
      registers,
    }),
  }
}
export type Metrics = ReturnType<typeof createMetrics>

/** Times each request under its route's pattern; what matched no route is one label, so that scanners cannot fill it. */
export const measure =
  (metrics: Metrics): RequestHandler =>
  (request, response, next) => {
    const end = metrics.requests.startTimer({ method: request.method })
    response.once('finish', () => {
      const route: unknown = (request.route as { path?: unknown } | undefined)?.path
      end({ route: typeof route === 'string' ? route : 'none', status: String(response.statusCode) })
    })
    next()
  }

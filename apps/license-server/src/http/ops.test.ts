import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHarness, type Harness } from '../testing/harness.ts'

describe('what a monitor sees', () => {
  let harness: Harness
  beforeAll(async () => (harness = await startHarness({ AUTOTELE_RECONCILE_SECONDS: '86400' })))
  afterAll(() => harness.stop())
  const health = async () => {
    const response = await fetch(`${harness.server.url}/health/webhooks`)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  test('webhooks are healthy until an event waits too long or reconciliation falls behind', async () => {
    expect(await health()).toMatchObject({
      status: 200,
      body: { healthy: true, lastDeliverySeconds: null, pending: 0 },
    })
    const { invoiceId } = await harness.checkout(harness.device())
    await harness.pay(invoiceId)
    harness.clock.advance({ seconds: 90 })
    expect(await health()).toMatchObject({ status: 200, body: { lastDeliverySeconds: 90, pending: 0 } })
    const receivedAt = new Date(harness.clock.unix() * 1000)
    const nextAttemptAt = new Date('2030-01-01')
    await harness.db.inboxEvent.create({
      data: { receivedAt, nextAttemptAt, body: Buffer.from('{}'), state: 'pending' },
    })
    harness.clock.advance({ minutes: 10 })
    expect(await health()).toMatchObject({ status: 503, body: { pending: 1, oldestPendingSeconds: 600 } })
    await harness.db.inboxEvent.updateMany({ data: { state: 'done' } })
    expect((await health()).status).toBe(200)
    await harness.db.checkout.updateMany({ data: { nextCheckAt: new Date(harness.clock.unix() * 1000) } })
    harness.clock.advance({ hours: 24 * 4 })
    expect(await health()).toMatchObject({ status: 503, body: { reconcileOverdueSeconds: 4 * 86_400 } })
  })

  test('metrics are named as Prometheus asks, explained, and say how payments go', async () => {
    const text = await (await fetch(harness.server.metricsUrl)).text()
    const types = [...text.matchAll(/^# TYPE (autotele_\S+) (\w+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }))
    expect(types.length).toBeGreaterThan(10)
    for (const { name, type } of types) {
      // https://prometheus.io/docs/practices/naming/
      expect(name).toMatch(/^autotele_[a-z]+(_[a-z]+)*$/)
      expect([name, type, name.endsWith('_total')]).toEqual([name, type, type === 'counter'])
      if (type === 'histogram') expect(name).toMatch(/_seconds$/)
      expect(name).not.toMatch(/_(count|sum|bucket|gauge|counter|ms|milliseconds)$/)
      expect(text).toMatch(new RegExp(`^# HELP ${name} [A-Z].{10,}$`, 'm'))
    }
    expect(text).toContain('autotele_recent_payment_ratio')
    expect(text).toMatch(/^autotele_invoices_created_total 1$/m)
    expect(text).toMatch(/^autotele_invoices_settled_total 1$/m)
    expect(text).toMatch(/autotele_recent_checkouts\{state="settled"\} \d/)
    for (const wanted of [
      'autotele_checkouts_total',
      'autotele_btcpay_request_duration_seconds',
      'autotele_http_request_duration_seconds',
      'autotele_last_webhook_timestamp_seconds',
      'autotele_reconciled_grants_total',
      'autotele_reconciled_refunds_total',
      'autotele_refunds_not_watched',
      'autotele_foreign_invoices_total',
      'autotele_invoices_created_total',
      'autotele_invoices_settled_total',
      'autotele_inbox_oldest_pending_seconds',
      'autotele_reconcile_overdue_seconds',
      'autotele_rate_limited_total',
      'autotele_inbox_pending',
      'autotele_invariant_violations',
    ]) {
      expect(types.map(one => one.name)).toContain(wanted)
    }
  })
})

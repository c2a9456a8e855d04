import { Router } from 'express'
import { ROUTES } from '@autotele/shared'
import { fromDate, toDate, type Clock } from '../clock.ts'
import type { KeyRing } from '../licensing/index.ts'
import type { Database } from '../storage/database.ts'

/** An event that waits longer than this, or invoices that waited for so many rounds, are somebody's business. */
const MAX_PENDING_SECONDS = 600
const MAX_ROUNDS_MISSED = 4

/** Health, and the keys that anyone may have. */
export function opsRoutes(options: {
  readonly db: Database
  readonly keys: KeyRing
  readonly clock: Clock
  readonly reconcileSeconds: number
  readonly stopping: () => boolean
}): Router {
  const { db, keys, clock, reconcileSeconds, stopping } = options
  const router = Router()

  router.get('/livez', (_request, response) => {
    response.type('text/plain').send('ok\n')
  })

  // Ready: the database answers, its migrations are done (or we would not have started), and tokens can be signed.
  router.get('/readyz', async (_request, response) => {
    const check = async (work: () => Promise<unknown>) => {
      try {
        await work()
        return true
      } catch {
        return false
      }
    }
    const database = await check(() => db.$queryRaw`SELECT 1`)
    const signing = database && (await check(() => keys.current()))
    const ready = database && signing && !stopping()
    response
      .status(ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ ready, database, signing, stopping: stopping() })
  })

  // What a monitor asks: does BTCPay still reach us, is what it sent worked off, does reconciliation keep up.
  router.get('/health/webhooks', async (_request, response) => {
    const now = clock()
    const age = (date: Date | null | undefined) =>
      date ? Math.max(0, Math.round(now.since(fromDate(date)).total('seconds'))) : null
    const last = await db.inboxEvent.findFirst({ orderBy: { id: 'desc' }, select: { receivedAt: true } })
    const pending = { state: 'pending' }
    const oldest = await db.inboxEvent.findFirst({ where: pending, orderBy: { id: 'asc' } })
    const due = await db.checkout.aggregate({
      _min: { nextCheckAt: true },
      where: { invoiceId: { not: null }, nextCheckAt: { lte: toDate(now) } },
    })
    const oldestPendingSeconds = age(oldest?.receivedAt)
    const reconcileOverdueSeconds = age(due._min.nextCheckAt)
    const healthy =
      (oldestPendingSeconds ?? 0) < MAX_PENDING_SECONDS &&
      (reconcileOverdueSeconds ?? 0) < MAX_ROUNDS_MISSED * reconcileSeconds
    response
      .status(healthy ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({
        healthy,
        lastDeliverySeconds: age(last?.receivedAt),
        pending: await db.inboxEvent.count({ where: pending }),
        oldestPendingSeconds,
        reconcileOverdueSeconds,
      })
  })

  router.get(ROUTES.jwks, async (_request, response) => {
    const { keys: published } = await keys.current()
    response.set('Cache-Control', 'public, max-age=300').json({ keys: published })
  })

  router.get(ROUTES.keySet, async (_request, response) => {
    const { keySet } = await keys.current()
    response.set('Cache-Control', 'public, max-age=300').type('application/jwt').send(keySet)
  })

  return router
}

import type { Inbox } from '../billing/index.ts'
import { plusSeconds, toDate, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'
import { startLoop } from './loop.ts'

/** How often a replica looks for events that another one stored. */
const INBOX_POLL_MS = 2000
const PURGE_MS = 3600_000
/** How long is kept what only served its moment; licences, ledger, checkouts and open items are kept. */
const KEPT_DAYS = { idempotencyKeys: 2, issuances: 30, inbox: 90 } as const

export type Jobs = {
  /** A webhook was stored: work it off now. */
  readonly wake: () => void
  readonly stop: () => Promise<void>
}

/** Starts what runs beside the requests: the inbox, reconciliation (without BTCPay: neither), and the purge. */
export function startJobs(options: {
  readonly db: Database
  readonly clock: Clock
  readonly inbox: Inbox | undefined
  readonly reconcile: ((stopped: () => boolean) => Promise<number>) | undefined
  readonly reconcileSeconds: number
  readonly onError: (job: string, error: unknown) => void
}): Jobs {
  const { db, clock, inbox, reconcile, reconcileSeconds, onError } = options
  const settings = (job: string) => ({ retryMs: 5000, onError: (error: unknown) => onError(job, error) })

  const loops = [
    startLoop(async () => {
      const now = clock()
      const ago = (days: number) => toDate(plusSeconds(now, -days * 86_400))
      await db.usedProof.deleteMany({ where: { expiresAt: { lt: toDate(now) } } })
      await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: ago(KEPT_DAYS.idempotencyKeys) } } })
      await db.issuance.deleteMany({ where: { expiresAt: { lt: ago(KEPT_DAYS.issuances) } } })
      await db.inboxEvent.deleteMany({
        where: { state: { not: 'pending' }, receivedAt: { lt: ago(KEPT_DAYS.inbox) } },
      })
      return PURGE_MS
    }, settings('purge')),
  ]
  const inboxLoop =
    inbox &&
    startLoop(async stopped => {
      while (!stopped() && (await inbox.workOnce()));
      const due = (await inbox.dueIn()) ?? INBOX_POLL_MS
      return Math.max(100, Math.min(due, INBOX_POLL_MS))
    }, settings('inbox'))
  if (inboxLoop) loops.push(inboxLoop)
  if (reconcile) {
    loops.push(
      startLoop(async stopped => {
        await reconcile(stopped)
        return reconcileSeconds * 1000
      }, settings('reconcile')),
    )
  }

  return {
    wake: () => inboxLoop?.wake(),
    stop: async () => void (await Promise.all(loops.map(loop => loop.stop()))),
  }
}

import type { Inbox } from '../billing/index.ts'
import type { Clock } from '../clock.ts'
import type { DatabaseAddress } from '../storage/connection.ts'
import type { Database } from '../storage/database.ts'
import { startLoop } from './loop.ts'
import { createRetention } from './retention.ts'
import { startSchedule, type Job } from './schedule.ts'

/** How often a replica looks for events that another one stored. */
const INBOX_POLL_MS = 2000
/** Quiet hours in Europe, at minutes that nobody else chooses. */
const RETENTION_CRON = '37 * * * *'
const REFUNDS_CRON = '23 * * * *'
const SWEEP_CRON = '17 3 * * *'
const ARCHIVE_CRON = '47 3 * * *'

export type Jobs = {
  /** A webhook was stored: work it off now. */
  readonly wake: () => void
  readonly stop: () => Promise<void>
}

type Work = (stopped: () => boolean) => Promise<void>

/**
 * Starts what runs beside the requests: the inbox, and on a schedule reconciliation, the search for refunds, the daily
 * sweep, archiving and retention. The inbox is a loop of every replica with leases of its own, because a person waits
 * for it; the rest runs on one replica at a time.
 */
export async function startJobs(options: {
  readonly database: DatabaseAddress
  readonly db: Database
  readonly clock: Clock
  /** `undefined` while BTCPay is not set up, like the next one. */
  readonly inbox: Inbox | undefined
  readonly billing: Readonly<Record<'reconcile' | 'refunds' | 'sweep' | 'archive', Work>> | undefined
  readonly reconcileSeconds: number
  readonly onRun: (job: string, error?: unknown) => void
  readonly onError: (job: string, error: unknown) => void
}): Promise<Jobs> {
  const { database, db, clock, inbox, billing, reconcileSeconds, onRun, onError } = options
  const jobs: Job[] = [
    { name: 'retention', when: { cron: RETENTION_CRON }, run: createRetention({ db, clock }) },
  ]
  if (billing) {
    jobs.push(
      { name: 'reconcile', when: { everySeconds: reconcileSeconds }, run: billing.reconcile },
      { name: 'refunds', when: { cron: REFUNDS_CRON }, run: billing.refunds },
      { name: 'sweep', when: { cron: SWEEP_CRON }, run: billing.sweep },
      { name: 'archive', when: { cron: ARCHIVE_CRON }, run: billing.archive },
    )
  }
  const schedule = await startSchedule({
    database,
    jobs,
    onRun,
    onError: error => onError('schedule', error),
  })
  const inboxLoop =
    inbox &&
    startLoop(
      async stopped => {
        while (!stopped() && (await inbox.workOnce()));
        const due = (await inbox.dueIn()) ?? INBOX_POLL_MS
        return Math.max(100, Math.min(due, INBOX_POLL_MS))
      },
      { retryMs: 2000, onError: error => onError('inbox', error) },
    )

  return {
    wake: () => inboxLoop?.wake(),
    stop: async () => void (await Promise.all([inboxLoop?.stop(), schedule.stop()])),
  }
}

import { Temporal } from 'temporal-polyfill'
import type { z } from 'zod'
import type { standingStatusSchema, statisticsSchema } from '@autotele/shared'
import { toDate, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'

type Statistics = z.infer<typeof statisticsSchema>
type Status = z.infer<typeof standingStatusSchema>

/** Months that the figures go back. */
const MONTHS = 12
const GRACE = Temporal.Duration.from({ hours: 72 })

/** The figures of the administration: counted by the database, from what is stored, at the process's time. */
export async function readStatistics(db: Database, clock: Clock): Promise<Statistics> {
  const now = clock()
  const at = toDate(now)
  const graceBegan = toDate(now.subtract(GRACE))
  const since = toDate(
    now
      .toZonedDateTimeISO('UTC')
      .with({ day: 1 })
      .startOfDay()
      .subtract({ months: MONTHS - 1 })
      .toInstant(),
  )
  const monthAgo = toDate(now.subtract({ hours: 30 * 24 }))
  const statuses = await db.$queryRaw<{ status: Status; n: number }[]>`
    SELECT CASE
        WHEN hold <> 'none' THEN hold
        WHEN paid_through >= ${at} THEN 'active'
        WHEN paid_through >= ${graceBegan} THEN 'grace'
        WHEN paid_through IS NOT NULL THEN 'expired'
        WHEN trial_end > ${at} THEN 'trialing'
        WHEN trial_end IS NOT NULL THEN 'trial_over'
        ELSE 'expired' END AS status, count(*)::int AS n
    FROM licenses GROUP BY 1`
  const trials = await db.$queryRaw<Statistics['trials']>`
    SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, count(*)::int AS started,
      count(*) FILTER (WHERE EXISTS (
        SELECT FROM ledger WHERE license_id = licenses.id AND kind = 'grant'))::int AS converted
    FROM licenses WHERE trial_end IS NOT NULL AND created_at >= ${since} GROUP BY 1 ORDER BY 1`
  // What an invoice is worth now is its newest row: a month taken back is no revenue.
  const revenue = await db.$queryRaw<Statistics['revenue']>`
    SELECT to_char(paid_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, currency,
      sum(amount::numeric)::text AS amount, count(*)::int AS payments,
      count(*) FILTER (WHERE flags && ARRAY['late', 'confirmed_late'])::int AS late
    FROM (SELECT DISTINCT ON (invoice_id) * FROM ledger ORDER BY invoice_id, revision DESC) AS present
      JOIN checkouts USING (invoice_id)
    WHERE kind = 'grant' AND paid_at >= ${since} GROUP BY 1, 2 ORDER BY 1, 2`
  const versions = await db.$queryRaw<Statistics['versions']>`
    SELECT app_version AS "appVersion", platform, count(*)::int AS devices
    FROM devices WHERE last_seen_at >= ${monthAgo} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100`
  const licenses: Statistics['licenses'] = {
    ...{ trialing: 0, active: 0, grace: 0, expired: 0, trial_over: 0, suspended: 0, revoked: 0 },
    ...Object.fromEntries(statuses.map(({ status, n }) => [status, n])),
  }
  return {
    licenses,
    devicesActive30Days: await db.device.count({ where: { lastSeenAt: { gte: monthAgo } } }),
    attentionOpen: await db.attention.count({ where: { resolvedAt: null } }),
    trials,
    revenue,
    versions,
  }
}

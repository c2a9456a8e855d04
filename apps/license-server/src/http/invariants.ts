import { PAID_TOKEN_HOURS } from '@autotele/shared'
import { fromDate, toDate, type Clock } from '../clock.ts'
import { paidThrough, toLedgerRow } from '../licensing/index.ts'
import type { Database } from '../storage/database.ts'

/** Licences whose fold is computed again at each look: those whose ledger was written last. */
const FOLDED = 50

/**
 * How many rows contradict what must always hold; every figure is 0 unless something is wrong. Read by the metrics, so
 * that a mistake in production is an alert and not a letter from a customer.
 */
export async function countViolations(db: Database, clock: Clock): Promise<Record<string, number>> {
  const count = async (query: Promise<{ n: bigint }[]>) => Number((await query)[0]?.n ?? 0)
  const now = toDate(clock())
  return {
    seats_within_limit: await count(db.$queryRaw`
      SELECT count(*) AS n FROM (
        SELECT 1 FROM seats JOIN licenses ON licenses.id = seats.license_id WHERE released_at IS NULL
        GROUP BY licenses.id, licenses.seats HAVING count(*) > licenses.seats) AS crowded`),
    settled_has_grant: await count(db.$queryRaw`
      SELECT count(*) AS n FROM checkouts WHERE state = 'settled' AND 'grant' IS DISTINCT FROM (
        SELECT kind FROM ledger WHERE ledger.invoice_id = checkouts.invoice_id ORDER BY revision DESC LIMIT 1)`),
    token_key_published: await count(db.$queryRaw`
      SELECT count(*) AS n FROM issuances WHERE expires_at > ${now} AND kid NOT IN (
        SELECT kid FROM signing_keys WHERE state IN ('next', 'active', 'retiring', 'revoked'))`),
    // The longest that any token may live; what was paid for may have shrunk since it was signed.
    token_within_cap: await count(db.$queryRaw`
      SELECT count(*) AS n FROM issuances
      WHERE expires_at > ${now} AND expires_at > issued_at + make_interval(hours => ${PAID_TOKEN_HOURS}::int)`),
    paid_through_is_fold: await countWrongFolds(db),
  }
}

async function countWrongFolds(db: Database): Promise<number> {
  const latest = await db.ledgerEntry.findMany({
    distinct: ['licenseId'],
    orderBy: { id: 'desc' },
    take: FOLDED,
    select: { licenseId: true },
  })
  const licenses = await db.license.findMany({
    where: { id: { in: latest.map(row => row.licenseId) } },
    include: { ledger: true },
  })
  return licenses.filter(license => {
    const fold = paidThrough(license.ledger.map(toLedgerRow), license.trialEnd && fromDate(license.trialEnd))
    return fold?.epochMilliseconds !== license.paidThrough?.getTime()
  }).length
}

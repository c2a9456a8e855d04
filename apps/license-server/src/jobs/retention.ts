import { plusSeconds, toDate, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'

/** Days. Each is explained in docs/en/data-and-retention.md, which a test compares with this. */
export const KEPT_DAYS = {
  idempotencyKeys: 2,
  issuances: 30,
  inbox: 90,
  obsoleteAttention: 90,
  unpaidEmail: 90,
} as const

/** Deletes what only served its moment. Licences, ledger, checkouts and what people decided are kept. */
export function createRetention(options: { readonly db: Database; readonly clock: Clock }) {
  const { db, clock } = options

  return async function purge(): Promise<void> {
    const now = clock()
    const ago = (days: number) => toDate(plusSeconds(now, -days * 86_400))
    await db.usedProof.deleteMany({ where: { expiresAt: { lt: toDate(now) } } })
    await db.attempt.deleteMany({ where: { expiresAt: { lt: toDate(now) } } })
    await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: ago(KEPT_DAYS.idempotencyKeys) } } })
    await db.issuance.deleteMany({ where: { expiresAt: { lt: ago(KEPT_DAYS.issuances) } } })
    await db.inboxEvent.deleteMany({
      where: { state: { not: 'pending' }, receivedAt: { lt: ago(KEPT_DAYS.inbox) } },
    })
    await db.attention.deleteMany({
      where: { resolution: 'obsolete', resolvedAt: { lt: ago(KEPT_DAYS.obsoleteAttention) } },
    })
    await db.checkout.updateMany({
      where: {
        email: { not: null },
        paidAmount: '0',
        createdAt: { lt: ago(KEPT_DAYS.unpaidEmail) },
      },
      data: { email: null },
    })
  }
}

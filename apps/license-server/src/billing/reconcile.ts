import { plusSeconds, toDate, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'
import type { Settle } from './settle.ts'

const BATCH = 100

/**
 * Reads again every invoice whose time has come, so that a webhook that was never delivered changes nothing but the
 * delay. Returns how many were read; `onFound` is told of each change that no webhook had announced.
 */
export function createReconcile(options: {
  readonly db: Database
  readonly clock: Clock
  readonly settle: Settle
  readonly reconcileSeconds: number
  readonly onFound: (invoiceId: string) => void
  readonly onError: (error: unknown, invoiceId: string) => void
}) {
  const { db, clock, settle, reconcileSeconds, onFound, onError } = options

  return async function reconcile(stopped: () => boolean = () => false): Promise<number> {
    const started = toDate(clock())
    let read = 0
    for (;;) {
      const due = await db.checkout.findMany({
        where: { invoiceId: { not: null }, nextCheckAt: { lte: started } },
        orderBy: { nextCheckAt: 'asc' },
        select: { invoiceId: true },
        take: BATCH,
      })
      for (const { invoiceId } of due) {
        if (!invoiceId || stopped()) return read
        await readAgain(invoiceId)
        read++
      }
      // Whatever was read has a later date now, so a full batch is followed by the next one.
      if (due.length < BATCH) return read
    }
  }

  async function readAgain(invoiceId: string): Promise<void> {
    try {
      const { ledger } = await settle(invoiceId)
      if (ledger === 'grant' && (await db.inboxEvent.count({ where: { invoiceId } })) === 0)
        onFound(invoiceId)
    } catch (error) {
      onError(error, invoiceId)
      // One that cannot be read waits its turn again, so that it does not keep the others from theirs.
      await db.checkout.updateMany({
        where: { invoiceId },
        data: { nextCheckAt: toDate(plusSeconds(clock(), reconcileSeconds)) },
      })
    }
  }
}

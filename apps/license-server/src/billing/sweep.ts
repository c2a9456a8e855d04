import { plusSeconds, toUnix, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'
import type { Btcpay } from './btcpay-client.ts'
import type { Invoice } from './invoice.ts'
import { compareMoney } from './money.ts'
import type { Settle } from './settle.ts'

const PAGE = 100
/** As long as an invoice may still change by itself: seven days of monitoring, thirty of watching, and some. */
const DAYS = 40

export type Swept = {
  readonly listed: number
  /** Could not be understood. */
  readonly unreadable: number
  /** Read again, because BTCPay shows them otherwise than we last saw them, or because we do not know them. */
  readonly reread: number
}

/**
 * Goes through what BTCPay itself has in our store, once a day: the only way to find an invoice that we have no row for
 * and whose webhook was lost, such as a twin made while its answer was lost, and a change that nothing else noticed.
 */
export function createSweep(options: {
  readonly db: Database
  readonly clock: Clock
  readonly btcpay: Btcpay
  readonly settle: Settle
  readonly onFound: (invoiceId: string) => void
  /** An invoice in our store that we did not make, and that took money. */
  readonly onForeign: (invoiceId: string) => void
  readonly onError: (error: unknown, invoiceId: string) => void
}) {
  const { db, clock, btcpay, settle, onFound, onForeign, onError } = options

  return async function sweep(stopped: () => boolean = () => false): Promise<Swept> {
    const since = toUnix(plusSeconds(clock(), -DAYS * 86_400))
    const seen = { listed: 0, unreadable: 0, reread: 0 }
    // Newest first: an invoice made meanwhile moves the others down, so one may be seen twice and none is missed.
    for (let skip = 0; !stopped(); skip += PAGE) {
      const { invoices, size } = await btcpay.listInvoices({ since, skip, take: PAGE })
      seen.listed += size
      seen.unreadable += size - invoices.length
      for (const invoice of await changed(invoices)) {
        if (stopped()) break
        seen.reread++
        try {
          const { outcome, ledger } = await settle(invoice.id)
          if (ledger === 'grant') onFound(invoice.id)
          if (outcome === 'foreign') onForeign(invoice.id)
        } catch (error) {
          onError(error, invoice.id)
        }
      }
      if (size < PAGE) break
    }
    return seen
  }

  async function changed(invoices: readonly Invoice[]): Promise<Invoice[]> {
    const rows = await db.checkout.findMany({
      where: { invoiceId: { in: invoices.map(invoice => invoice.id) } },
      select: { invoiceId: true, status: true, additionalStatus: true, paidAmount: true },
    })
    const known = new Map(rows.map(row => [row.invoiceId, row]))
    return invoices.filter(({ id, status, additionalStatus, paidAmount }) => {
      const row = known.get(id)
      if (!row) return status === 'Settled' || compareMoney(paidAmount, '0') > 0
      return (
        (row.status ?? 'New') !== status ||
        (row.additionalStatus ?? 'None') !== additionalStatus ||
        compareMoney(row.paidAmount, paidAmount) !== 0
      )
    })
  }
}

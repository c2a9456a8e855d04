import { toDate, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'
import { mayInStore, type Btcpay } from './btcpay-client.ts'

const BATCH = 500
/** Wider ones imply `canmodifyinvoices`. */
const SUFFICIENT = ['btcpay.store.canmodifyinvoices', 'btcpay.store.canmodifystoresettings']

export type Archived =
  | { readonly allowed: true; readonly archived: number }
  | { readonly allowed: false; readonly waiting: number }

/**
 * Puts away, at BTCPay, the invoices that expired unpaid and that nobody watches any more, so that its list shows what
 * matters. Archiving hides and deletes nothing: a payment to an archived invoice is still seen, and so is it by the
 * daily sweep. An API key that may not modify invoices, as recommended, is asked for nothing; `waiting` says how many
 * there would be.
 */
export function createArchive(options: {
  readonly db: Database
  readonly clock: Clock
  readonly btcpay: Btcpay
}) {
  const { db, clock, btcpay } = options

  return async function archive(stopped: () => boolean = () => false): Promise<Archived> {
    const where = { state: 'expired', archivedAt: null, nextCheckAt: null, invoiceId: { not: null } }
    const due = await db.checkout.findMany({ where, select: { id: true, invoiceId: true }, take: BATCH })
    if (due.length === 0) return { allowed: true, archived: 0 }
    if (!mayInStore(await btcpay.permissions(), btcpay.storeId, SUFFICIENT)) {
      return { allowed: false, waiting: await db.checkout.count({ where }) }
    }
    let archived = 0
    for (const { id, invoiceId } of due) {
      if (stopped() || invoiceId === null) break
      await btcpay.archiveInvoice(invoiceId)
      await db.checkout.update({ where: { id }, data: { archivedAt: toDate(clock()) } })
      archived++
    }
    return { allowed: true, archived }
  }
}

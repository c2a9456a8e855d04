import { fromDate, toDate } from '../clock.ts'
import type { Tx } from '../storage/database.ts'
import type { LedgerEntry, License } from '../storage/generated/client.ts'
import { liveGrants, paidThrough, type LedgerRow } from './periods.ts'

const KINDS: Readonly<Record<string, LedgerRow['kind']>> = { grant: 'grant', extension: 'extension' }

/** A row as the fold takes it. */
export const toLedgerRow = (entry: LedgerEntry): LedgerRow => ({
  invoiceId: entry.invoiceId,
  revision: entry.revision,
  kind: KINDS[entry.kind] ?? 'reversal',
  ...(entry.days === null ? {} : { days: entry.days }),
  paidAt: fromDate(entry.paidAt),
})

/** Folds a licence's ledger again, after a row was added to it, and writes `also`; the caller has locked the licence. */
export async function refold(
  tx: Tx,
  license: License,
  also: Partial<Pick<License, 'keyHash' | 'keyTail'>> = {},
): Promise<License> {
  const entries = await tx.ledgerEntry.findMany({ where: { licenseId: license.id } })
  const rows = entries.map(toLedgerRow)
  const paid = paidThrough(rows, license.trialEnd && fromDate(license.trialEnd))
  const comp = paid !== null && !liveGrants(rows).some(row => row.kind === 'grant')
  return await tx.license.update({
    where: { id: license.id },
    data: { paidThrough: paid && toDate(paid), comp, ...also },
  })
}

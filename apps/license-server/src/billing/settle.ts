import type { CheckoutState } from '@autotele/shared'
import { MONTHLY_PLAN } from '@autotele/shared'
import { fromDate, fromUnix, isBefore, plusSeconds, toDate, type Clock } from '../clock.ts'
import { newLicenseId } from '../ids.ts'
import { licenseOf, lockLicense, paidThrough, takeSeat, type LedgerRow } from '../licensing/index.ts'
import { retryConflicts, type Database, type Prisma, type Tx } from '../storage/database.ts'
import type { Checkout, LedgerEntry, License } from '../storage/generated/client.ts'
import type { Btcpay } from './btcpay-client.ts'
import { decide, type Decision, type Granted, type LatePolicy } from './decide.ts'
import type { Invoice, Payment } from './invoice.ts'
import { compareMoney } from './money.ts'

/** How long after the last date of interest an invoice is still looked at. */
const WATCH_DAYS = 30
/** A finished invoice changes rarely, a settled one more rarely still: in reconciliation periods. */
const SLOW = 12
const SLOWEST = 288

export type Settled = {
  /** `unknown`: BTCPay has no such invoice; `foreign`: not one of ours. */
  readonly outcome: 'decided' | 'unknown' | 'foreign'
  readonly ledger: Decision['ledger']
}

/** BTCPay answered two reads of one invoice differently; the next attempt will find it at rest. */
class InvoiceChangedError extends Error {
  constructor() {
    super('the invoice changed while it was being read')
    this.name = 'InvoiceChangedError'
  }
}

/**
 * Reads an invoice again and writes what follows from it. The only writer of the ledger; webhooks, reconciliation and
 * replicas all come through here. The checkout's row is locked before BTCPay is asked, so that an older answer can never
 * be written over a newer one.
 */
export function createSettle(options: {
  readonly db: Database
  readonly clock: Clock
  readonly btcpay: Btcpay
  readonly latePayments: LatePolicy
  readonly reconcileSeconds: number
}) {
  const { db, clock, btcpay, latePayments, reconcileSeconds } = options

  return (invoiceId: string): Promise<Settled> =>
    retryConflicts(() =>
      db.$transaction(tx => settle(tx, invoiceId), {
        // Holds the row's lock while BTCPay answers; longer than its three reads may take.
        timeout: 60_000,
        maxWait: 10_000,
      }),
    )

  async function settle(tx: Tx, invoiceId: string): Promise<Settled> {
    await tx.$queryRaw`SELECT 1 FROM checkouts WHERE invoice_id = ${invoiceId} FOR UPDATE`
    const checkout = await tx.checkout.findUnique({ where: { invoiceId } })
    const read = await readInvoice(invoiceId)
    if (!checkout) return { outcome: await judgeForeign(tx, invoiceId, read?.invoice), ledger: 'none' }
    const rows = await tx.ledgerEntry.findMany({ where: { invoiceId }, orderBy: { revision: 'asc' } })
    if (!read) return await forgotten(tx, checkout, invoiceId, rows)

    const { invoice, payments } = read
    const asked = {
      invoiceId,
      storeId: btcpay.storeId,
      amount: checkout.amount,
      currency: checkout.currency,
    }
    const decision = decide(invoice, payments, asked, grantedBy(rows), latePayments)
    const license = decision.ledger === 'none' ? null : await append(tx, checkout, rows, decision)
    await tx.checkout.update({
      where: { id: checkout.id },
      data: {
        state: decision.state,
        status: invoice.status,
        additionalStatus: invoice.additionalStatus,
        paidAmount: compareMoney(invoice.paidAmount, '0') < 0 ? '0' : invoice.paidAmount,
        nextCheckAt: nextCheck(decision.state, invoice),
        ...(license ? { licenseId: license.id } : {}),
      },
    })
    for (const kind of decision.attention) {
      const { status, additionalStatus, amount, paidAmount } = invoice
      await raise(tx, kind, `${kind}:${invoiceId}:${paidAmount}:${String(rows.length)}`, checkout, {
        status,
        additionalStatus,
        amount,
        paidAmount,
      })
    }
    return { outcome: 'decided', ledger: decision.ledger }
  }

  /** The invoice and its payments as they were at one instant; `null` when BTCPay does not know it. */
  async function readInvoice(id: string): Promise<{ invoice: Invoice; payments: Payment[] } | null> {
    const invoice = await btcpay.getInvoice(id)
    if (!invoice) return null
    const payments = await btcpay.getPayments(id)
    // Only a late payment is judged by both reads together.
    if (invoice.status !== 'Expired' && invoice.status !== 'Invalid') return { invoice, payments }
    const again = await btcpay.getInvoice(id)
    const same =
      again?.status === invoice.status &&
      again.additionalStatus === invoice.additionalStatus &&
      again.paidAmount === invoice.paidAmount
    if (!same) throw new InvoiceChangedError()
    return { invoice, payments }
  }

  /** Appends the grant or its reversal, and folds the licence's ledger again. */
  async function append(
    tx: Tx,
    checkout: Checkout,
    rows: readonly LedgerEntry[],
    decision: Decision,
  ): Promise<License> {
    const license = await licenseToPay(tx, checkout, rows, decision)
    const firstPayment = license.keyHash === null && decision.ledger === 'grant'
    await tx.ledgerEntry.create({
      data: {
        licenseId: license.id,
        invoiceId: checkout.invoiceId ?? '',
        revision: rows.length,
        kind: decision.ledger,
        paidAt: toDate(fromUnix(decision.paidAt)),
        flags: [...decision.flags],
        recordedAt: toDate(clock()),
      },
    })
    const ledger = await tx.ledgerEntry.findMany({ where: { licenseId: license.id } })
    const paid = paidThrough(ledger.map(toLedgerRow), license.trialEnd && fromDate(license.trialEnd))
    return await tx.license.update({
      where: { id: license.id },
      data: {
        paidThrough: paid && toDate(paid),
        ...(firstPayment ? { keyHash: checkout.keyHash, keyTail: checkout.keyTail } : {}),
      },
    })
  }

  /** The licence an invoice pays: where its ledger already is, the checkout's, the device's own, else a new one. */
  async function licenseToPay(
    tx: Tx,
    checkout: Checkout,
    rows: readonly LedgerEntry[],
    decision: Decision,
  ): Promise<License> {
    await tx.$queryRaw`SELECT 1 FROM devices WHERE id = ${checkout.deviceId} FOR UPDATE`
    const device = await tx.device.findUniqueOrThrow({ where: { id: checkout.deviceId } })
    const held = await licenseOf(tx, device.id)
    const id = rows[0]?.licenseId ?? checkout.licenseId ?? held?.id
    if (id) {
      const license = await lockLicense(tx, id)
      if (!held && decision.ledger === 'grant') await takeSeat(tx, license, device, clock)
      return license
    }
    const license = await tx.license.create({
      data: { id: newLicenseId(), createdAt: toDate(clock()), seats: MONTHLY_PLAN.seats },
    })
    await takeSeat(tx, license, device, clock)
    return license
  }

  /** A restored BTCPay may have forgotten what it had settled: paid time is never taken back for that. */
  async function forgotten(
    tx: Tx,
    checkout: Checkout,
    invoiceId: string,
    rows: readonly LedgerEntry[],
  ): Promise<Settled> {
    if (grantedBy(rows) === 'live') await raise(tx, 'forgotten', `forgotten:${invoiceId}`, checkout, {})
    const until = fromDate(checkout.createdAt).add({ hours: WATCH_DAYS * 24 })
    const next = plusSeconds(clock(), reconcileSeconds * SLOW)
    await tx.checkout.update({
      where: { id: checkout.id },
      data: { nextCheckAt: isBefore(next, until) ? toDate(next) : null },
    })
    return { outcome: 'unknown', ledger: 'none' }
  }

  /** An invoice that we did not make never pays. One that bears our order id and took money goes to a person. */
  async function judgeForeign(
    tx: Tx,
    invoiceId: string,
    invoice: Invoice | undefined,
  ): Promise<'unknown' | 'foreign'> {
    if (!invoice) return 'unknown'
    const orderId = invoice.metadata.orderId
    const twin = orderId ? await tx.checkout.findUnique({ where: { id: orderId } }) : null
    const tookMoney = compareMoney(invoice.paidAmount, '0') > 0 || invoice.status === 'Settled'
    if (twin && tookMoney) {
      const { status, additionalStatus, amount, currency, paidAmount } = invoice
      await raise(
        tx,
        'twin',
        `twin:${invoiceId}`,
        { ...twin, invoiceId },
        {
          status,
          additionalStatus,
          amount,
          currency,
          paidAmount,
        },
      )
    }
    return 'foreign'
  }

  function nextCheck(state: CheckoutState, invoice: Invoice): Date | null {
    const now = clock()
    const open = state === 'awaiting_payment' || state === 'confirming'
    const periods = open ? 1 : state === 'settled' ? SLOWEST : SLOW
    // Half a period early, or the round that should read it would come just before.
    const next = now.add({ milliseconds: Math.round(reconcileSeconds * 1000 * (periods - 0.5)) })
    const last = fromUnix(invoice.monitoringExpiration ?? invoice.expirationTime)
    return open || isBefore(next, last.add({ hours: WATCH_DAYS * 24 })) ? toDate(next) : null
  }

  async function raise(
    tx: Tx,
    kind: string,
    key: string,
    about: Pick<Checkout, 'id' | 'invoiceId' | 'licenseId'>,
    detail: Prisma.InputJsonObject,
  ): Promise<void> {
    const { id: checkoutId, invoiceId, licenseId } = about
    await tx.attention.createMany({
      data: [{ key, kind, invoiceId, checkoutId, licenseId, detail, createdAt: toDate(clock()) }],
      skipDuplicates: true,
    })
  }
}
export type Settle = ReturnType<typeof createSettle>

/** The ledger's last word on one invoice. */
function grantedBy(rows: readonly LedgerEntry[]): Granted {
  const last = rows.at(-1)
  if (!last) return 'never'
  return last.kind === 'grant' ? 'live' : 'reversed'
}

export const toLedgerRow = (entry: LedgerEntry): LedgerRow => ({
  invoiceId: entry.invoiceId,
  revision: entry.revision,
  kind: entry.kind === 'grant' ? 'grant' : 'reversal',
  paidAt: fromDate(entry.paidAt),
})

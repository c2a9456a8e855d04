import type { CheckoutState } from '@autotele/shared'
import { MONTHLY_PLAN } from '@autotele/shared'
import { fromDate, fromUnix, isBefore, plusSeconds, toDate, toUnix, type Clock } from '../clock.ts'
import { newLicenseId } from '../ids.ts'
import { licenseOf, lockLicense, refold, takeSeat } from '../licensing/index.ts'
import { RetryError, retryConflicts, type Database, type Tx } from '../storage/database.ts'
import type { Checkout, LedgerEntry, License } from '../storage/generated/client.ts'
import { raise, replaceFindings, rulingsOf } from './attention-items.ts'
import type { Btcpay } from './btcpay-client.ts'
import { decide, type Decision, type Granted, type LatePolicy } from './decide.ts'
import { answersCheckout, type Invoice, type Payment } from './invoice.ts'
import { compareMoney } from './money.ts'

/** How long after the last date of interest an invoice is still looked at. */
const WATCH_DAYS = 30
/** A finished invoice changes rarely, a settled one more rarely still: in reconciliation periods. */
const SLOW = 12
const SLOWEST = 288
/** A checkout's row may be without its invoice for this long while BTCPay makes it. */
const SAVING = { seconds: 120 }

export type Settled = {
  /** `unknown`: BTCPay has no such invoice; `foreign`: not one of ours. */
  readonly outcome: 'decided' | 'unknown' | 'foreign'
  readonly ledger: Decision['ledger']
}

/** Holds its locks while BTCPay answers; longer than three reads may take. */
export const SETTLE_TRANSACTION = { timeout: 60_000, maxWait: 10_000 }

type Read = { readonly invoice: Invoice; readonly payments: readonly Payment[] }

/** BTCPay answered two reads of one invoice differently; the next attempt will find it at rest. */
class InvoiceChangedError extends Error {
  constructor() {
    super('the invoice changed while it was being read')
    this.name = 'InvoiceChangedError'
  }
}

/** The webhook overtook BTCPay's answer to us: in a moment our row will name this invoice. */
class TooEarlyError extends Error {
  constructor() {
    super('the checkout of this invoice is still being made')
    this.name = 'TooEarlyError'
  }
}

/** Our row came to name this invoice while it was being read: it is read again, with the row locked this time. */
class NamedMeanwhileError extends RetryError {}

/**
 * Reads an invoice again and writes what follows from it. The only writer of the ledger; webhooks, reconciliation,
 * people's decisions and replicas all come through here. What is locked before BTCPay is asked is held until the
 * decision is written, so that an older answer can never be written over a newer one.
 */
export function createSettle(options: {
  readonly db: Database
  readonly clock: Clock
  readonly btcpay: Btcpay
  readonly latePayments: LatePolicy
  readonly reconcileSeconds: number
}) {
  const { db, clock, btcpay, latePayments, reconcileSeconds } = options

  return {
    settle: (invoiceId: string): Promise<Settled> =>
      retryConflicts(() => db.$transaction(tx => settleWithin(tx, invoiceId), SETTLE_TRANSACTION)),
    settleWithin,
  }

  /** The same inside a transaction of the caller's, which must be given `SETTLE_TRANSACTION`. */
  async function settleWithin(tx: Tx, invoiceId: string): Promise<Settled> {
    const locked = await tx.$executeRaw`SELECT 1 FROM checkouts WHERE invoice_id = ${invoiceId} FOR UPDATE`
    // An invoice without a row of its own has nothing else to lock.
    if (locked === 0) await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${invoiceId}, 0))`
    const read = await readInvoice(invoiceId)
    const checkout = await tx.checkout.findUnique({ where: { invoiceId } })
    if (checkout && locked === 0) throw new NamedMeanwhileError()
    if (!checkout) return read ? await settleForeign(tx, read) : { outcome: 'unknown', ledger: 'none' }
    return read ? await settleOurs(tx, checkout, read) : await forgotten(tx, checkout, invoiceId)
  }

  async function settleOurs(tx: Tx, checkout: Checkout, read: Read): Promise<Settled> {
    const { invoice } = read
    const { decision, license } = await judge(tx, checkout, read)
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
    return { outcome: 'decided', ledger: decision.ledger }
  }

  /** Decides, writes the ledger, and puts before a person what a person should see. */
  async function judge(
    tx: Tx,
    checkout: Checkout,
    { invoice, payments }: Read,
  ): Promise<{ decision: Decision; license: License | null }> {
    const rows = await ledgerOf(tx, invoice.id)
    const { amount, currency } = checkout
    const decision = decide(
      invoice,
      payments,
      { invoiceId: checkout.invoiceId ?? '', storeId: btcpay.storeId, amount, currency },
      grantedBy(rows),
      latePayments,
      await rulingsOf(tx, invoice.id),
    )
    const license = decision.ledger === 'none' ? null : await append(tx, checkout, rows, decision)
    const reversals = rows.filter(row => row.kind === 'reversal').length
    const about = { id: checkout.id, licenseId: license?.id ?? checkout.licenseId }
    await replaceFindings(
      tx,
      clock,
      invoice.id,
      decision.attention.map(kind => {
        // Another amount is another finding, and so is each time that a month was taken back.
        const which =
          kind === 'marked_invalid'
            ? reversals + (decision.ledger === 'reversal' ? 1 : 0)
            : invoice.paidAmount
        const key = `${kind}:${invoice.id}:${String(which)}`
        return { key, kind, invoiceId: invoice.id, checkout: about, detail: describe(invoice) }
      }),
    )
    return { decision, license }
  }

  /** The invoice and its payments as they were at one instant; `null` when BTCPay does not know it. */
  async function readInvoice(id: string): Promise<Read | null> {
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

  /** Appends the grant or its reversal (a correction is both), and folds the licence's ledger again. */
  async function append(
    tx: Tx,
    checkout: Checkout,
    rows: readonly LedgerEntry[],
    decision: Decision,
  ): Promise<License> {
    const license = await licenseToPay(tx, checkout, rows, decision)
    const firstPayment = license.keyHash === null && decision.ledger === 'grant'
    const kinds = decision.ledger === 'correction' ? ['reversal', 'grant'] : [decision.ledger]
    const corrected = decision.ledger === 'correction' ? ['corrected'] : []
    await tx.ledgerEntry.createMany({
      data: kinds.map((kind, n) => ({
        licenseId: license.id,
        invoiceId: checkout.invoiceId ?? '',
        revision: rows.length + n,
        kind,
        paidAt: toDate(fromUnix(decision.paidAt)),
        flags: [...decision.flags, ...corrected],
        recordedAt: toDate(clock()),
      })),
    })
    return await refold(
      tx,
      license,
      firstPayment ? { keyHash: checkout.keyHash, keyTail: checkout.keyTail } : {},
    )
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
  async function forgotten(tx: Tx, checkout: Checkout, invoiceId: string): Promise<Settled> {
    if (await isPaid(tx, invoiceId)) {
      const key = `forgotten:${invoiceId}`
      await raise(tx, clock, { key, kind: 'forgotten', invoiceId, checkout, detail: {} })
    }
    const until = fromDate(checkout.createdAt).add({ hours: WATCH_DAYS * 24 })
    const next = plusSeconds(clock(), reconcileSeconds * SLOW)
    await tx.checkout.update({
      where: { id: checkout.id },
      data: { nextCheckAt: isBefore(next, until) ? toDate(next) : null },
    })
    return { outcome: 'unknown', ledger: 'none' }
  }

  /**
   * An invoice that we did not make never pays by itself. One that took money goes to a person: as a twin when it is
   * what we asked for under an order id of ours, else as foreign.
   */
  async function settleForeign(tx: Tx, read: Read): Promise<Settled> {
    const { invoice } = read
    const orderId = invoice.metadata.orderId ?? ''
    await tx.$executeRaw`SELECT 1 FROM checkouts WHERE id = ${orderId} FOR UPDATE`
    const checkout = await tx.checkout.findUnique({ where: { id: orderId } })
    const twin = checkout !== null && answersCheckout(invoice, btcpay.storeId, checkout)
    if (twin && (await rulingsOf(tx, invoice.id)).has('accepted')) return await adopt(tx, checkout, read)
    const saving = checkout?.invoiceId === null && isBefore(clock(), fromDate(checkout.createdAt).add(SAVING))
    if (twin && saving) throw new TooEarlyError()
    const tookMoney =
      compareMoney(invoice.paidAmount, '0') > 0 || (checkout !== null && invoice.status === 'Settled')
    const kind = twin ? 'twin' : 'foreign'
    const finding = { key: `${kind}:${invoice.id}`, kind, invoiceId: invoice.id, checkout } as const
    const detail = describe(invoice)
    await replaceFindings(tx, clock, invoice.id, tookMoney ? [{ ...finding, detail }] : [])
    return { outcome: 'foreign', ledger: 'none' }
  }

  /** A person accepted the twin: it takes the place of an invoice that brought nothing, or pays a month beside it. */
  async function adopt(tx: Tx, checkout: Checkout, read: Read): Promise<Settled> {
    const { id: invoiceId, checkoutLink, expirationTime } = read.invoice
    const own = checkout.invoiceId === null ? [] : await ledgerOf(tx, checkout.invoiceId)
    if (isLive(grantedBy(own))) {
      const { decision } = await judge(tx, { ...checkout, invoiceId }, read)
      return { outcome: 'decided', ledger: decision.ledger }
    }
    const expiresAt = toDate(fromUnix(expirationTime))
    const data = { invoiceId, checkoutUrl: checkoutLink, expiresAt }
    return await settleOurs(tx, await tx.checkout.update({ where: { id: checkout.id }, data }), read)
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
}
export type Settling = ReturnType<typeof createSettle>
export type Settle = Settling['settle']

const ledgerOf = (tx: Tx, invoiceId: string): Promise<LedgerEntry[]> =>
  tx.ledgerEntry.findMany({ where: { invoiceId }, orderBy: { revision: 'asc' } })

/** What a person needs to know of an invoice. */
const describe = ({ status, additionalStatus, type, amount, currency, paidAmount, metadata }: Invoice) => ({
  status,
  additionalStatus,
  type,
  amount,
  currency,
  paidAmount,
  orderId: metadata.orderId ?? null,
})

/** The ledger's last word on one invoice. */
function grantedBy(rows: readonly LedgerEntry[]): Granted {
  const last = rows.at(-1)
  if (!last) return 'never'
  return last.kind === 'grant' ? { since: toUnix(fromDate(last.paidAt)) } : 'reversed'
}
const isLive = (granted: Granted): boolean => typeof granted === 'object'

/** Whether paid time stands for an invoice. */
export const isPaid = async (tx: Tx, invoiceId: string): Promise<boolean> =>
  isLive(grantedBy(await ledgerOf(tx, invoiceId)))

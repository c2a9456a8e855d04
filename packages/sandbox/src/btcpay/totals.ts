import type { Cover } from './life-cycle.ts'
import { bitcoin, decimalsOf, fromMinor, satsFor, toMinor, worthOf } from './money.ts'
import type { Invoice, Payment } from './model.ts'

/** The part of a payment that both the API and the webhooks show. */
export function paymentModel(payment: Payment) {
  return {
    id: payment.id,
    receivedDate: payment.receivedDate,
    value: bitcoin(payment.sats),
    fee: '0',
    status: payment.status,
    destination: payment.destination,
  }
}

/** Payments that were not replaced. */
export function counts(payment: Payment): boolean {
  return payment.status !== 'Invalid'
}

/** Payments that wait for confirmations. */
export function waiting(invoice: Invoice): Payment[] {
  return invoice.payments.filter(({ status }) => status === 'Processing')
}

/** The whole price in satoshi. */
export function dueSats(invoice: Invoice): number {
  return satsFor(toMinor(invoice.amount ?? '0', decimalsOf(invoice.currency)) ?? 0n, invoice.rate)
}

/** Satoshi still missing; never negative. */
export function remainingSats(invoice: Invoice): number {
  return Math.max(0, dueSats(invoice) - paidSats(invoice).seen)
}

/** Satoshi seen (confirmed or not) and satoshi confirmed, of payments that count. */
export function paidSats({ payments }: Invoice): { seen: number; confirmed: number } {
  let seen = 0
  let confirmed = 0
  for (const { sats, status } of payments) {
    if (status !== 'Invalid') seen += sats
    if (status === 'Settled') confirmed += sats
  }
  return { seen, confirmed }
}

/** The API's `paidAmount`: what was seen, unconfirmed included, in the invoice's currency. */
export function paidAmount(invoice: Invoice): string {
  return fromMinor(worthOf(paidSats(invoice).seen, invoice.rate), decimalsOf(invoice.currency))
}

/** How far `sats` go towards what is due; any payment covers a top-up. */
export function cover(invoice: Invoice, sats: number): Cover {
  if (invoice.type === 'TopUp') return sats > 0 ? 'full' : 'under'
  const due = dueSats(invoice)
  if (sats < Math.ceil((due * (100 - invoice.checkout.paymentTolerance)) / 100)) return 'under'
  // One satoshi is the dust that rounding may leave.
  return sats > due + 1 ? 'over' : 'full'
}

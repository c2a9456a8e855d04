import fc from 'fast-check'
import type { FakeInvoice } from './fake-btcpay.ts'

type Payment = { readonly receivedDate: number; status: string; readonly cents: number }
/** What BTCPay shows of an invoice at one moment. */
export type Snapshot = Pick<FakeInvoice, 'status' | 'additionalStatus' | 'paidAmount' | 'payments'>

const PRICE = 2999
const acts = [
  'pay',
  'pay_part',
  'pay_lightning',
  'confirm',
  'double_spend',
  'reorganise',
  'expire',
  'give_up',
  'mark_settled',
  'mark_invalid',
] as const
type Act = (typeof acts)[number]

/**
 * Plays acts on one invoice by BTCPay's own rules (InvoiceWatcher.UpdateInvoice) and gives what it shows after each; the
 * last one is at rest, nothing unconfirmed. `from` is Unix seconds; acts are an hour apart. Payments come to, and are
 * replaced under, an invoice in every state; a confirmed one only where the invoice stays settled without it, for what
 * a late payment brought is kept by who saw it and never was for who did not.
 */
function play(history: readonly Act[], from: number): Snapshot[] {
  let status = 'New'
  let additionalStatus = 'None'
  let expired = false
  let payments: Payment[] = []
  let now = from
  const cents = (only?: string) =>
    payments.filter(one => !only || one.status === only).reduce((sum, one) => sum + one.cents, 0)

  function evaluate(): void {
    if (status === 'New' && expired) status = 'Expired'
    if (status === 'New' && cents() >= PRICE) status = 'Processing'
    else if (status === 'Expired' && cents() >= PRICE) additionalStatus = 'PaidLate'
    else if ((status === 'New' || status === 'Expired') && payments.length > 0)
      additionalStatus = 'PaidPartial'
    if (status !== 'Processing') return
    additionalStatus = cents() > PRICE ? 'PaidOver' : 'None'
    if (cents() < PRICE) {
      status = expired ? 'Expired' : 'New'
      additionalStatus = payments.length > 0 ? 'PaidPartial' : 'None'
    } else if (cents('Settled') >= PRICE) status = 'Settled'
  }
  function receive(amount: number, paid: string): void {
    payments.push({ receivedDate: now, status: paid, cents: amount })
  }
  function act(what: Act): void {
    const marked = additionalStatus === 'Marked'
    switch (what) {
      case 'pay':
        return receive(Math.max(PRICE - cents(), PRICE), 'Processing')
      case 'pay_part':
        return receive(1000, 'Processing')
      case 'pay_lightning':
        return expired ? undefined : receive(PRICE, 'Settled')
      case 'confirm':
        for (const payment of payments) payment.status = 'Settled'
        return
      case 'double_spend':
        payments = payments.filter(payment => payment.status === 'Settled')
        return
      case 'reorganise':
        if (status === 'Settled') payments = payments.slice(1)
        return
      case 'expire':
        expired = true
        return
      case 'give_up':
        expired = true
        if (status === 'Processing') status = 'Invalid'
        return
      case 'mark_settled':
        if (status === 'Settled') return
        ;[status, additionalStatus] = ['Settled', 'Marked']
        return
      case 'mark_invalid':
        if (status === 'Invalid' || (status === 'Settled' && !marked)) return
        ;[status, additionalStatus] = ['Invalid', 'Marked']
    }
  }
  return [...history, 'confirm' as const].map(what => {
    now += 3600
    act(what)
    evaluate()
    return {
      status,
      additionalStatus,
      paidAmount: (cents() / 100).toFixed(2),
      payments: payments.map(one => ({ receivedDate: one.receivedDate, status: one.status })),
    }
  })
}

export const histories = (from: number, maxLength = 9): fc.Arbitrary<Snapshot[]> =>
  fc.array(fc.constantFrom(...acts), { minLength: 1, maxLength }).map(history => play(history, from))

/**
 * When deliveries have the invoice read: each event of a history is lost, or delivered any number of times, each after
 * some delay, so that later ones overtake it. A number is how many acts had happened by then.
 */
export const readings = (snapshots: readonly unknown[]): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      ...snapshots.map((_, event) =>
        fc
          .array(fc.nat({ max: snapshots.length - 1 - event }), { maxLength: 3 })
          .map(delays => delays.map(late => event + late)),
      ),
    )
    .map(all => all.flat().sort((a, b) => a - b))

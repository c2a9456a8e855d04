import { newAddress, newBolt11, newHash, newId } from './ids.ts'
import { evaluate, mark, type Evaluation } from './life-cycle.ts'
import { bitcoin, rateOf, satsFor } from './money.ts'
import type { Invoice, Payment, PaymentMethodId } from './model.ts'
import type { StateFile } from './state.ts'
import {
  counts,
  cover,
  dueSats,
  paidAmount,
  paidSats,
  paymentModel,
  remainingSats,
  waiting,
} from './totals.ts'

/** How a payer pays: `full` is what is still due (or the whole amount once more), `late` lets the invoice expire first. */
export type PaymentKind = 'full' | 'partial' | 'over' | 'late' | 'lightning'

/** What an invoice is made from, defaults of the store already applied. Times are seconds from now. */
export type Draft = Pick<
  Invoice,
  'amount' | 'currency' | 'metadata' | 'checkout' | 'receipt' | 'searchTerms'
> & { readonly expiresIn: number; readonly monitoredFor: number }

/** Tells the store's webhooks; `fields` are those that the event adds to the common ones. */
export type Publish = (type: string, invoice: Invoice, fields: Readonly<Record<string, unknown>>) => void

export type Till = ReturnType<typeof createTill>

export type TillOptions = {
  readonly file: StateFile
  /** Milliseconds. */
  readonly now: () => number
  readonly publish: Publish
}

/** Whether BTCPay lets the store promise the money back: something was paid, or the invoice has ended one way or the other. */
export function isRefundable({ status, additionalStatus }: Invoice): boolean {
  const money = additionalStatus !== 'None' && additionalStatus !== 'Marked'
  return status === 'Settled' || status === 'Invalid' || (status === 'Expired' && money)
}

/** The store's till: makes invoices, receives money for them, and lets time pass over them. */
export function createTill({ file, now, publish }: TillOptions) {
  const { state, save } = file
  const lastLook = new Map<string, number>()
  const seconds = () => Math.floor(now() / 1000)

  const find = (id: string) => state.invoices.find(invoice => invoice.id === id)

  function demand(id: string): Invoice {
    const invoice = find(id)
    if (!invoice) throw new Error(`The local BTCPay has no invoice ${id}`)
    return invoice
  }

  /** Publishes `InvoiceCreated` before it returns, so its webhook can arrive before the creator knows the id. Undefined: no rate. */
  function create(draft: Draft): Invoice | undefined {
    const rate = rateOf(draft.currency)
    if (rate === undefined) return undefined
    const { expiresIn, monitoredFor, ...kept } = draft
    const createdTime = seconds()
    const expirationTime = createdTime + expiresIn
    const invoice: Invoice = {
      ...kept,
      id: newId(),
      type: draft.amount === null ? 'TopUp' : 'Standard',
      rate,
      createdTime,
      expirationTime,
      monitoringExpiration: expirationTime + monitoredFor,
      status: 'New',
      additionalStatus: 'None',
      archived: false,
      address: newAddress(),
      bolt11: '',
      payments: [],
    }
    invoice.bolt11 = newBolt11(dueSats(invoice))
    if (invoice.amount !== null && dueSats(invoice) === 0) invoice.checkout.paymentMethods = []
    state.invoices.push(invoice)
    save()
    publish('InvoiceCreated', invoice, {})
    look(invoice)
    return invoice
  }

  /** One evaluation: written first, published after. */
  function look(invoice: Invoice) {
    lastLook.set(invoice.id, seconds())
    const { confirmed, seen } = paidSats(invoice)
    settle(
      invoice,
      evaluate(invoice, {
        now: seconds(),
        expirationTime: invoice.expirationTime,
        monitoringExpiration: invoice.monitoringExpiration,
        seen: cover(invoice, seen),
        confirmed: cover(invoice, confirmed),
        hasPayment: invoice.payments.some(counts),
      }),
    )
  }

  function settle(invoice: Invoice, { standing, events }: Evaluation) {
    if (invoice.amount === null && (standing.status === 'Processing' || standing.status === 'Settled'))
      invoice.amount = paidAmount(invoice)
    Object.assign(invoice, standing)
    save()
    for (const { type, ...fields } of events) publish(type, invoice, fields)
  }

  function publishPayment(type: string, invoice: Invoice, payment: Payment) {
    publish(type, invoice, {
      afterExpiration: invoice.status === 'Expired' || invoice.status === 'Invalid',
      paymentMethodId: payment.method,
      payment: paymentModel(payment),
    })
  }

  function receive(invoice: Invoice, method: PaymentMethodId, sats: number, plan: Payment['plan']) {
    const final = method === 'BTC-LN' || invoice.checkout.speedPolicy === 'HighSpeed'
    const payment: Payment = {
      id: method === 'BTC-LN' ? newHash() : `${newHash()}-0`,
      method,
      receivedDate: seconds(),
      sats,
      status: final ? 'Settled' : 'Processing',
      destination: method === 'BTC-LN' ? invoice.bolt11 : invoice.address,
      plan: final ? null : plan,
    }
    invoice.payments.push(payment)
    save()
    // A payment that is final on arrival is announced as settled before it is announced as received.
    if (final) publishPayment('InvoicePaymentSettled', invoice, payment)
    publishPayment('InvoiceReceivedPayment', invoice, payment)
    look(invoice)
  }

  /** Throws when a wallet would refuse: Lightning invoices die with the invoice. */
  function pay(id: string, how: PaymentKind, plan: Payment['plan'] = null) {
    const invoice = demand(id)
    const due = remainingSats(invoice) || dueSats(invoice) || satsFor(1000n, invoice.rate)
    switch (how) {
      case 'full':
        return receive(invoice, 'BTC-CHAIN', due, plan)
      case 'partial':
        return receive(invoice, 'BTC-CHAIN', Math.max(1, Math.floor(due / 2)), plan)
      case 'over':
        return receive(invoice, 'BTC-CHAIN', due + Math.ceil(due / 10) + 10, plan)
      case 'late':
        if (invoice.status === 'New') expire(id)
        return receive(invoice, 'BTC-CHAIN', due, plan)
      case 'lightning':
        if (invoice.expirationTime <= seconds())
          throw new Error(`Invoice ${id} has expired, and its Lightning invoice with it`)
        return receive(invoice, 'BTC-LN', due, plan)
    }
  }

  /** Enough blocks for every payment still waiting for them. */
  function confirm(id: string) {
    const invoice = demand(id)
    for (const payment of waiting(invoice)) {
      payment.status = 'Settled'
      payment.plan = null
      save()
      publishPayment('InvoicePaymentSettled', invoice, payment)
      look(invoice)
    }
  }

  /** Every unconfirmed payment is replaced by a transaction to somebody else. Nothing is announced. */
  function doubleSpend(id: string) {
    const invoice = demand(id)
    for (const payment of waiting(invoice)) {
      payment.status = 'Invalid'
      payment.plan = null
    }
    look(invoice)
  }

  /** Moves the expiry to just now; the monitoring that follows keeps its length. */
  function expire(id: string) {
    const invoice = demand(id)
    const monitoredFor = invoice.monitoringExpiration - invoice.expirationTime
    invoice.expirationTime = Math.min(invoice.expirationTime, seconds() - 1)
    invoice.monitoringExpiration = invoice.expirationTime + monitoredFor
    look(invoice)
  }

  /** Moves the end of monitoring to just now: what waits for confirmations becomes Invalid. */
  function endMonitoring(id: string) {
    const invoice = demand(id)
    invoice.monitoringExpiration = Math.min(invoice.monitoringExpiration, seconds() - 1)
    invoice.expirationTime = Math.min(invoice.expirationTime, invoice.monitoringExpiration)
    look(invoice)
  }

  /** False when BTCPay refuses the mark. */
  function markAs(id: string, status: 'Settled' | 'Invalid'): boolean {
    const invoice = demand(id)
    const evaluation = mark(invoice, status)
    if (evaluation) settle(invoice, evaluation)
    return evaluation !== undefined
  }

  /** A claim link for the customer; returns the pull payment's id, undefined where BTCPay answers `non-refundable`. */
  function refund(id: string): string | undefined {
    const invoice = demand(id)
    if (!isRefundable(invoice)) return undefined
    const pullPaymentId = newId()
    state.pullPayments.push({
      id: pullPaymentId,
      name: `Refund ${id}`,
      amount: bitcoin(paidSats(invoice).seen || dueSats(invoice)),
    })
    save()
    publish('InvoiceRefund', invoice, { pullPaymentId })
    return pullPaymentId
  }

  /** As after the restore of a backup from before the invoice: BTCPay answers 404 for it. */
  function forget(id: string) {
    demand(id)
    state.invoices = state.invoices.filter(invoice => invoice.id !== id)
    save()
  }

  /** What the clock does: plans of the checkout page, then one look a second after expiry and after the end of monitoring. */
  function tick() {
    for (const invoice of state.invoices) {
      for (const { plan } of waiting(invoice)) {
        if (!plan || plan.at > now()) continue
        if (plan.action === 'confirm') confirm(invoice.id)
        else doubleSpend(invoice.id)
      }
      if (invoice.status === 'Settled' || invoice.status === 'Invalid') continue
      const last = lastLook.get(invoice.id) ?? 0
      const moments = [invoice.expirationTime + 1, invoice.monitoringExpiration + 1]
      if (moments.some(moment => last < moment && moment <= seconds())) look(invoice)
    }
  }

  return {
    find,
    create,
    pay,
    confirm,
    doubleSpend,
    expire,
    endMonitoring,
    mark: markAs,
    refund,
    forget,
    tick,
    /** Newest first. */
    list: () => state.invoices.toReversed(),
  }
}

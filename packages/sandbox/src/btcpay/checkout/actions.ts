import { availableMarks } from '../life-cycle.ts'
import type { Invoice } from '../model.ts'
import { isRefundable, type Till } from '../till.ts'
import { waiting } from '../totals.ts'

/** What the buttons of the checkout page do; the names are stable, tests and scripts may post them. */
export const actions = [
  'pay-full',
  'pay-lightning',
  'pay-partial',
  'pay-over',
  'pay-late',
  'expire',
  'confirm',
  'double-spend',
  'pay-again',
  'give-up',
  'mark-settled',
  'mark-invalid',
  'refund',
] as const

export type Action = (typeof actions)[number]

/** What the store does, as opposed to who pays. */
export const sellerActions: readonly Action[] = ['give-up', 'mark-settled', 'mark-invalid', 'refund']

/** The actions that make sense at `now` (milliseconds); nothing else is accepted, so that a double click pays once. */
export function offeredActions(invoice: Invoice, now: number): readonly Action[] {
  return [...payerActions(invoice, now), ...offeredToSeller(invoice)]
}

function payerActions(invoice: Invoice, now: number): readonly Action[] {
  const pending: Action[] = waiting(invoice).length > 0 ? ['confirm', 'double-spend'] : []
  switch (invoice.status) {
    case 'New': {
      const methods = invoice.checkout.paymentMethods
      const chain: Action[] = methods.includes('BTC-CHAIN')
        ? ['pay-full', 'pay-partial', 'pay-over', 'pay-late', 'double-spend']
        : []
      const payable = methods.includes('BTC-LN') && invoice.expirationTime * 1000 > now
      const lightning: Action[] = payable ? ['pay-lightning'] : []
      return [...new Set([...chain, ...lightning, 'expire' as const, ...pending])]
    }
    case 'Processing':
      return pending
    case 'Expired':
      return invoice.additionalStatus === 'PaidLate' ? pending : ['pay-late', ...pending]
    case 'Invalid':
      return pending.filter(action => action === 'confirm')
    case 'Settled':
      return pending.length > 0 ? pending : ['pay-again']
  }
}

function offeredToSeller(invoice: Invoice): readonly Action[] {
  const marks = availableMarks(invoice)
  return sellerActions.filter(action => {
    switch (action) {
      case 'give-up':
        return invoice.status === 'Processing'
      case 'mark-settled':
        return marks.includes('Settled')
      case 'mark-invalid':
        return marks.includes('Invalid')
      default:
        return isRefundable(invoice)
    }
  })
}

/**
 * Does what a button says. Payments made here confirm by themselves after `autoConfirmMs`, so that a person who
 * clicks once sees the end; with 0 they wait for the next click.
 */
export function perform(till: Till, invoice: Invoice, action: Action, now: number, autoConfirmMs: number) {
  const { id } = invoice
  const at = now + autoConfirmMs
  const plan = autoConfirmMs > 0 ? ({ action: 'confirm', at } as const) : null
  switch (action) {
    case 'pay-full':
      return till.pay(id, 'full', plan)
    case 'pay-lightning':
      return till.pay(id, 'lightning')
    case 'pay-partial':
      return till.pay(id, 'partial', plan)
    case 'pay-over':
      return till.pay(id, 'over', plan)
    case 'pay-late':
      return till.pay(id, 'late', plan)
    case 'expire':
      return till.expire(id)
    case 'confirm':
      return till.confirm(id)
    case 'double-spend':
      if (waiting(invoice).length > 0) return till.doubleSpend(id)
      // Nothing to replace yet: pay first, let it be seen for as long as a confirmation would take.
      till.pay(id, 'full', plan && { action: 'replace', at })
      if (!plan) till.doubleSpend(id)
      return
    case 'pay-again':
      return till.pay(id, 'full', plan)
    case 'give-up':
      return till.endMonitoring(id)
    case 'mark-settled':
      return void till.mark(id, 'Settled')
    case 'mark-invalid':
      return void till.mark(id, 'Invalid')
    case 'refund':
      return void till.refund(id)
  }
}

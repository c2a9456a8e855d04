import type { CheckoutState } from '@autotele/shared'
import type { Invoice, Payment } from './invoice.ts'
import { compareMoney } from './money.ts'

/** What we asked BTCPay for when we made the invoice. */
export type Asked = {
  readonly invoiceId: string
  readonly storeId: string
  readonly amount: string
  readonly currency: string
}
/** Whether paid time stands in the ledger for this invoice: never, now, or taken back. */
export type Granted = 'never' | 'live' | 'reversed'
export type LatePolicy = 'grant' | 'review'
type AttentionKind =
  'mismatch' | 'unknown_status' | 'underpaid' | 'late' | 'surplus' | 'marked_invalid' | 'regressed'

export type Decision = {
  readonly state: CheckoutState
  /** What to append to the ledger. */
  readonly ledger: 'none' | 'grant' | 'reversal'
  /** Noted with the grant: how it came about when not the plain way. */
  readonly flags: readonly ('by_hand' | 'late' | 'confirmed_late')[]
  /** Unix seconds; what orders the fold. */
  readonly paidAt: number
  /** For a person. */
  readonly attention: readonly AttentionKind[]
}

/**
 * What an invoice, as BTCPay shows it now, is worth. Depends on its arguments alone, so any number of calls, in any
 * order, end in the same ledger.
 */
export function decide(
  invoice: Invoice,
  payments: readonly Payment[],
  asked: Asked,
  granted: Granted,
  latePayments: LatePolicy,
): Decision {
  const paidAt = Math.min(...payments.map(payment => payment.receivedDate))
  const result = (state: CheckoutState, over: Partial<Decision> = {}): Decision => ({
    state,
    ledger: 'none',
    flags: [],
    paidAt: Number.isFinite(paidAt) ? paidAt : invoice.createdTime,
    attention: [],
    ...over,
  })
  /** The invoice pays; a grant that stands is not repeated. */
  const pays = (...flags: Decision['flags']): Decision =>
    result('settled', {
      ledger: granted === 'live' ? 'none' : 'grant',
      flags,
      attention: compareMoney(invoice.paidAmount, invoice.amount) > 0 ? ['surplus'] : [],
    })
  /** The invoice does not pay; paid time that stands is kept, because only a mark by hand takes it back. */
  const doesNotPay = (state: CheckoutState, ...attention: AttentionKind[]): Decision =>
    granted === 'live'
      ? result('settled', { attention: [...attention, 'regressed'] })
      : result(state, { attention })

  if (!isWhatWeAsked(invoice, asked)) return doesNotPay('in_review', 'mismatch')

  const { status, additionalStatus } = invoice
  /** Confirmed to the last payment, and enough: `paidAmount` counts unconfirmed payments too. */
  const confirmed =
    payments.length > 0 &&
    payments.every(payment => payment.status === 'Settled') &&
    compareMoney(invoice.paidAmount, invoice.amount) >= 0
  const late = (flag: 'late' | 'confirmed_late'): Decision =>
    granted === 'live' || latePayments === 'grant' ? pays(flag) : result('in_review', { attention: ['late'] })

  switch (`${status}/${additionalStatus}`) {
    case 'Settled/None':
    case 'Settled/PaidOver':
      return pays()
    case 'Settled/Marked':
      return pays('by_hand')
    case 'New/None':
    case 'New/PaidPartial':
      return doesNotPay('awaiting_payment')
    case 'Processing/None':
    case 'Processing/PaidOver':
      return doesNotPay('confirming')
    case 'Expired/None':
      return doesNotPay('expired')
    case 'Expired/PaidPartial':
      return doesNotPay('underpaid', 'underpaid')
    case 'Expired/PaidLate':
      if (confirmed) return late('late')
      // Set at zero confirmations, and it stays when every payment was double-spent.
      return doesNotPay(payments.length > 0 ? 'confirming' : 'expired')
    case 'Invalid/Marked':
      if (granted === 'live') return result('invalid', { ledger: 'reversal', attention: ['marked_invalid'] })
      return result('invalid')
    case 'Invalid/None':
    case 'Invalid/PaidOver':
    case 'Invalid/PaidPartial':
    case 'Invalid/PaidLate':
      return confirmed ? late('confirmed_late') : doesNotPay('invalid')
    default:
      return doesNotPay('in_review', 'unknown_status')
  }
}

function isWhatWeAsked(invoice: Invoice, asked: Asked): boolean {
  return (
    invoice.id === asked.invoiceId &&
    invoice.storeId === asked.storeId &&
    invoice.type === 'Standard' &&
    invoice.currency === asked.currency &&
    compareMoney(invoice.amount, asked.amount) === 0
  )
}

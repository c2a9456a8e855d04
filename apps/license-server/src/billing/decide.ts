import type { CheckoutState } from '@autotele/shared'
import { isWhatWeAsked, type Asked, type Invoice, type Payment } from './invoice.ts'
import { compareMoney } from './money.ts'

/** Whether paid time stands in the ledger for this invoice: never, taken back, or now, counted `since` (Unix seconds). */
export type Granted = 'never' | 'reversed' | { readonly since: number }

export type LatePolicy = 'grant' | 'review'
/**
 * What people have said about an invoice: that it shall pay although it need not (`accepted`), that a late payment shall
 * not (`refused`), that it was paid back (`refunded`).
 */
export type Ruling = 'accepted' | 'refused' | 'refunded'
/** What a person should look at as long as the invoice stands as it does. */
export type StandingKind =
  | 'mismatch'
  | 'unknown_status'
  | 'underpaid'
  | 'late'
  | 'overpaid'
  | 'second_payment'
  | 'marked_invalid'
  | 'regressed'

export type Decision = {
  readonly state: CheckoutState
  /** What to append to the ledger. `correction`: the month stays, and counts from another instant than the one written. */
  readonly ledger: 'none' | 'grant' | 'reversal' | 'correction'
  /** Noted with the grant: how it came about when not the plain way. */
  readonly flags: readonly ('by_hand' | 'late' | 'confirmed_late' | 'accepted')[]
  /** Unix seconds; what orders the fold. */
  readonly paidAt: number
  /** For a person. */
  readonly attention: readonly StandingKind[]
}

const NO_RULINGS: ReadonlySet<Ruling> = new Set()

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
  rulings: ReadonlySet<Ruling> = NO_RULINGS,
): Decision {
  const { status, additionalStatus } = invoice
  const enough = compareMoney(invoice.paidAmount, invoice.amount) >= 0
  const final = payments.length > 0 && payments.every(payment => payment.status === 'Settled')
  const live = typeof granted === 'object'
  const paidAt = instantOfPayment()
  const result = (state: CheckoutState, over: Partial<Decision> = {}): Decision => ({
    state,
    ledger: 'none',
    flags: [],
    paidAt,
    attention: [],
    ...over,
  })
  /** The invoice pays; a grant that stands is not repeated, and follows the instant of payment when that has moved. */
  const pays = (...flags: Decision['flags']): Decision =>
    result('settled', {
      ledger: !live ? 'grant' : granted.since === paidAt ? 'none' : 'correction',
      flags,
      attention: surplus(invoice),
    })
  /** The invoice does not pay; paid time that stands is kept, because only a mark by hand takes it back. */
  const doesNotPay = (state: CheckoutState, ...attention: StandingKind[]): Decision =>
    live ? result('settled', { attention: [...attention, 'regressed'] }) : result(state, { attention })

  // The money went back: whatever BTCPay shows, and it goes on showing "settled", the time goes too. What is paid once more
  // is still somebody's.
  if (rulings.has('refunded')) {
    return result('invalid', { ledger: live ? 'reversal' : 'none', attention: surplus(invoice) })
  }
  if (!isWhatWeAsked(invoice, asked)) return doesNotPay('in_review', 'mismatch')

  // Granted, it stays so: one more unconfirmed payment changes nothing.
  const accepted = rulings.has('accepted') && (final || (live && payments.length > 0))
  /** Paid after its time: worth a month once every payment is final, for `paidAmount` counts unconfirmed ones too. */
  const late = (flag: 'late' | 'confirmed_late', otherwise: CheckoutState): Decision => {
    // What was granted stays while it is covered: one more unconfirmed payment changes nothing.
    if (live && payments.length > 0 && enough) return pays(flag)
    if (accepted) return pays(flag, 'accepted')
    if (!final || !enough) return doesNotPay(otherwise)
    if (rulings.has('refused')) return doesNotPay('invalid')
    return latePayments === 'grant' ? pays(flag) : doesNotPay('in_review', 'late')
  }

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
      return accepted ? pays('accepted') : doesNotPay('underpaid', 'underpaid')
    case 'Expired/PaidLate':
      // Set at zero confirmations, and it stays when every payment was double-spent.
      return late('late', payments.length > 0 ? 'confirming' : 'expired')
    case 'Invalid/Marked':
      return result('invalid', {
        ledger: live ? 'reversal' : 'none',
        attention: granted === 'never' ? [] : ['marked_invalid'],
      })
    case 'Invalid/None':
    case 'Invalid/PaidOver':
    case 'Invalid/PaidPartial':
    case 'Invalid/PaidLate':
      return late('confirmed_late', 'invalid')
    default:
      return doesNotPay('in_review', 'unknown_status')
  }

  /**
   * The earliest payment that BTCPay accounts for. An invoice accepted by hand counts from its creation until its
   * payments, all final, cover it: nothing shows when it was marked, and a few cents sent to it later must not move the
   * month.
   */
  function instantOfPayment(): number {
    const byHand = status === 'Settled' && additionalStatus === 'Marked'
    if (payments.length === 0 || (byHand && !(final && enough))) return invoice.createdTime
    return Math.min(...payments.map(payment => payment.receivedDate))
  }
}

/** More than was asked: at once, or by a payment to an invoice that was settled already, which stays `Settled/None`. */
function surplus({ status, additionalStatus, paidAmount, amount }: Invoice): StandingKind[] {
  if (compareMoney(paidAmount, amount) <= 0) return []
  return [status === 'Settled' && additionalStatus === 'None' ? 'second_payment' : 'overpaid']
}

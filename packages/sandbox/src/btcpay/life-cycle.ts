import type { AdditionalStatus, InvoiceStatus } from './model.ts'

/** What an invoice shows of itself. */
export type Standing = { readonly status: InvoiceStatus; readonly additionalStatus: AdditionalStatus }

/** How far payments cover what is due, tolerance included. */
export type Cover = 'under' | 'full' | 'over'

/** Everything the next standing depends on. Times are Unix seconds. */
export type Situation = {
  readonly now: number
  readonly expirationTime: number
  readonly monitoringExpiration: number
  /** By payments that count, confirmed or not. */
  readonly seen: Cover
  /** By payments with enough confirmations for the invoice's speed policy. */
  readonly confirmed: Cover
  readonly hasPayment: boolean
}

/** A change worth a webhook, with the fields that its payload adds to the common ones. */
export type LifeCycleEvent =
  | { readonly type: 'InvoiceProcessing'; readonly overPaid: boolean }
  | { readonly type: 'InvoiceExpired'; readonly partiallyPaid: boolean }
  | { readonly type: 'InvoiceSettled'; readonly manuallyMarked: boolean; readonly overPaid: boolean }
  | { readonly type: 'InvoiceInvalid'; readonly manuallyMarked: boolean }
  | { readonly type: 'InvoiceExpiredPaidPartial' }
  | { readonly type: 'InvoicePaidAfterExpiration' }

export type Evaluation = { readonly standing: Standing; readonly events: readonly LifeCycleEvent[] }

/**
 * One evaluation of an invoice, as BTCPay's InvoiceWatcher does it on creation, on each payment and each change of
 * a payment, one second after expiry and one second after the end of monitoring. Several steps can happen in one
 * pass (Lightning: New, Processing, Settled). Returning from Processing to New is silent, which is why nobody
 * should give anything for Processing.
 */
export function evaluate(before: Standing, situation: Situation): Evaluation {
  const { now, seen, confirmed, hasPayment } = situation
  const events: LifeCycleEvent[] = []
  let { status, additionalStatus } = before

  if (status === 'New' && situation.expirationTime <= now) {
    const partiallyPaid = additionalStatus === 'PaidPartial'
    status = 'Expired'
    events.push({ type: 'InvoiceExpired', partiallyPaid })
    if (partiallyPaid) events.push({ type: 'InvoiceExpiredPaidPartial' })
  }

  if (status === 'New' && seen !== 'under') {
    status = 'Processing'
    additionalStatus = seen === 'over' ? 'PaidOver' : 'None'
    events.push({ type: 'InvoiceProcessing', overPaid: seen === 'over' })
  } else if (status === 'Expired' && seen !== 'under' && additionalStatus !== 'PaidLate') {
    additionalStatus = 'PaidLate'
    events.push({ type: 'InvoicePaidAfterExpiration' })
  } else if ((status === 'New' || status === 'Expired') && seen === 'under' && hasPayment) {
    additionalStatus = 'PaidPartial'
  }

  if (status === 'Processing') {
    if (seen === 'under') {
      status = 'New'
      additionalStatus = hasPayment ? 'PaidPartial' : 'None'
    } else {
      additionalStatus = seen === 'over' ? 'PaidOver' : 'None'
    }
  }

  if (status === 'Processing') {
    if (confirmed !== 'under') {
      status = 'Settled'
      events.push({
        type: 'InvoiceSettled',
        manuallyMarked: false,
        overPaid: additionalStatus === 'PaidOver',
      })
    } else if (situation.monitoringExpiration < now) {
      status = 'Invalid'
      events.push({ type: 'InvoiceInvalid', manuallyMarked: false })
    }
  }

  return { standing: { status, additionalStatus }, events }
}

/** The statuses an operator may give by hand; an invoice settled by payments cannot be taken back. */
export function availableMarks({ status, additionalStatus }: Standing): readonly ('Settled' | 'Invalid')[] {
  switch (status) {
    case 'New':
    case 'Processing':
    case 'Expired':
      return ['Settled', 'Invalid']
    case 'Invalid':
      return ['Settled']
    case 'Settled':
      return additionalStatus === 'Marked' ? ['Invalid'] : []
  }
}

/** Marking by hand: undefined when BTCPay refuses it. What was known before (late, partial) is lost. */
export function mark(before: Standing, to: 'Settled' | 'Invalid'): Evaluation | undefined {
  if (!availableMarks(before).includes(to)) return undefined
  return {
    standing: { status: to, additionalStatus: 'Marked' },
    events: [
      to === 'Settled'
        ? { type: 'InvoiceSettled', manuallyMarked: true, overPaid: false }
        : { type: 'InvoiceInvalid', manuallyMarked: true },
    ],
  }
}

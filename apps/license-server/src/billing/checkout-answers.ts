import { ROUTES, type Action, type CheckoutState } from '@autotele/shared'

/** What the buyer can do now, if anything: pay, or begin again. */
export function actionFor(state: CheckoutState, checkoutUrl: string | null): Action | undefined {
  switch (state) {
    case 'awaiting_payment':
    case 'underpaid':
      return checkoutUrl ? { rel: 'pay', method: 'GET', href: checkoutUrl } : undefined
    case 'expired':
    case 'invalid':
      return { rel: 'new-checkout', method: 'POST', href: ROUTES.checkouts }
    case 'confirming':
    case 'settled':
    case 'in_review':
      return undefined
  }
}

/** One sentence for the buyer. */
export const MESSAGES: Readonly<Record<CheckoutState, { fr: string; en: string }>> = {
  awaiting_payment: { fr: 'En attente du paiement.', en: 'Waiting for the payment.' },
  confirming: {
    fr: 'Paiement reçu, en attente de confirmation.',
    en: 'Payment received, waiting for its confirmation.',
  },
  settled: { fr: 'Paiement confirmé.', en: 'Payment confirmed.' },
  underpaid: {
    fr: 'Le montant reçu est incomplet et le délai est passé. Une personne va s’en occuper.',
    en: 'The amount received is incomplete and the time is over. Someone will look at it.',
  },
  in_review: {
    fr: 'Une personne vérifie ce paiement. Rien n’est perdu.',
    en: 'Someone is looking at this payment. Nothing is lost.',
  },
  expired: {
    fr: 'Le délai de paiement est passé sans paiement.',
    en: 'The time to pay is over and no payment came.',
  },
  invalid: { fr: 'Ce paiement n’est pas valable.', en: 'This payment is not valid.' },
}

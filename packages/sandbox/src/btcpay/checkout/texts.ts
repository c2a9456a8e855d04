import type { Action } from './actions.ts'

export type Locale = 'fr' | 'en'

/** What the page says about an invoice: one entry per distinct situation. */
export type Situation =
  | 'new'
  | 'partial'
  | 'processing'
  | 'settled'
  | 'settledOver'
  | 'expired'
  | 'expiredPartial'
  | 'late'
  | 'lateConfirmed'
  | 'lateLost'
  | 'invalid'

export type Texts = {
  readonly money: string
  readonly moneyHint: string
  readonly situations: Readonly<Record<Situation, { readonly title: string; readonly text: string }>>
  readonly actions: Readonly<Record<Action, string>>
  readonly payRest: string
  readonly inBitcoin: (amount: string) => string
  readonly stillDue: (amount: string) => string
  readonly received: (amount: string) => string
  readonly left: (seconds: number) => string
  readonly address: string
  readonly addressHint: string
  readonly others: string
  readonly seller: string
  readonly back: string
  readonly backHint: string
  readonly closeHint: string
  readonly footer: string
  readonly unknownTitle: string
  readonly unknownText: string
}

const fr: Texts = {
  money: 'Argent fictif',
  moneyHint: 'Serveur de paiement local, pour essayer',
  situations: {
    new: { title: 'En attente du paiement', text: 'Un clic suffit : rien n’est débité nulle part.' },
    partial: {
      title: 'Paiement incomplet',
      text: 'Une partie est arrivée. Le reste est attendu avant l’échéance.',
    },
    processing: { title: 'Paiement reçu', text: 'La transaction attend sa confirmation.' },
    settled: { title: 'Paiement confirmé', text: 'Merci. L’abonnement s’active tout seul.' },
    settledOver: {
      title: 'Paiement confirmé',
      text: 'Merci. Vous avez payé plus que demandé : le surplus est noté chez le vendeur.',
    },
    expired: { title: 'Facture expirée', text: 'Le délai est passé et rien n’a été payé.' },
    expiredPartial: {
      title: 'Facture expirée',
      text: 'Le délai est passé et une partie seulement a été payée.',
    },
    late: {
      title: 'Payé en retard',
      text: 'Le paiement est arrivé après l’échéance et attend sa confirmation.',
    },
    lateConfirmed: {
      title: 'Payé en retard',
      text: 'Le paiement est confirmé, mais après l’échéance : le vendeur décide de la suite.',
    },
    lateLost: {
      title: 'Paiement retiré',
      text: 'Un paiement était arrivé après l’échéance, puis son auteur l’a remplacé. Rien n’a été payé.',
    },
    invalid: { title: 'Paiement refusé', text: 'La transaction n’a pas été confirmée à temps.' },
  },
  actions: {
    'pay-full': 'Payer en entier',
    'pay-lightning': 'Payer par Lightning',
    'pay-partial': 'Payer une partie',
    'pay-over': 'Payer trop',
    'pay-late': 'Payer en retard',
    expire: 'Laisser expirer',
    confirm: 'Confirmer la transaction',
    'double-spend': 'Double dépense',
    'pay-again': 'Payer une seconde fois',
    'give-up': 'Abandonner l’attente',
    'mark-settled': 'Marquer réglée',
    'mark-invalid': 'Marquer invalide',
    refund: 'Rembourser',
  },
  payRest: 'Payer le reste',
  inBitcoin: amount => `${amount} BTC`,
  stillDue: amount => `Reste à payer : ${amount} BTC`,
  received: amount => `Reçu : ${amount}`,
  left: seconds =>
    seconds >= 120
      ? `Encore ${Math.ceil(seconds / 60)} minutes pour payer`
      : `Encore ${seconds} s pour payer`,
  address: 'Adresse bitcoin de test',
  addressHint: 'Adresse locale sans valeur : n’y envoyez pas de vrais bitcoins.',
  others: 'Essayer une autre situation',
  seller: 'À la place du vendeur',
  back: 'Revenir à AutoTele',
  backHint: 'L’application est déjà au courant : il n’y a rien d’autre à faire.',
  closeHint: 'Vous pouvez fermer cette page.',
  footer: 'BTCPay local, réservé aux essais. Aucun bitcoin ne circule.',
  unknownTitle: 'Facture introuvable',
  unknownText: 'Ce serveur de paiement local ne connaît pas cette facture.',
}

const en: Texts = {
  money: 'Play money',
  moneyHint: 'Local payment server, for trying things out',
  situations: {
    new: { title: 'Waiting for payment', text: 'One click is enough: nothing is charged anywhere.' },
    partial: { title: 'Partly paid', text: 'Some of it has arrived. The rest is due before the deadline.' },
    processing: { title: 'Payment received', text: 'The transaction is waiting for its confirmation.' },
    settled: { title: 'Payment confirmed', text: 'Thank you. The subscription activates by itself.' },
    settledOver: {
      title: 'Payment confirmed',
      text: 'Thank you. You paid more than was asked: the seller has a note of the surplus.',
    },
    expired: { title: 'Invoice expired', text: 'Time ran out and nothing was paid.' },
    expiredPartial: { title: 'Invoice expired', text: 'Time ran out and only a part was paid.' },
    late: { title: 'Paid late', text: 'The payment came after the deadline and waits for its confirmation.' },
    lateConfirmed: {
      title: 'Paid late',
      text: 'The payment is confirmed, but came after the deadline: the seller decides what follows.',
    },
    lateLost: {
      title: 'Payment withdrawn',
      text: 'A payment came after the deadline, then its sender replaced it. Nothing was paid.',
    },
    invalid: { title: 'Payment rejected', text: 'The transaction was not confirmed in time.' },
  },
  actions: {
    'pay-full': 'Pay in full',
    'pay-lightning': 'Pay with Lightning',
    'pay-partial': 'Pay a part',
    'pay-over': 'Pay too much',
    'pay-late': 'Pay late',
    expire: 'Let it expire',
    confirm: 'Confirm the transaction',
    'double-spend': 'Double-spend',
    'pay-again': 'Pay a second time',
    'give-up': 'Stop waiting for it',
    'mark-settled': 'Mark as settled',
    'mark-invalid': 'Mark as invalid',
    refund: 'Refund',
  },
  payRest: 'Pay the rest',
  inBitcoin: amount => `${amount} BTC`,
  stillDue: amount => `Still due: ${amount} BTC`,
  received: amount => `Received: ${amount}`,
  left: seconds =>
    seconds >= 120 ? `${Math.ceil(seconds / 60)} minutes left to pay` : `${seconds} s left to pay`,
  address: 'Test bitcoin address',
  addressHint: 'A local address without value: do not send real bitcoin to it.',
  others: 'Try another situation',
  seller: 'In the seller’s place',
  back: 'Back to AutoTele',
  backHint: 'The app already knows: there is nothing else to do.',
  closeHint: 'You can close this page.',
  footer: 'Local BTCPay, for trying only. No bitcoin moves.',
  unknownTitle: 'Invoice not found',
  unknownText: 'This local payment server does not know this invoice.',
}

const texts: Readonly<Record<Locale, Texts>> = { fr, en }

export function textsIn(locale: Locale): Texts {
  return texts[locale]
}

/** The invoice's own language if it names one that the page speaks, else the browser's, else French. */
export function chooseLocale(invoiceLanguage: string | null, acceptLanguage: string | undefined): Locale {
  const wanted = [invoiceLanguage ?? '', ...browserLanguages(acceptLanguage ?? '')]
  const found = wanted.map(tag => tag.toLowerCase().split('-')[0]).find(tag => tag === 'fr' || tag === 'en')
  return found === 'en' ? 'en' : 'fr'
}

/** Language tags by falling weight (RFC 9110, section 12.5.4). */
function browserLanguages(header: string): string[] {
  return header
    .split(',')
    .map(part => {
      const [tag = '', weight] = part.trim().split(/;\s*q=/)
      return { tag, weight: Number(weight ?? 1) }
    })
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
}

import { z } from 'zod'
import type { AttentionKind } from './attention-items.ts'

/**
 * What accepting an item does: `grant` a month, `reverse` the month that this invoice brought, `suspend` the licence.
 * `give_back` and `note` only record that a person has seen to it: money moves in BTCPay, never from here.
 */
export type AttentionAction = 'grant' | 'reverse' | 'suspend' | 'give_back' | 'note'

const actions: Readonly<Record<AttentionKind, AttentionAction>> = {
  underpaid: 'grant',
  late: 'grant',
  twin: 'grant',
  refund: 'reverse',
  marked_invalid: 'suspend',
  overpaid: 'give_back',
  second_payment: 'give_back',
  foreign: 'give_back',
  mismatch: 'note',
  unknown_status: 'note',
  regressed: 'note',
  forgotten: 'note',
}
export const ACTIONS: Readonly<Record<string, AttentionAction>> = actions

export type Text = { readonly fr: string; readonly en: string }
export type Explanation = { readonly happened: Text; readonly accept: Text; readonly refuse: Text }

const detailSchema = z
  .object({ amount: z.string(), paidAmount: z.string(), currency: z.string() })
  .partial()
  .catch({})

const GRANT: Text = { fr: 'donner le mois quand même.', en: 'give the month all the same.' }
const NO_MONTH: Text = {
  fr: 'ne pas donner de mois ; rendre l’argent dans BTCPay.',
  en: 'give no month; pay the money back in BTCPay.',
}
const SEEN: Text = { fr: 'noter que c’est vu.', en: 'note that it has been seen.' }
const LEFT: Text = { fr: 'laisser tel quel.', en: 'leave it as it is.' }
const GIVEN_BACK: Text = {
  fr: 'noter que la somme a été rendue dans BTCPay (facture, « Issue refund »).',
  en: 'note that the sum was paid back in BTCPay (invoice, “Issue refund”).',
}
const KEPT: Text = { fr: 'noter que rien n’est à rendre.', en: 'note that nothing is to be paid back.' }

const TAGS = { fr: 'fr-FR', en: 'en-GB' } as const

/**
 * An amount as each language writes it: `29,99 EUR`, `29.99 EUR`. From the decimal string itself, which `Intl` formats
 * digit for digit; what is no number stands as it came.
 */
function money(amount: string, currency: string): Text {
  const write = (tag: string): string => {
    const number = /^\d+(?:\.\d+)?$/.test(amount)
      ? new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 20 }).format(
          amount as `${number}`,
        )
      : amount
    return currency === '' ? number : `${number}\u00a0${currency}`
  }
  return { fr: write(TAGS.fr), en: write(TAGS.en) }
}

/** The sentences for an item. Amounts are those BTCPay showed when it was found. */
export function explain(kind: string, detail: unknown): Explanation {
  const { amount = '?', paidAmount = '?', currency = '' } = detailSchema.parse(detail)
  const paid = money(paidAmount, currency)
  const asked = money(amount, currency)
  const texts: Readonly<Record<AttentionKind, Explanation>> = {
    underpaid: {
      happened: {
        fr: `Facture expirée, payée en partie : ${paid.fr} sur ${asked.fr}.`,
        en: `The invoice expired partly paid: ${paid.en} of ${asked.en}.`,
      },
      accept: GRANT,
      refuse: NO_MONTH,
    },
    late: {
      happened: {
        fr: `${paid.fr} reçus et confirmés, mais après l’échéance de la facture.`,
        en: `${paid.en} was received and confirmed, but after the invoice’s deadline.`,
      },
      accept: GRANT,
      refuse: NO_MONTH,
    },
    twin: {
      happened: {
        fr: `BTCPay a fait deux factures pour une commande ; celle que nous ne connaissions pas a reçu ${paid.fr}.`,
        en: `BTCPay made two invoices for one order; the one we did not know of received ${paid.en}.`,
      },
      accept: GRANT,
      refuse: NO_MONTH,
    },
    refund: {
      happened: {
        fr: 'Un remboursement a été promis dans BTCPay. Le mois payé compte toujours.',
        en: 'A refund was promised in BTCPay. The month it paid still counts.',
      },
      accept: { fr: 'reprendre ce mois.', en: 'take that month back.' },
      refuse: { fr: 'laisser le mois.', en: 'let the month stand.' },
    },
    marked_invalid: {
      happened: {
        fr: 'La facture a été marquée invalide dans BTCPay après avoir donné un mois ; ce mois a été repris.',
        en: 'The invoice was marked invalid in BTCPay after it had given a month; that month was taken back.',
      },
      accept: { fr: 'suspendre la licence.', en: 'suspend the licence.' },
      refuse: { fr: 'ne pas suspendre la licence.', en: 'do not suspend the licence.' },
    },
    overpaid: {
      happened: {
        fr: `${paid.fr} reçus pour ${asked.fr} : le mois est donné, le surplus ne donne rien.`,
        en: `${paid.en} was received for ${asked.en}: the month is given, the surplus brings nothing.`,
      },
      accept: GIVEN_BACK,
      refuse: KEPT,
    },
    second_payment: {
      happened: {
        fr: `Une facture déjà réglée a été payée encore : ${paid.fr} en tout pour ${asked.fr}. Un seul mois est donné.`,
        en: `An invoice already settled was paid again: ${paid.en} in all for ${asked.en}. One month is given.`,
      },
      accept: GIVEN_BACK,
      refuse: KEPT,
    },
    foreign: {
      happened: {
        fr: `Une facture que nous n’avons pas faite a reçu ${paid.fr} dans notre magasin. Elle ne donne rien.`,
        en: `An invoice that we did not make received ${paid.en} in our store. It brings nothing.`,
      },
      accept: GIVEN_BACK,
      refuse: KEPT,
    },
    mismatch: {
      happened: {
        fr: `Notre facture n’est plus celle demandée (magasin, type, devise ou montant : ${asked.fr}). Aucun mois.`,
        en: `Our invoice is not what we asked for (store, type, currency or amount: ${asked.en}). No month.`,
      },
      accept: SEEN,
      refuse: LEFT,
    },
    unknown_status: {
      happened: {
        fr: 'BTCPay montre un état que ce serveur ne connaît pas. Aucun mois ; marquez la facture « Settled » pour le donner.',
        en: 'BTCPay shows a state that this server does not know. No month; mark the invoice “Settled” to give it.',
      },
      accept: SEEN,
      refuse: LEFT,
    },
    regressed: {
      happened: {
        fr: 'Une facture qui a donné un mois n’apparaît plus payée. Le mois est gardé.',
        en: 'An invoice that gave a month is no longer shown as paid. The month is kept.',
      },
      accept: SEEN,
      refuse: LEFT,
    },
    forgotten: {
      happened: {
        fr: 'BTCPay ne connaît plus une facture qui a donné un mois (sauvegarde restaurée ?). Le mois est gardé.',
        en: 'BTCPay no longer knows an invoice that gave a month (a restored backup?). The month is kept.',
      },
      accept: SEEN,
      refuse: LEFT,
    },
  }
  const unknown: Explanation = { happened: { fr: kind, en: kind }, accept: SEEN, refuse: LEFT }
  return Object.hasOwn(texts, kind) ? texts[kind as AttentionKind] : unknown
}

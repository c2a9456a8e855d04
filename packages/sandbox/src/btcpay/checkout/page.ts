import { bitcoin } from '../money.ts'
import type { Invoice } from '../model.ts'
import { dueSats, paidAmount, paidSats, remainingSats, waiting } from '../totals.ts'
import { offeredActions, sellerActions, type Action } from './actions.ts'
import { css } from './styles.ts'
import { chooseLocale, textsIn, type Locale, type Situation, type Texts } from './texts.ts'

type Tone = 'wait' | 'work' | 'good' | 'bad'

const tones: Readonly<Record<Situation, Tone>> = {
  new: 'wait',
  partial: 'wait',
  processing: 'work',
  settled: 'good',
  settledOver: 'good',
  expired: 'bad',
  expiredPartial: 'bad',
  late: 'wait',
  lateConfirmed: 'wait',
  lateLost: 'bad',
  invalid: 'bad',
}

const icons: Readonly<Record<Tone, string>> = {
  wait: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
  work: '<path d="M21 12a9 9 0 1 1-6.2-8.56"/><path d="m8.5 12 2.5 2.5 5-5"/>',
  good: '<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.8 2.7L16 9.5"/>',
  bad: '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.4v.1"/>',
}

const mark =
  '<svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M12 1.5 22 7v10l-10 5.5L2 17V7Z" opacity=".2"/><path d="m12 6 5.5 11h-2.9l-.9-2h-3.4l-.9 2H6.500Zm0 4.700-.9 2.300h1.800Z"/></svg>'

const promptActions: readonly Action[] = ['pay-full', 'pay-lightning', 'confirm']

/** The checkout page of one invoice at `now` (milliseconds), in the language that suits invoice and browser. */
export function checkoutPage(invoice: Invoice, now: number, acceptLanguage: string | undefined): string {
  const locale = chooseLocale(invoice.checkout.defaultLanguage, acceptLanguage)
  const texts = textsIn(locale)
  const situation = situationOf(invoice)
  const { title, text } = texts.situations[situation]
  const tone = tones[situation]
  const settled = tone === 'good'
  const offered = offeredActions(invoice, now)
  return frame(locale, `${title} · AutoTele`, refreshOf(invoice), [
    `<div class="state ${tone}" role="status" data-status="${invoice.status}" data-additional-status="${invoice.additionalStatus}">`,
    icon(tone),
    `<div><h1>${escape(title)}</h1><p>${escape(text)}</p></div></div>`,
    price(invoice, locale, texts),
    invoice.status === 'New' ? countdown(invoice, now, texts) : '',
    invoice.status === 'New' ? address(invoice, texts) : '',
    settled ? farewell(invoice, texts) : '',
    buttons(invoice, offered, texts),
  ])
}

/** What the page says when the invoice is not there. */
export function unknownInvoicePage(acceptLanguage: string | undefined): string {
  const locale = chooseLocale(null, acceptLanguage)
  const { unknownTitle, unknownText } = textsIn(locale)
  return frame(locale, unknownTitle, '', [
    `<div class="state bad">${icon('bad')}<div><h1>${unknownTitle}</h1><p>${unknownText}</p></div></div>`,
  ])
}

function situationOf(invoice: Invoice): Situation {
  const { status, additionalStatus } = invoice
  switch (status) {
    case 'New':
      return additionalStatus === 'PaidPartial' ? 'partial' : 'new'
    case 'Processing':
      return 'processing'
    case 'Settled':
      return additionalStatus === 'PaidOver' ? 'settledOver' : 'settled'
    case 'Expired':
      if (additionalStatus === 'PaidLate') {
        if (paidSats(invoice).seen === 0) return 'lateLost'
        return waiting(invoice).length > 0 ? 'late' : 'lateConfirmed'
      }
      return additionalStatus === 'PaidPartial' ? 'expiredPartial' : 'expired'
    case 'Invalid':
      return 'invalid'
  }
}

/** The page follows the invoice without a script; a settled one follows the redirect it was made with, as BTCPay does after 5 s. */
function refreshOf(invoice: Invoice): string {
  const back = backLink(invoice)
  if (invoice.status === 'Settled')
    return invoice.checkout.redirectAutomatically && back !== undefined ? `5;url=${back}` : ''
  return invoice.status === 'New' || waiting(invoice).length > 0 ? '2' : ''
}

function price(invoice: Invoice, locale: Locale, texts: Texts): string {
  const format = (amount: string) =>
    new Intl.NumberFormat(locale, { style: 'currency', currency: invoice.currency }).format(Number(amount))
  const decimal = (sats: number) => bitcoin(sats).replace('.', locale === 'fr' ? ',' : '.')
  const what = invoice.metadata['itemDesc']
  const partly = invoice.payments.length > 0 && remainingSats(invoice) > 0 && paidSats(invoice).seen > 0
  return [
    '<div class="price">',
    typeof what === 'string' ? `<p class="what">${escape(what)}</p>` : '',
    `<p class="amount">${escape(format(invoice.amount ?? '0'))}</p>`,
    `<p class="exact">${escape(texts.inBitcoin(decimal(dueSats(invoice))))}</p>`,
    partly
      ? `<p class="due">${escape(texts.received(format(paidAmount(invoice))))}<br>${escape(texts.stillDue(decimal(remainingSats(invoice))))}</p>`
      : '',
    '</div>',
  ].join('')
}

function countdown(invoice: Invoice, now: number, texts: Texts): string {
  const whole = Math.max(1, invoice.expirationTime - invoice.createdTime)
  const left = Math.max(0, Math.floor(invoice.expirationTime - now / 1000))
  const label = escape(texts.left(left))
  return `<div class="time"><progress max="${whole}" value="${left}" aria-label="${label}"></progress><p>${label}</p></div>`
}

function address(invoice: Invoice, texts: Texts): string {
  return `<section class="address"><h2>${escape(texts.address)}</h2><code>${invoice.address}</code><p>${escape(texts.addressHint)}</p></section>`
}

function buttons(invoice: Invoice, offered: readonly Action[], texts: Texts): string {
  if (offered.length === 0) return ''
  const button = (action: Action, primary: boolean) => {
    const rest = action === 'pay-full' && invoice.additionalStatus === 'PaidPartial'
    return `<button name="action" value="${action}" data-action="${action}"${primary ? ' class="main"' : ''}>${escape(rest ? texts.payRest : texts.actions[action])}</button>`
  }
  const main = promptActions.filter(action => offered.includes(action))
  const group = (title: string, actions: readonly Action[]) =>
    actions.length === 0
      ? ''
      : `<div class="others"><h2>${escape(title)}</h2><div>${actions.map(action => button(action, false)).join('')}</div></div>`
  const others = offered.filter(action => !main.includes(action) && !sellerActions.includes(action))
  return [
    `<form method="post" action="/i/${invoice.id}">`,
    ...main.map((action, index) => button(action, index === 0)),
    group(texts.others, others),
    group(
      texts.seller,
      offered.filter(action => sellerActions.includes(action)),
    ),
    '</form>',
  ].join('')
}

function farewell(invoice: Invoice, texts: Texts): string {
  const back = backLink(invoice)
  const link = back === undefined ? '' : `<a class="back" href="${escape(back)}">${escape(texts.back)}</a>`
  return `<div class="done"><p>${escape(texts.backHint)}<br>${escape(texts.closeHint)}</p>${link}</div>`
}

/** The redirect URL with BTCPay's placeholders filled in. */
function backLink({ id, status, metadata, checkout: { redirectURL } }: Invoice): string | undefined {
  const orderId = metadata['orderId']
  return redirectURL
    ?.replaceAll('{InvoiceId}', encodeURIComponent(id))
    .replaceAll('{OrderId}', encodeURIComponent(typeof orderId === 'string' ? orderId : ''))
    .replaceAll('{Status}', status)
}

function frame(locale: Locale, title: string, refresh: string, content: readonly string[]): string {
  const texts = textsIn(locale)
  return [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">',
    refresh ? `<meta http-equiv="refresh" content="${escape(refresh)}">` : '',
    `<title>${escape(title)}</title><style>${css}</style></head><body><div class="page">`,
    `<header><span class="brand">${mark}AutoTele</span><span class="chip" title="${escape(texts.moneyHint)}">${escape(texts.money)}</span></header>`,
    `<main>${content.join('')}</main>`,
    `<footer>${escape(texts.footer)}</footer></div></body></html>`,
  ].join('')
}

function icon(tone: Tone): string {
  return `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${icons[tone]}</svg>`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

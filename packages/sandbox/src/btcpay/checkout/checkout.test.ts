import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BtcpaySandbox } from '../index.ts'
import { call, createInvoice, standing, startForTest, startReceiver } from '../test-kit.ts'
import { chooseLocale } from './texts.ts'

describe('the page', () => {
  it('loads nothing, runs nothing, and its policy allows exactly its own stylesheet', async () => {
    const btcpay = await startForTest()
    const { headers, html } = await open(btcpay, await createInvoice(btcpay))
    const [, css = ''] = /<style>([^]*)<\/style>/.exec(html) ?? []
    const hash = createHash('sha256').update(css).digest('base64')
    expect(headers.get('Content-Security-Policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    )
    expect(html).not.toMatch(/<script|<link|<img|url\(|@import| style=| on\w+=/)
  })

  it('shows the price, the time left, and an address that takes no real money', async () => {
    const btcpay = await startForTest({ now: () => 1_800_000_000_000 })
    const id = await createInvoice(btcpay, { metadata: { itemDesc: 'Un mois <b>& plus</b>' } })
    const { html } = await open(btcpay, id)
    expect(html).toContain('29,99\u00a0€')
    expect(html).toContain('0,00032422 BTC')
    expect(html).toContain('Un mois &#60;b&#62;&#38; plus&#60;/b&#62;')
    expect(html).toContain('Encore 15 minutes pour payer')
    expect(html).toMatch(/<code>bcrt1q[a-z0-9]{38}<\/code>/)
    expect(html).toContain('n’y envoyez pas de vrais bitcoins')
  })

  it('speaks the language of the invoice, else of the browser, else French', async () => {
    expect(chooseLocale('en', 'fr-FR')).toBe('en')
    expect(chooseLocale(null, 'de, en-GB;q=0.5, fr;q=0.4')).toBe('en')
    expect(chooseLocale(null, 'en;q=0.1,fr;q=0.9')).toBe('fr')
    expect(chooseLocale('it-IT', undefined)).toBe('fr')
    const btcpay = await startForTest()
    const { html } = await open(btcpay, await createInvoice(btcpay), 'en')
    expect(html).toContain('<html lang="en">')
    expect(html).toContain('>Pay in full</button>')
  })

  it('says 404 for an invoice that is not there', async () => {
    const btcpay = await startForTest()
    const response = await fetch(`${btcpay.url}/i/nope`)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('Facture introuvable')
  })
})

describe('the buttons', () => {
  it.each([
    ['pay-full', 'Payer en entier', 'Processing/None', 'Paiement reçu'],
    ['pay-partial', 'Payer une partie', 'New/PaidPartial', 'Paiement incomplet'],
    ['pay-over', 'Payer trop', 'Processing/PaidOver', 'Paiement reçu'],
    ['pay-late', 'Payer en retard', 'Expired/PaidLate', 'Payé en retard'],
    ['expire', 'Laisser expirer', 'Expired/None', 'Facture expirée'],
    ['pay-lightning', 'Payer par Lightning', 'Settled/None', 'Paiement confirmé'],
    ['double-spend', 'Double dépense', 'New/None', 'En attente du paiement'],
    ['mark-settled', 'Marquer réglée', 'Settled/Marked', 'Paiement confirmé'],
    ['mark-invalid', 'Marquer invalide', 'Invalid/Marked', 'Paiement refusé'],
  ])('%s, « %s », leads to %s and says so', async (action, name, result, title) => {
    const btcpay = await startForTest({ autoConfirmMs: 0 })
    const id = await createInvoice(btcpay)
    expect(buttonsOf((await open(btcpay, id)).html)).toContainEqual([action, name])
    const { status, location } = await click(btcpay, id, action)
    expect([status, location]).toEqual([303, `/i/${id}`])
    expect(standing(btcpay, id)).toBe(result)
    expect((await open(btcpay, id)).html).toContain(`<h1>${title}</h1>`)
  })

  it('confirm ends what pay-full began, and the page leads back', async () => {
    const btcpay = await startForTest({ autoConfirmMs: 0 })
    const id = await createInvoice(btcpay, {
      metadata: { orderId: 'a b' },
      checkout: { redirectURL: 'https://app.example/return?order={OrderId}&i={InvoiceId}&s={Status}' },
    })
    await click(btcpay, id, 'pay-full')
    expect(buttonsOf((await open(btcpay, id)).html).map(([action]) => action)).toEqual([
      'confirm',
      'double-spend',
      'give-up',
      'mark-settled',
      'mark-invalid',
    ])
    await click(btcpay, id, 'confirm')
    const { html } = await open(btcpay, id)
    expect(standing(btcpay, id)).toBe('Settled/None')
    expect(html).toContain(`href="https://app.example/return?order=a%20b&#38;i=${id}&#38;s=Settled"`)
    expect(html).toContain('Revenir à AutoTele')
    expect(html).not.toContain('http-equiv="refresh"')
  })

  it('a payment that BTCPay gave up on is rejected, and its late confirmation can be played', async () => {
    const btcpay = await startForTest({ autoConfirmMs: 0 })
    const id = await createInvoice(btcpay)
    await click(btcpay, id, 'pay-full')
    await click(btcpay, id, 'give-up')
    expect(standing(btcpay, id)).toBe('Invalid/None')
    await click(btcpay, id, 'confirm')
    expect(standing(btcpay, id)).toBe('Invalid/None')
  })

  it('a settled invoice can be paid a second time, and refunded', async () => {
    const btcpay = await startForTest({ autoConfirmMs: 0 })
    const id = await createInvoice(btcpay)
    await click(btcpay, id, 'pay-lightning')
    await click(btcpay, id, 'pay-again')
    await click(btcpay, id, 'pay-again')
    await click(btcpay, id, 'confirm')
    expect([standing(btcpay, id), btcpay.invoices.get(id)?.paidAmount]).toEqual(['Settled/None', '59.98'])
    await click(btcpay, id, 'refund')
    const key = btcpay.createApiKey([`btcpay.store.canmanagepullpayments:${btcpay.storeId}`])
    const path = `/api/v1/stores/${btcpay.storeId}/pull-payments`
    expect((await call(btcpay, 'GET', path, { key })).body).toMatchObject([{ name: `Refund ${id}` }])
    expect((await call(btcpay, 'GET', path)).status).toBe(403)
  })

  it('a late payment that was taken back is not shown as paid', async () => {
    const btcpay = await startForTest({ autoConfirmMs: 0 })
    const id = await createInvoice(btcpay)
    await click(btcpay, id, 'pay-late')
    await click(btcpay, id, 'double-spend')
    expect(standing(btcpay, id)).toBe('Expired/PaidLate')
    expect((await open(btcpay, id)).html).toContain('<h1>Paiement retiré</h1>')
  })

  it('one click is enough: the payment confirms by itself', async () => {
    const btcpay = await startForTest({ autoConfirmMs: 20 })
    const id = await createInvoice(btcpay)
    await click(btcpay, id, 'pay-full')
    await expect.poll(() => standing(btcpay, id), { timeout: 4_000 }).toBe('Settled/None')
  })

  it('a double spend lets the payment be seen, then takes it away without a word', async () => {
    let now = 1_800_000_000_000
    const receiver = await startReceiver()
    const btcpay = await startForTest({ autoConfirmMs: 2_000, now: () => now })
    await btcpay.setWebhook({ url: receiver.url })
    const id = await createInvoice(btcpay)
    await click(btcpay, id, 'double-spend')
    expect(standing(btcpay, id)).toBe('Processing/None')
    now += 2_000
    btcpay.tick()
    expect(standing(btcpay, id)).toBe('New/None')
    await btcpay.settled()
    expect(receiver.types()).toEqual(['InvoiceCreated', 'InvoiceReceivedPayment', 'InvoiceProcessing'])
  })

  it('a second click of the same button pays nothing twice, and an unknown one does nothing', async () => {
    const btcpay = await startForTest({ autoConfirmMs: 0 })
    const id = await createInvoice(btcpay)
    await click(btcpay, id, 'rob')
    expect(standing(btcpay, id)).toBe('New/None')
    await click(btcpay, id, 'pay-full')
    await click(btcpay, id, 'pay-full')
    expect(btcpay.invoices.get(id)?.paidAmount).toBe('29.99')
  })

  it('another site cannot press them', async () => {
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay)
    const { status } = await click(btcpay, id, 'pay-full', { 'Sec-Fetch-Site': 'cross-site' })
    expect(status).toBe(403)
    expect(standing(btcpay, id)).toBe('New/None')
  })
})

async function open(btcpay: BtcpaySandbox, id: string, language = 'fr') {
  const response = await fetch(`${btcpay.url}/i/${id}`, { headers: { 'Accept-Language': language } })
  return { headers: response.headers, html: await response.text() }
}

async function click(
  btcpay: BtcpaySandbox,
  id: string,
  action: string,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${btcpay.url}/i/${id}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ action }),
    redirect: 'manual',
  })
  return { status: response.status, location: response.headers.get('Location') }
}

function buttonsOf(html: string): string[][] {
  return [...html.matchAll(/<button name="action" value="([^"]+)" data-action="\1"[^>]*>([^<]+)</g)].map(
    ([, action = '', name = '']) => [action, name],
  )
}

import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { button, goTo, setUp } from './support/app.ts'
import { setStage } from './support/stage.ts'

const stage = setStage(({ app, product }) => setUp(app, product.telegram.accounts[1]!))

/** Buys as a person does: the button, then the link to the payment page, which opens in a tab of its own. */
async function openCheckout(): Promise<Page> {
  const { page, context } = stage.app
  await goTo(stage.app, 'Licence')
  await button(page, 'Acheter un mois').click()
  const link = page.getByRole('link', { name: /Ouvrir la page de paiement/ })
  await link.waitFor()
  const [checkout] = await Promise.all([context.waitForEvent('page'), link.click()])
  await checkout.waitForLoadState()
  return checkout
}

const webhook = () => `${stage.product.licenseServer.url}/webhooks/btcpay`

describe('a month in bitcoin', () => {
  test('paid on the checkout page, the app shows the new date without a reload', async () => {
    const { page } = stage.app
    const checkout = await openCheckout()
    await checkout.getByRole('button', { name: 'Payer en entier' }).click()
    await page
      .getByText(/Valable jusqu’au \d/)
      .first()
      .waitFor({ timeout: 60_000 })
    await page.getByText('Clé de licence').first().waitFor()
    expect(checkout.url()).toContain(stage.product.btcpay.url)
    await checkout.close()
  })

  test('the webhook that brought it, sent five times more, grants nothing more', async () => {
    await stage.product.btcpay.settled()
    const paid = stage.product.btcpay.deliveries
      .list()
      .findLast(delivery => delivery.type === 'InvoiceSettled')!
    const before = await validUntil()
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() =>
        fetch(webhook(), {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'btcpay-sig': paid.signature },
          body: paid.bytes.toString(),
        }),
      ),
    )
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 200, 200])
    await button(stage.app.page, 'Vérifier la licence').click()
    await stage.app.page.getByText('Licence vérifiée').first().waitFor()
    expect(await validUntil()).toBe(before)
  })

  test('a forged body and a compacted one are refused with 401', async () => {
    const paid = stage.product.btcpay.deliveries.list().at(-1)!
    const body = paid.bytes.toString()
    const post = (text: string, signature: string) =>
      fetch(webhook(), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'btcpay-sig': signature },
        body: text,
      })
    const compacted = JSON.stringify(JSON.parse(body))
    expect(compacted).not.toBe(body)
    expect((await post(compacted, paid.signature)).status).toBe(401)
    expect((await post(body.replace('Invoice', 'invoice'), paid.signature)).status).toBe(401)
    expect((await post(body, `sha256=${'0'.repeat(64)}`)).status).toBe(401)
  })

  test('paid in part, then nothing: the app says what is missing, and no time is given', async () => {
    const { page } = stage.app
    const before = await validUntil()
    const checkout = await openCheckout()
    await checkout.getByRole('button', { name: 'Payer une partie' }).click()
    await checkout.getByRole('button', { name: 'Laisser expirer' }).click()
    await page.getByText('Paiement incomplet').first().waitFor({ timeout: 60_000 })
    await checkout.close()
    expect(await validUntil()).toBe(before)
  })
})

/** The date in the licence's headline. */
async function validUntil(): Promise<string> {
  await goTo(stage.app, 'Licence')
  return (
    (await stage.app.page
      .getByText(/Valable jusqu’au \d/)
      .first()
      .textContent()) ?? ''
  )
}

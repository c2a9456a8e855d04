import { randomUUID } from 'node:crypto'
import { createAuthenticator, createTestDevice, someDevice } from '@autotele/license-server/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { RunningProduct } from './running-product.ts'

export const ADMIN_PASSWORD = 'quatre mots sans aucun rapport'

/** The console of the administrators in a browser of its own, in French, in Paris. */
export type Console = {
  readonly page: Page
  readonly context: BrowserContext
  /** Everything the browser complained about: errors, and violations of the content security policy. */
  readonly complaints: string[]
  /** The next one-time code of whoever enrolled last. */
  code(): Promise<string>
}

export async function openConsole(browser: Browser): Promise<Console> {
  const context = await browser.newContext({
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 860 },
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => {
    // A refused code is an answer with 4xx, which browsers note as well.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status of 4'))
      complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  return { page, context, complaints, code: () => Promise.reject(new Error('nobody has enrolled')) }
}

/** Follows an enrolment link to the end, with the keyboard alone; ends on the sign-in. */
export async function enrol(console: Console, link: string): Promise<Console> {
  const { page } = console
  await page.goto(link)
  const secret = await page.getByRole('group', { name: 'Ou tapez cette clé' }).getByRole('code').textContent()
  const { code } = createAuthenticator(secret ?? '')
  await page.getByLabel('Nouveau mot de passe').focus()
  await page.keyboard.type(ADMIN_PASSWORD)
  await page.getByLabel('Code affiché par l’application').focus()
  await page.keyboard.type(await code())
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Vos codes de secours' }).waitFor()
  return { ...console, code }
}

export async function signIn({ page, code }: Console, email: string): Promise<void> {
  await page.getByLabel('Adresse e-mail').focus()
  await page.keyboard.type(email)
  await page.keyboard.press('Tab')
  await page.keyboard.type(ADMIN_PASSWORD)
  await page.getByLabel('Code à usage unique').focus()
  await page.keyboard.type(await code())
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Navigation principale' }).waitFor()
}

/** A customer without an application: a trial, a month paid in full, and one paid in part that then expired. */
export async function createCustomer(product: RunningProduct) {
  const device = createTestDevice(product.licenseServer.url)
  const buy = async () => {
    const { status, body } = await device.call(
      'POST',
      '/v1/checkouts',
      { plan: 'monthly', device: someDevice, email: 'lea@example.com' },
      { 'Idempotency-Key': randomUUID() },
    )
    if (status !== 201) throw new Error(`checkout: ${JSON.stringify(body)}`)
    const invoice = product.btcpay.invoices.list().find(one => one.metadata['orderId'] === body.id)
    if (!invoice) throw new Error('no invoice')
    return invoice.id
  }
  await device.call('POST', '/v1/trials', { device: someDevice })
  const paid = await buy()
  await product.btcpay.pay(paid)
  await product.btcpay.confirm(paid)
  await product.btcpay.settled()
  const partial = await buy()
  await product.btcpay.pay(partial, 'partial')
  await product.btcpay.confirm(partial)
  await product.btcpay.expire(partial)
  await product.btcpay.settled()
  return { device, paid, partial }
}

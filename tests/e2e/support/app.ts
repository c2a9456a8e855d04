import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import type { Product } from '@autotele/sandbox/product'

export const PASSPHRASE = 'quatre mots sans rapport'

/** What a person does in the interface, in the interface's own words. */
export type App = {
  readonly page: Page
  readonly context: BrowserContext
  /** Everything the browser complained about: errors, and violations of the content security policy. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

/** Opens the interface in a browser of its own, in French, in Paris. */
export async function openApp(browser: Browser, product: Product): Promise<App> {
  const context = await browser.newContext({
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 860 },
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  const link = product.host?.newLink()
  if (link === undefined) throw new Error('The product runs without an interface')
  await page.goto(link)
  return { page, context, complaints, close: () => context.close() }
}

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name })

/** First start: language, passphrase; ends on the licence step. */
export async function protectData({ page }: App, passphrase = PASSPHRASE): Promise<void> {
  await button(page, 'Commencer').click()
  await page.getByLabel('Phrase secrète', { exact: true }).fill(passphrase)
  await page.getByLabel('Confirmez la phrase secrète').fill(passphrase)
  await button(page, 'Protéger avec cette phrase').click()
}

export async function startTrial({ page }: App): Promise<void> {
  await button(page, 'Démarrer l’essai gratuit').click()
  await page.getByText('Ajoutez votre premier compte').first().waitFor()
}

export async function unlock({ page }: App, passphrase = PASSPHRASE): Promise<void> {
  await page.getByLabel('Phrase secrète', { exact: true }).fill(passphrase)
  await button(page, 'Déverrouiller').click()
}

export type Credentials = { readonly phone: string; readonly code: string; readonly password: string | null }

/** From a phone field on the screen to the account being there. */
export async function signIn({ page }: App, account: Credentials): Promise<void> {
  await page.getByLabel('Numéro de téléphone').fill(account.phone)
  await button(page, 'Recevoir le code').click()
  await page.getByLabel('Code reçu').fill(account.code)
  await button(page, 'Valider le code').click()
  if (account.password !== null) {
    await page.getByLabel('Mot de passe de la vérification en deux étapes').fill(account.password)
    await button(page, 'Se connecter').click()
  }
}

/** First start to a signed-in account with a running trial. */
export async function setUp(app: App, account: Credentials): Promise<void> {
  await protectData(app)
  await startTrial(app)
  await signIn(app, account)
  await app.page.getByRole('navigation', { name: 'Navigation principale' }).waitFor()
}

export type Message = {
  readonly text: string
  readonly chats: readonly string[]
  /** As a person writes them: `14/07/2027`, `09:00`. */
  readonly dates: readonly { readonly date: string; readonly time: string }[]
  readonly zone?: string
}

export async function goTo(
  { page }: App,
  place: 'Nouveau message' | 'Messages' | 'Comptes' | 'Licence' | 'Réglages',
) {
  await page
    .getByRole('navigation', { name: 'Navigation principale' })
    .getByRole('link', { name: place })
    .click()
  await page.getByRole('heading', { level: 1, name: place }).waitFor()
}

export async function compose(app: App, message: Message): Promise<void> {
  const { page } = app
  await goTo(app, 'Nouveau message')
  await page.getByLabel('Texte du message').fill(message.text)
  for (const chat of message.chats) await choose(page, chat)
  if (message.zone !== undefined) await chooseZone(page, message.zone)
  for (const [index, { date, time }] of message.dates.entries()) {
    if (index > 0) await button(page, 'Ajouter une date').click()
    await page.getByLabel('Date', { exact: true }).nth(index).fill(date)
    await page.getByLabel('Heure', { exact: true }).nth(index).fill(time)
  }
}

/** The whole row of a chat is the label of its box: a person clicks its name. */
export async function choose(page: Page, chat: string): Promise<void> {
  await page.getByText(chat, { exact: true }).first().click()
  await page.getByRole('checkbox', { name: chat, checked: true }).waitFor()
}

async function chooseZone(page: Page, zone: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Fuseau horaire' }).fill(zone)
  await page
    .getByRole('option', { name: new RegExp(zone.replace('/', '.')) })
    .first()
    .click()
}

/** The review screen, then the confirmation. */
export async function confirmPlan({ page }: App, count: number): Promise<void> {
  await button(page, 'Vérifier').click()
  await page.getByRole('heading', { name: 'Vérifier avant de programmer' }).waitFor()
  const read = page.getByLabel('J’ai lu les points à regarder de près')
  const confirm = button(page, `Programmer ${String(count)} message${count > 1 ? 's' : ''}`)
  await confirm.waitFor()
  if ((await read.count()) > 0) await read.check()
  await confirm.click()
}

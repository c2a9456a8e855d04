import { readFile } from 'node:fs/promises'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from './support/axe.ts'
import { launchBrowser } from './support/browser.ts'
import { unreached } from './support/keyboard.ts'
import { createCustomer, enrol, openConsole, signIn, type Console } from './support/console.ts'
import { runProduct, type RunningProduct } from './support/running-product.ts'

const OWNER = 'owner@autotele.local'
let product: RunningProduct
let browser: Browser
let shown: Console
let customer: Awaited<ReturnType<typeof createCustomer>>

beforeAll(async () => {
  ;[browser, product] = await Promise.all([launchBrowser(), runProduct({ withoutInterface: true })])
  customer = await createCustomer(product)
})
afterAll(async () => {
  await browser.close()
  await product.end()
})

const button = (name: string | RegExp, within: Locator = shown.page.locator('body')) =>
  within.getByRole('button', { name, exact: true })
const heading = (name: string | RegExp) => shown.page.getByRole('heading', { name })
/** Waits for a short word about what was done. */
const told = (text: string) =>
  shown.page.getByRole('region', { name: 'Notifications' }).getByText(text).waitFor()

/** Puts the focus on something and presses Enter, as without a mouse. */
async function press(target: Locator): Promise<void> {
  await target.focus()
  await shown.page.keyboard.press('Enter')
}
async function goTo(place: string): Promise<void> {
  await press(shown.page.getByRole('navigation').getByRole('link', { name: place, exact: true }))
  await heading(place).and(shown.page.locator('h1')).waitFor()
}
/** The reason that every change asks for, and the confirmation, in the window that is open. */
async function confirm(reason: string): Promise<void> {
  await shown.page.getByRole('dialog').getByLabel('Motif').focus()
  await shown.page.keyboard.type(reason)
  await shown.page.keyboard.press('Enter')
}
const settled = () => expect.poll(() => shown.page.getByText('Chargement…').count()).toBe(0)

test('the first owner enrols with the link, whose secret then leaves the address, and signs in', async () => {
  shown = await openConsole(browser)
  const link = await product.admin.invite()
  expect(link).toMatch(/\/admin\/#\/enrol\/[\w-]{43}$/)
  shown = await enrol(shown, link!)
  expect(shown.page.url()).toBe(`${product.admin.url}#/enrol`)
  expect(await violationsOf(shown.page)).toEqual([])
  await press(shown.page.getByRole('link', { name: 'J’ai gardé ces codes' }))
  await heading('Connexion').waitFor()
  expect(await violationsOf(shown.page)).toEqual([])
  await signIn(shown, OWNER)
  await heading('À traiter').waitFor()
  expect(await product.admin.invite()).toBeNull()
})

test('what waits for a person comes first: a partial payment is accepted with a reason', async () => {
  const item = shown.page.getByRole('article', { name: 'Paiement incomplet' })
  await item.getByText(/Facture expirée, payée en partie\s: .* sur 29,99\sEUR/).waitFor()
  expect(await violationsOf(shown.page)).toEqual([])
  await press(button('Accepter', item))
  await item.getByText('Écrivez un motif').waitFor()
  await item.getByLabel('Motif').focus()
  await shown.page.keyboard.type('cliente fidèle, il manquait peu')
  await press(button('Accepter', item))
  await told('Décision enregistrée')
  await item.getByText(OWNER).waitFor()
})

test('a licence is found by an e-mail, and its whole story stands on one page', async () => {
  await goTo('Licences')
  await shown.page.getByLabel('Chercher').focus()
  await shown.page.keyboard.type('Lea@example.com')
  await shown.page.keyboard.press('Enter')
  await heading(/^Licence …/).waitFor()
  const { page } = shown
  const ledger = page.getByRole('region', { name: 'Grand livre' }).getByRole('row')
  expect(await ledger.count()).toBe(3)
  for (const invoice of [customer.paid, customer.partial]) {
    expect(await page.getByText(invoice, { exact: true }).count()).toBeGreaterThanOrEqual(2)
  }
  await page.getByRole('cell', { name: 'PC de Léa', exact: true }).waitFor()
  await page.getByRole('cell', { name: 'InvoiceSettled' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('it is extended once, however often the answer was lost on the way', async () => {
  const { page } = shown
  const until = page.locator('dd time').first()
  const before = Date.parse((await until.getAttribute('datetime'))!)
  // The first answer never arrives; the person presses again.
  await page.route('**/extend', async route => {
    await route.fetch()
    await route.abort()
    await page.unroute('**/extend')
  })
  await press(button('Donner des jours'))
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('dialog').getByLabel('Jours').fill('7')
  await confirm('geste commercial')
  await page.getByRole('dialog').getByText('Le serveur ne répond pas').waitFor()
  await press(page.getByRole('dialog').getByRole('button', { name: 'Donner des jours' }))
  await told('Jours donnés')
  await expect
    .poll(async () => Date.parse((await until.getAttribute('datetime'))!))
    .toBe(before + 7 * 86_400_000)
  expect(await page.getByRole('region', { name: 'Grand livre' }).getByText('Jours donnés').count()).toBe(1)
})

test('the seat of a device is freed, and the device is refused from then on', async () => {
  await press(button('Libérer la place de PC de Léa'))
  await confirm('ordinateur volé')
  await told('Place libérée')
  await shown.page.getByText('sans place').waitFor()
  const { body } = await customer.device.call('POST', '/v1/licenses/refresh', { seq: 1, appVersion: '1.0.0' })
  expect(body).toMatchObject({ result: 'denied' })
})

test('an export asks for a new code, then brings the whole list', async () => {
  const { page } = shown
  await goTo('Licences')
  await press(button('Exporter en CSV'))
  await confirm('comptabilité de novembre')
  await heading('Confirmez que c’est vous').waitFor()
  expect(await violationsOf(page)).toEqual([])
  const download = page.waitForEvent('download')
  await page.getByLabel('Code à usage unique').focus()
  await page.keyboard.type(await shown.code())
  await page.keyboard.press('Enter')
  const file = await download
  expect(file.suggestedFilename()).toBe('licenses.csv')
  expect((await readFile(await file.path(), 'utf8')).trim().split('\r\n')).toHaveLength(2)
})

test('the figures are read as plots and as tables', async () => {
  const { page } = shown
  await goTo('Statistiques')
  const plot = page.getByRole('figure', { name: 'Recettes par mois (EUR)' })
  await plot.getByRole('img').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await press(button('Voir en tableau', plot))
  await plot.getByRole('cell', { name: '59,98' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('an administrator is invited and a token made; both secrets are shown once', async () => {
  const { page } = shown
  await goTo('Administrateurs')
  await press(button('Inviter'))
  await page.getByRole('dialog').getByLabel('Adresse e-mail').fill('aide@example.com')
  await confirm('arrive lundi')
  await page
    .getByRole('dialog')
    .getByText(/#\/enrol\//)
    .waitFor()
  expect(await violationsOf(page)).toEqual([])
  await shown.page.keyboard.press('Escape')
  await goTo('Jetons d’API')
  await press(button('Créer un jeton'))
  await page.getByRole('dialog').getByLabel('Nom').fill('comptabilité')
  await page.getByRole('dialog').getByLabel('Lire les paiements').check()
  await confirm('exports du mois')
  await page
    .getByRole('dialog')
    .getByText(/^atl_test_/)
    .waitFor()
  await shown.page.keyboard.press('Escape')
  await page.getByRole('cell', { name: 'comptabilité', exact: true }).waitFor()
  expect(await page.getByText(/^atl_test_/).count()).toBe(0)
})

test.each([
  'À traiter',
  'Appareils',
  'Essais',
  'Commandes',
  'Factures',
  'Événements',
  'Clés de signature',
  'Administrateurs',
  'Jetons d’API',
  'Journal',
])('%s holds to WCAG 2.2 AA, light and dark, and all of it is reached with the keyboard', async place => {
  await goTo(place)
  await settled()
  expect(await violationsOf(shown.page)).toEqual([])
  expect(await unreached(shown.page)).toEqual([])
})

test('one’s own account holds to it too, and the whole console speaks English', async () => {
  const { page } = shown
  await press(page.getByRole('navigation').getByRole('link', { name: /Mon compte/ }))
  await heading('Mon compte').waitFor()
  await settled()
  expect(await violationsOf(page)).toEqual([])
  await page.getByLabel('Langue').selectOption('en')
  await heading('My account').waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  await page.getByLabel('Language').selectOption('fr')
})

test('what was done is on the record, with who and why', async () => {
  await goTo('Journal')
  for (const reason of ['cliente fidèle, il manquait peu', 'geste commercial', 'ordinateur volé']) {
    await shown.page.getByRole('row', { name: new RegExp(`${OWNER}.*${reason}`) }).waitFor()
  }
})

test('without the server the console says so, and goes on when it is back', async () => {
  await shown.context.setOffline(true)
  await goTo('Appareils')
  await shown.page.getByText('Le serveur ne répond pas').waitFor()
  expect(await violationsOf(shown.page)).toEqual([])
  await shown.context.setOffline(false)
  await press(button('Réessayer'))
  await shown.page.getByRole('cell', { name: 'PC de Léa', exact: true }).waitFor()
})

test('a session that ended elsewhere leads to the sign-in, which says why and comes back', async () => {
  const { page } = shown
  await page.evaluate(async () => {
    const headers = { 'Autotele-Admin': '1' }
    await fetch('/admin/v1/session', { method: 'DELETE', headers })
  })
  await press(page.getByRole('navigation').getByRole('link', { name: 'Factures', exact: true }))
  await page.getByText('Cette session a été fermée').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await signIn(shown, OWNER)
  await heading('Factures').waitFor()
})

test('the browser had nothing to complain about: no error, nothing against the content security policy', () => {
  expect(
    shown.complaints.filter(one => !one.includes('ERR_INTERNET_DISCONNECTED') && !one.includes('ERR_FAILED')),
  ).toEqual([])
})

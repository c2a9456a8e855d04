// `npm run gallery`, second part: every view of the administrators' console, light and dark, over a year of sales.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { launchBrowser } from '../e2e/support/browser.ts'
import { createCustomer, enrol, openConsole, signIn } from '../e2e/support/console.ts'
import { runProduct } from '../e2e/support/running-product.ts'
import { sellForAYear } from './year-of-sales.ts'

const folder = join(import.meta.dirname, '..', 'test-results', 'gallery')
const LISTS = [
  'Appareils',
  'Essais',
  'Commandes',
  'Factures',
  'Événements',
  'Statistiques',
  'Clés de signature',
  'Administrateurs',
  'Jetons d’API',
  'Journal',
]

await mkdir(folder, { recursive: true })
const browser = await launchBrowser()
const product = await runProduct({ withoutInterface: true })
try {
  await sellForAYear(product.folder.licenseServer)
  await createCustomer(product)
  await takeAll()
} finally {
  await browser.close()
  await product.end()
}

async function takeAll(): Promise<void> {
  const link = (await product.admin.invite()) ?? ''
  const opened = await openConsole(browser)
  const { page } = opened
  await page.goto(link)
  await page.getByRole('heading', { name: 'Créer votre accès' }).waitFor()
  await picture(page, 'enrol')
  await page.goto('about:blank')
  const shown = await enrol(opened, link)
  await picture(page, 'recovery-codes')
  await page.getByRole('link', { name: 'J’ai gardé ces codes' }).click()
  await picture(page, 'sign-in')
  await signIn(shown, 'owner@autotele.local')
  await page.getByRole('article').first().waitFor()
  await picture(page, 'attention')
  await goTo(page, 'Licences')
  await picture(page, 'licenses')
  await page.getByLabel('Chercher').fill('lea@example.com')
  await page.keyboard.press('Enter')
  await page.getByText('Grand livre').first().waitFor()
  await picture(page, 'license')
  await dialog(page, page.getByRole('button', { name: 'Donner des jours' }), 'extend')
  for (const place of LISTS) {
    await goTo(page, place)
    await picture(page, place.toLowerCase().replaceAll(/[^a-zé]+/g, '-'))
  }
  await page.getByRole('link', { name: /Mon compte/ }).click()
  await picture(page, 'account')
  await page.setViewportSize({ width: 400, height: 800 })
  await page.goto(`${product.admin.url}#/attention`)
  await picture(page, 'narrow-attention')
  await page.getByRole('button', { name: 'Menu' }).click()
  await picture(page, 'narrow-menu')
}

async function goTo(page: Page, place: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: place, exact: true }).click()
  await page.getByRole('heading', { level: 1, name: place }).waitFor()
}
async function dialog(page: Page, opener: Locator, name: string): Promise<void> {
  await opener.click()
  await picture(page, name)
  await page.keyboard.press('Escape')
}

/** Both themes of the whole page, once nothing is on its way. */
async function picture(page: Page, name: string): Promise<void> {
  await page.getByText('Chargement…').waitFor({ state: 'detached' })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.evaluate(() => document.fonts.ready)
    // Styles of the theme before are still painted in this frame.
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
    await page.screenshot({ path: join(folder, `console-${name}-${colorScheme}.png`), fullPage: true })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

// `npm run gallery`, second part: every view of the administrators' console, in both languages and themes, over a year of
// sales: `fr/console-licenses-dark.png`.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../e2e/support/browser.ts'
import { createCustomer, enrol, openConsole, signIn } from '../e2e/support/console.ts'
import { runProduct } from '../e2e/support/running-product.ts'
import { DESKTOP, languages, takePictures, takes } from './choice.ts'
import { sellForAYear } from './year-of-sales.ts'

const folder = join(import.meta.dirname, '..', 'test-results', 'gallery')
const PLACES = [
  ...['attention', 'statistics', 'licenses', 'devices', 'trials', 'checkouts', 'invoices', 'inbox'],
  ...['keys', 'administrators', 'tokens', 'audit', 'account'],
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
  for (const language of languages) {
    await page.evaluate(chosen => {
      localStorage.setItem('language', chosen)
    }, language)
    for (const place of PLACES) {
      if (!takes(`console-${place}`)) continue
      await open(page, place)
      await picture(page, place, language)
    }
    await takeLicense(page, language)
    await takeNarrow(page, language)
  }
}

async function takeLicense(page: Page, language: string): Promise<void> {
  await open(page, 'licenses')
  await page.locator('[role=search] input').fill('lea@example.com')
  await page.keyboard.press('Enter')
  await page
    .getByText(/^(Grand livre|Ledger)$/)
    .first()
    .waitFor()
  await picture(page, 'license', language)
  await page.getByRole('button', { name: /^(Donner des jours|Give days)$/ }).click()
  await picture(page, 'extend', language)
  await page.keyboard.press('Escape')
}

async function takeNarrow(page: Page, language: string): Promise<void> {
  await page.setViewportSize({ width: 400, height: 800 })
  await open(page, 'attention')
  await picture(page, 'narrow-attention', language)
  await page.getByRole('button', { name: 'Menu' }).click()
  await picture(page, 'narrow-menu', language)
  await page.setViewportSize(DESKTOP)
}

/** A place in the language that was chosen last, for which the page must be loaded anew. */
async function open(page: Page, place: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${product.admin.url}#/${place}`)
  await page.locator('h1').first().waitFor()
}

/** The whole page, once nothing is on its way. */
async function picture(page: Page, name: string, language = 'fr'): Promise<void> {
  if (!takes(`console-${name}`)) return
  await page.getByText(/^(Chargement…|Loading…)$/).waitFor({ state: 'detached' })
  await takePictures(page, ending => join(folder, language, `console-${name}-${ending}`), true)
}

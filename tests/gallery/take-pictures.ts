// `npm run gallery`: one picture of every screen, light and dark, of the real product in a real
// browser, in test-results/gallery, then of every view in both languages over a core in memory, for a look before a
// release. Arguments choose among them, and small, zoomed and high-contrast windows (choice.ts). With `--documents` it takes only what the documents show, and renews docs/images; a machine with an emoji
// font makes the better ones.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import {
  button,
  choose,
  compose,
  confirmPlan,
  goTo,
  openApp,
  PASSPHRASE,
  type App,
} from '../e2e/support/app.ts'
import { launchBrowser } from '../e2e/support/browser.ts'
import { runProduct, type RunningProduct } from '../e2e/support/running-product.ts'
import { serveScreens } from '../e2e/support/screens.ts'
import { openView, views } from '../e2e/support/views.ts'
import { DESKTOP, forDocuments, languages, showIn, takePictures, takes, takesAll } from './choice.ts'
import { inGuides, inReadme, takeDocumentPicture } from './document-pictures.ts'

const folder = join(import.meta.dirname, '..', 'test-results', 'gallery')
const TEXT = `🥕 Marché bio samedi, de 8 h à 13 h
Place des Lilas, comme toujours.

Premières fraises, fromages de chèvre, et le pain de Léa.
Venez avec vos paniers !`

await mkdir(folder, { recursive: true })
const browser = await launchBrowser()
try {
  await takeViews()
  if (takesAll) await takeProduct()
} finally {
  await browser.close()
}

/** Every view, in both languages and themes: `fr/calendar-dark.png`. */
async function takeViews(): Promise<void> {
  const screens = await serveScreens()
  for (const language of languages) {
    const context = await browser.newContext({
      locale: language,
      timezoneId: 'Europe/Paris',
      viewport: DESKTOP,
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    for (const view of views) {
      if (!takes(view.name) || (forDocuments && !inGuides.has(view.name))) continue
      await openView(page, screens.origin, view, language)
      if (forDocuments) {
        await takeDocumentPicture(page, { folder: language, name: view.name })
        continue
      }
      await takePictures(page, ending => join(folder, language, `${view.name}-${ending}`))
    }
    await context.close()
  }
  await screens.end()
}

/** What is on the screen, once it has come to rest. */
async function picture(page: Page, name: string): Promise<void> {
  if (forDocuments && !inReadme.has(name)) return
  await page.waitForTimeout(300)
  if (!forDocuments) {
    await takePictures(page, ending => join(folder, `${name}-${ending}`))
    return
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await showIn(page, colorScheme)
    await takeDocumentPicture(page, { name, theme: `-${colorScheme}` })
  }
  await showIn(page, 'light')
}

async function takeProduct(): Promise<void> {
  const product = await runProduct()
  try {
    await takeAll(product, await openApp(browser, product))
  } finally {
    await product.end()
  }
}

async function takeAll(product: RunningProduct, app: App): Promise<void> {
  const { page, context } = app
  const camille = product.telegram.accounts[0]
  if (camille === undefined) throw new Error('the sandbox has no account')

  await button(page, 'Commencer').waitFor()
  await picture(page, 'welcome')
  await button(page, 'Commencer').click()
  await page.getByLabel('Phrase secrète', { exact: true }).fill(PASSPHRASE)
  await page.getByLabel('Confirmez la phrase secrète').fill(PASSPHRASE)
  await picture(page, 'protect')
  await button(page, 'Protéger avec cette phrase').click()
  await button(page, 'Démarrer l’essai gratuit').waitFor()
  await picture(page, 'trial')
  await button(page, 'Démarrer l’essai gratuit').click()
  await page.getByLabel('Numéro de téléphone').fill(camille.phone)
  await picture(page, 'phone')
  await button(page, 'Recevoir le code').click()
  await page.getByLabel('Code reçu').fill('00000')
  await button(page, 'Valider le code').click()
  await page.getByRole('alert').first().waitFor()
  await picture(page, 'wrong-code')
  await page.getByLabel('Code reçu').fill(camille.code)
  await button(page, 'Valider le code').click()
  await page.getByLabel('Mot de passe de la vérification en deux étapes').fill(camille.password ?? '')
  await picture(page, 'password')
  await button(page, 'Se connecter').click()
  await page.getByRole('navigation', { name: 'Navigation principale' }).waitFor()

  await goTo(app, 'Messages')
  await picture(page, 'nothing-scheduled')
  await goTo(app, 'Comptes')
  await page.getByText('En ligne').first().waitFor()
  await picture(page, 'accounts')

  const soon = new Date(Date.now() + 9 * 86_400_000)
  const typed = soon.toLocaleDateString('fr-FR')
  await compose(app, {
    text: TEXT,
    chats: ['📣 Quartier des Lilas', 'Marché bio — annonces 🥕', 'Voisins solidaires 🤝'],
    dates: [
      { date: typed, time: '09:00' },
      { date: typed, time: '18:30' },
    ],
    zone: 'Europe/Paris',
  })
  await picture(page, 'composer')
  await choose(page, 'Dons et bonnes affaires')
  await button(page, 'Vérifier').click()
  await page.getByRole('heading', { name: 'Vérifier avant de programmer' }).waitFor()
  await picture(page, 'review')
  await button(page, 'Modifier').first().click()
  await confirmPlan(app, 8)
  await goTo(app, 'Messages')
  await page.getByText('Programmé chez Telegram').nth(1).waitFor()
  await picture(page, 'placing')
  if (forDocuments) return
  await page
    .getByRole('checkbox', { name: /^Choisir/ })
    .nth(1)
    .check()
  await button(page, 'Annuler l’envoi').first().click()
  await page.getByRole('alertdialog').waitFor()
  await picture(page, 'cancel')
  await page.getByRole('button', { name: 'Garder' }).click()

  await goTo(app, 'Licence')
  await picture(page, 'license')
  await button(page, 'Acheter un mois').click()
  const link = page.getByRole('link', { name: /Ouvrir la page de paiement/ })
  await link.waitFor()
  await picture(page, 'checkout')
  const [checkout] = await Promise.all([context.waitForEvent('page'), link.click()])
  await checkout.waitForLoadState()
  await picture(checkout, 'btcpay')
  await checkout.getByRole('button', { name: 'Payer en entier' }).click()
  await page
    .getByText(/Valable jusqu’au \d/)
    .first()
    .waitFor({ timeout: 60_000 })
  await picture(page, 'paid')
  await goTo(app, 'Réglages')
  await picture(page, 'settings')
  await button(page, 'Verrouiller').click()
  await button(page, 'Déverrouiller').waitFor()
  await picture(page, 'unlock')

  await page.setViewportSize({ width: 375, height: 800 })
  await page.getByLabel('Phrase secrète', { exact: true }).fill(PASSPHRASE)
  await button(page, 'Déverrouiller').click()
  await page.goto(new URL('/#/compose', page.url()).href)
  await page.getByLabel('Texte du message').waitFor()
  await picture(page, 'narrow')
}

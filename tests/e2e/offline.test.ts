import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goTo, openApp, setUp, unlock, type App } from './support/app.ts'
import { launchBrowser } from './support/browser.ts'
import { runProduct, type RunningProduct } from './support/running-product.ts'

let browser: Browser
let product: RunningProduct
let app: App

beforeAll(async () => {
  ;[browser, product] = await Promise.all([launchBrowser(), runProduct()])
  app = await openApp(browser, product)
  await setUp(app, product.telegram.accounts[0]!)
})

afterAll(async () => {
  await browser.close()
  await product.end()
})

test('without the licence server the app starts, verifies offline, and a plan can be made', async () => {
  await product.licenseServer.stop()
  // The client's host and its core are ended and started again, as at the next switching on.
  const pid = product.host?.corePid()
  if (pid == null) throw new Error('no core')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => product.host?.corePid() ?? pid, { timeout: 30_000 }).not.toBe(pid)
  await app.page.reload()
  await goTo(app, 'Licence')
  await app.page
    .getByText(/Essai gratuit jusqu’au \d/)
    .first()
    .waitFor()
  await app.page
    .getByText(/Sans connexion, jusqu’au/)
    .first()
    .waitFor()
  await goTo(app, 'Nouveau message')
  await app.page.getByLabel('Texte du message').fill('Écrit sans serveur de licences')
  await app.page.getByText('Brouillon enregistré').waitFor()
})

test('the next day, everything restarted but the licence server: the passphrase opens what was there', async () => {
  await app.close()
  product = await product.restart()
  await product.licenseServer.stop()
  app = await openApp(browser, product)
  await unlock(app)
  await goTo(app, 'Licence')
  await app.page
    .getByText(/Essai gratuit jusqu’au \d/)
    .first()
    .waitFor()
  await goTo(app, 'Comptes')
  await app.page.getByText('En ligne').first().waitFor()
  await goTo(app, 'Nouveau message')
  await expect
    .poll(() => app.page.getByLabel('Texte du message').inputValue())
    .toBe('Écrit sans serveur de licences')
})

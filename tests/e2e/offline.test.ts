import { expect, test } from 'vitest'
import { goTo, openApp, setUp, unlock } from './support/app.ts'
import { setStage } from './support/stage.ts'

const stage = setStage(({ app, product }) => setUp(app, product.telegram.accounts[0]!))

test('without the licence server the app starts, verifies offline, and a plan can be made', async () => {
  await stage.product.licenseServer.stop()
  // The client's host and its core are ended and started again, as at the next switching on.
  const pid = stage.product.host?.corePid()
  if (pid == null) throw new Error('no core')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => stage.product.host?.corePid() ?? pid, { timeout: 30_000 }).not.toBe(pid)
  await stage.app.page.reload()
  await goTo(stage.app, 'Licence')
  await stage.app.page
    .getByText(/Essai gratuit jusqu’au \d/)
    .first()
    .waitFor()
  await stage.app.page
    .getByText(/Sans connexion, jusqu’au/)
    .first()
    .waitFor()
  await goTo(stage.app, 'Nouveau message')
  await stage.app.page.getByLabel('Texte du message').fill('Écrit sans serveur de licences')
  await stage.app.page.getByText('Brouillon enregistré').waitFor()
})

test('the next day, everything restarted but the licence server: the passphrase opens what was there', async () => {
  await stage.app.close()
  stage.product = await stage.product.restart()
  await stage.product.licenseServer.stop()
  stage.app = await openApp(stage.browser, stage.product)
  await unlock(stage.app)
  await goTo(stage.app, 'Licence')
  await stage.app.page
    .getByText(/Essai gratuit jusqu’au \d/)
    .first()
    .waitFor()
  await goTo(stage.app, 'Comptes')
  await stage.app.page.getByText('En ligne').first().waitFor()
  await goTo(stage.app, 'Nouveau message')
  await expect
    .poll(() => stage.app.page.getByLabel('Texte du message').inputValue())
    .toBe('Écrit sans serveur de licences')
})

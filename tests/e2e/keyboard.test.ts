import { describe, expect, test } from 'vitest'
import { button, PASSPHRASE } from './support/app.ts'
import { pressOn, tabTo, typeInto, unreached } from './support/keyboard.ts'
import { setStage } from './support/stage.ts'
import { queueOf } from './support/telegram.ts'

const stage = setStage()
const CHAT = 'Voisins solidaires 🤝'
const year = new Date().getFullYear() + 1
const heading = (name: string) => stage.app.page.getByRole('heading', { level: 1, name }).waitFor()
const label = (name: string) => stage.app.page.getByLabel(name, { exact: true })
const press = (name: string | RegExp) => pressOn(stage.app.page, button(stage.app.page, name))
const type = (name: string, text: string) => typeInto(stage.app.page, label(name), text)

/** Through the palette, where everything that can be done has its words. */
async function go(words: string, title: string) {
  const { page } = stage.app
  await page.keyboard.press('Control+k')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.type(words)
  await page.getByRole('option', { name: title }).first().waitFor()
  await page.getByRole('option').nth(2).waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await heading(title)
}

describe('without a mouse', () => {
  test('from the first start to the first account', async () => {
    await press('Commencer')
    await type('Phrase secrète', PASSPHRASE)
    await type('Confirmez la phrase secrète', PASSPHRASE)
    await press('Protéger avec cette phrase')
    await press('Démarrer l’essai gratuit')
    const camille = stage.product.telegram.accounts[0]!
    await type('Numéro de téléphone', camille.phone)
    await stage.app.page.keyboard.press('Enter')
    await type('Code reçu', camille.code)
    await stage.app.page.keyboard.press('Enter')
    await type('Mot de passe de la vérification en deux étapes', camille.password!)
    await stage.app.page.keyboard.press('Enter')
    await stage.app.page.getByRole('navigation', { name: 'Navigation principale' }).waitFor()
  })

  test('a first plan reaches Telegram', async () => {
    const { page } = stage.app
    await go('nouveau', 'Nouveau message')
    await type('Texte du message', 'Sans souris')
    await type('Date', `14/07/${String(year)}`)
    await type('Heure', '9h')
    await pressOn(page, page.getByRole('checkbox', { name: CHAT }), 'Space')
    await press('Vérifier')
    await heading('Vérifier avant de programmer')
    await press('Programmer 1 message')
    await heading('Messages')
    const { phone } = stage.product.telegram.accounts[0]!
    await expect.poll(() => queueOf(stage.product.telegram, phone), { timeout: 30_000 }).toHaveLength(1)
  })

  test('a message that repeats is begun, and ended after a second thought', async () => {
    const { page } = stage.app
    await go('nouveau', 'Nouveau message')
    await type('Texte du message', 'Chaque semaine')
    await pressOn(page, page.getByRole('checkbox', { name: CHAT }), 'Space')
    await pressOn(page, page.getByRole('tab', { selected: true, name: 'Une fois' }), 'ArrowRight')
    await page.keyboard.press('Enter')
    await pressOn(page, page.getByRole('checkbox', { name: 'mardi' }), 'Space')
    await type('À partir du', `01/03/${String(year)}`)
    await type('Heure', '9h')
    await press('Vérifier')
    await heading('Vérifier avant de programmer')
    const read = page.getByLabel('J’ai lu les points à regarder de près')
    await button(page, 'Lancer la série').waitFor()
    if ((await read.count()) > 0) await pressOn(page, read, 'Space')
    await press('Lancer la série')
    await heading('Séries')
    await press(/^Arrêter : /)
    const dialog = page.getByRole('alertdialog')
    await dialog.waitFor()
    // Keeping it is what Enter does first.
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await button(page, /^Arrêter : /).evaluate(one => one === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await pressOn(page, dialog.getByRole('button', { name: 'Arrêter' }))
    await page.getByText('Terminée').waitFor()
  })

  test('the licence’s key is asked for, and a wrong one is told beside its field', async () => {
    const { page } = stage.app
    await go('licence', 'Licence')
    await tabTo(page, page.getByLabel('Clé de licence').first())
    await page.keyboard.type('ABC')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').first().waitFor()
  })

  test('each part of the settings is opened from their menu, and all that is in it is reached', async () => {
    const { page } = stage.app
    await page.keyboard.press('Control+,')
    await heading('Réglages généraux')
    const links = page.getByRole('navigation', { name: 'Sections des réglages' }).getByRole('link')
    const names = await links.allTextContents()
    expect(names.length).toBeGreaterThan(10)
    for (const [index, name] of names.entries()) {
      if (index > 0) await pressOn(page, links.nth(index))
      await page.locator('h1:focus').waitFor()
      await page.getByText('Chargement…').waitFor({ state: 'detached' })
      expect([name, await unreached(page)]).toEqual([name, []])
    }
  })

  test('the settings are changed, the data is backed up, and what is wrong is found', async () => {
    const { page } = stage.app
    await page.keyboard.press('Control+,')
    await heading('Réglages généraux')
    await pressOn(page, label('Thème'), 's')
    await page.locator('html[data-theme=dark]').waitFor()
    await go('rythme', 'Rythme d’envoi')
    await type('Secondes entre deux messages', '4')
    await press('Enregistrer')
    await page.getByText('Réglages enregistrés').first().waitFor()
    await go('protection', 'Protection')
    await press('Changer la phrase secrète')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await button(page, 'Changer la phrase secrète').and(page.locator(':focus')).waitFor()
    await go('sauvegarde', 'Sauvegarde')
    await tabTo(page, label('Phrase secrète de la sauvegarde'))
    await page.keyboard.type(PASSPHRASE)
    await type('Confirmez la phrase secrète', PASSPHRASE)
    const [download] = await Promise.all([page.waitForEvent('download'), press('Créer la sauvegarde')])
    expect(download.suggestedFilename()).toMatch(/\.autotele-backup$/)
    await go('diagnostic', 'Diagnostic')
    await press('Lancer le diagnostic')
    await page.getByTestId('verdict').waitFor()
    await go('journal', 'Journal')
    await pressOn(page, page.getByRole('switch', { name: 'Suivre en direct' }), 'Space')
    await page.getByTestId('log-line').first().waitFor()
    await go('propos', 'À propos')
    await type('Chercher un nom ou une licence', 'reka-ui')
    await pressOn(page, page.getByTestId('part').locator('summary'))
    await page.getByTestId('part').getByText('Permission is hereby granted').waitFor()
  })

  test('an account is removed, after the window was closed once and gave the focus back', async () => {
    const { page } = stage.app
    await go('comptes', 'Comptes')
    await press(/^Retirer /)
    const dialog = page.getByRole('alertdialog')
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await button(page, /^Retirer .*/)
      .first()
      .waitFor()
    await press(/^Retirer /)
    await pressOn(page, dialog.getByRole('button', { name: 'Retirer le compte' }))
    await page.getByText('Camille Moreau a été retiré').first().waitFor()
    expect(stage.app.complaints).toEqual([])
  })
})

import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { button, openApp, PASSPHRASE, protectData, signIn, startTrial, unlock } from './support/app.ts'
import { setStage } from './support/stage.ts'

// What keeps the data safe and says what is wrong, through the screens, over the whole product.

const built = join(import.meta.dirname, '../../apps/desktop/out')
type Package = { readonly name: string; readonly version: string }
const NEXT = 'cinq mots bien plus longs encore'
const BACKUP = 'une phrase pour la sauvegarde'
const stage = setStage(async ({ app, product }) => {
  await protectData(app)
  await startTrial(app)
  const account = product.telegram.accounts.find(({ password }) => password === null)
  if (account === undefined) throw new Error('the sandbox has no account without a password')
  await signIn(app, account)
  await app.page.getByRole('navigation', { name: 'Navigation principale' }).waitFor()
})
const saved = await mkdtemp(join(tmpdir(), 'autotele-care-'))
afterAll(() => rm(saved, { recursive: true, force: true }))

async function openPart(page: Page, path: string, title: string): Promise<void> {
  await page.goto(new URL(`/#/settings/${path}`, page.url()).href)
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
}

test('the passphrase is changed, and only the new one opens', async () => {
  const { app } = stage
  const { page } = app
  await openPart(page, 'protection', 'Protection')
  await button(page, 'Changer la phrase secrète').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Phrase secrète actuelle').fill('ce n’est pas la bonne phrase')
  await dialog.getByLabel('Nouvelle phrase secrète').fill(NEXT)
  await dialog.getByLabel('Confirmez la phrase secrète').fill(NEXT)
  await dialog.getByRole('button', { name: 'Changer la phrase secrète' }).click()
  await dialog.locator('[data-code="vault/wrong-passphrase"]').waitFor()
  await dialog.getByLabel('Phrase secrète actuelle').fill(PASSPHRASE)
  await dialog.getByRole('button', { name: 'Changer la phrase secrète' }).click()
  await dialog.waitFor({ state: 'detached' })
  await button(page, 'Verrouiller maintenant').first().click()
  await unlock(app, PASSPHRASE)
  await page.locator('[data-code="vault/wrong-passphrase"]').waitFor()
  await unlock(app, NEXT)
  await page.getByRole('heading', { level: 1, name: 'Protection' }).waitFor()
})

test('the log is followed, and the diagnostics say what they found', async () => {
  const { page, context } = stage.app
  await openPart(page, 'log', 'Journal')
  const lines = page.getByTestId('log-line')
  await lines.first().waitFor()
  const before = await lines.count()
  await page.getByRole('switch', { name: 'Suivre en direct' }).check()
  // Another page of the same person runs the diagnostics meanwhile: what that writes shows here by itself.
  const other = await context.newPage()
  await other.goto(new URL('/#/settings/diagnostics', page.url()).href)
  await button(other, 'Lancer le diagnostic').click()
  await other.getByTestId('verdict').waitFor()
  expect(await other.locator('[data-check="database"]').getAttribute('data-state')).toBe('ok')
  await other.close()
  await expect.poll(() => lines.count()).toBeGreaterThan(before)
})

test('About lists what the build is made of, each with the text of its licence', async () => {
  const { page, complaints } = stage.app
  await openPart(page, 'about', 'À propos')
  const shipped = ['main', 'preload', 'renderer'].flatMap(
    part => JSON.parse(readFileSync(join(built, 'shipped', `${part}.json`), 'utf8')) as Package[],
  )
  const names = new Set(shipped.map(({ name, version }) => `${name} ${version}`))
  expect(names.size).toBeGreaterThan(20)
  const parts = page.getByTestId('part')
  await parts.first().waitFor()
  expect((await parts.locator('.name').allTextContents()).sort()).toEqual([...names].sort())
  await page.getByLabel('Chercher un nom ou une licence').fill('apache temporal')
  await page.getByText('Aucun résultat').waitFor()
  await page.getByLabel('Chercher un nom ou une licence').fill('MIT zod')
  await parts.getByText('zod').click()
  await parts.getByText('Copyright (c) 2025 Colin McDonnell').waitFor()
  expect(complaints).toEqual([])
})

test('a backup brings everything back into an emptied profile', async () => {
  const { product, app, browser } = stage
  await openPart(app.page, 'backup', 'Sauvegarde')
  await app.page.getByLabel('Phrase secrète de la sauvegarde').first().fill(BACKUP)
  await app.page.getByLabel('Confirmez la phrase secrète').fill(BACKUP)
  const [download] = await Promise.all([
    app.page.waitForEvent('download'),
    button(app.page, 'Créer la sauvegarde').click(),
  ])
  const file = join(saved, download.suggestedFilename())
  await download.saveAs(file)
  await app.close()
  await product.stop()
  await rm(product.folder.desktop, { recursive: true, force: true })
  stage.product = await product.restart()
  stage.app = await openApp(browser, stage.product)
  const { page } = stage.app
  await button(page, 'J’ai une sauvegarde').click()
  await page.getByLabel('Fichier de sauvegarde').setInputFiles(file)
  await page.getByLabel('Phrase secrète de la sauvegarde').fill(BACKUP)
  await button(page, 'Voir ce qu’elle contient').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Telegram déconnecte une session utilisée à deux endroits').waitFor()
  await dialog.getByRole('button', { name: 'Remplacer par cette sauvegarde' }).click()
  await page.getByTestId('kept-as').waitFor()
  await unlock(stage.app, BACKUP)
  await page.getByRole('navigation', { name: 'Navigation principale' }).waitFor()
  await page.goto(new URL('/#/accounts', page.url()).href)
  await page.getByTestId('account').first().waitFor()
})

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { button, compose, confirmPlan, goTo, setUp } from './support/app.ts'
import { setStage } from './support/stage.ts'
import { queueOf } from './support/telegram.ts'

const LILAS = '📣 Quartier des Lilas'
const TEAM = 'Équipe bénévoles'
const SLOW = { timeout: 40_000 }

const stage = setStage(({ app, product }) => setUp(app, product.telegram.accounts[0]!))
const phone = () => stage.product.telegram.accounts[0]!.phone
const queue = () => queueOf(stage.product.telegram, phone())

/** The same weekday in a month, as it is typed. */
const inDays = (days: number): string => {
  const date = new Date(Date.now() + days * 86_400_000)
  return date.toISOString().slice(0, 10).split('-').reverse().join('/')
}

const peerOf = (title: string) =>
  stage.product.telegram.world.chats().find(({ chat }) => chat.title === title)!.peer
const scheduledIn = (title: string) => stage.product.telegram.world.scheduled(phone(), peerOf(title))
const choose = async (chat: string) =>
  stage.app.page.getByRole('checkbox', { name: new RegExp(`^Choisir ${chat}`) }).check()

test('a silent message in bold is placed, and an edit keeps its silence, its formatting and its date', async () => {
  const { page } = stage.app
  await compose(stage.app, {
    text: 'Grand nettoyage de printemps',
    chats: [LILAS, TEAM],
    dates: [{ date: inDays(30), time: '10:00' }],
  })
  await page.getByLabel('Texte du message').selectText()
  await button(page, 'Gras').click()
  await page
    .getByRole('switch', { name: 'Envoyer sans son' })
    .or(page.getByLabel(/^Envoyer sans son/))
    .first()
    .check()
  await confirmPlan(stage.app, 2)
  await expect.poll(() => queue().length, SLOW).toBe(2)
  const before = scheduledIn(LILAS)[0]!
  expect(before.silent).toBe(true)

  await goTo(stage.app, 'Messages')
  await choose(LILAS)
  await button(page, 'Modifier le texte').click()
  const area = page.getByRole('dialog').getByLabel('Texte du message')
  await area.press('End')
  await area.pressSequentially(' et goûter')
  await button(page, 'Enregistrer le texte').click()
  await expect.poll(() => scheduledIn(LILAS)[0]?.text, SLOW).toBe('Grand nettoyage de printemps et goûter')
  const after = scheduledIn(LILAS)[0]!
  expect(after).toMatchObject({ id: before.id, date: before.date, silent: true })
  expect(after.entities).toHaveLength(1)
})

test('moved to another time, it stands there at Telegram, and undoing moves it back', async () => {
  const { page } = stage.app
  const before = scheduledIn(LILAS)[0]!
  await choose(LILAS)
  await button(page, 'Changer la date').click()
  await page.getByRole('dialog').getByLabel('Heure').fill('11h30')
  await button(page, 'Enregistrer la date').click()
  await expect.poll(() => scheduledIn(LILAS)[0]?.date, SLOW).toBe(before.date + 90 * 60)
  await button(page, 'Annuler').last().click()
  await expect.poll(() => scheduledIn(LILAS)[0]?.date, SLOW).toBe(before.date)
})

test('a cancellation taken back in time leaves the message where it is', async () => {
  const { page } = stage.app
  await choose(TEAM)
  await button(page, 'Annuler l’envoi').first().click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Annuler l’envoi' }).click()
  await page.getByText('Annulation en cours').first().waitFor()
  await page.getByRole('button', { name: 'Annuler', exact: true }).last().click()
  await page.getByText('Annulation en cours').first().waitFor({ state: 'detached' })
  expect(scheduledIn(TEAM)).toHaveLength(1)
})

test('changed on another device, both versions are shown, and theirs can be kept', async () => {
  const { page } = stage.app
  const [message] = scheduledIn(TEAM)
  stage.product.telegram.world.editScheduled(phone(), peerOf(TEAM), message!.id, {
    text: 'Changé sur le téléphone',
  })
  await page.getByText('Modifié sur un autre appareil').first().waitFor(SLOW)
  await page.getByRole('button', { name: /^Détails de Équipe bénévoles/ }).click()
  await page.getByRole('dialog').getByText('Changé sur le téléphone').waitFor()
  await button(page, 'Garder celle de Telegram').click()
  await page.getByText('Modifié sur un autre appareil').first().waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  expect(scheduledIn(TEAM)[0]?.text).toBe('Changé sur le téléphone')
})

test('published at once, it leaves the queue once and the list links to it', async () => {
  const { page } = stage.app
  await choose(LILAS)
  await button(page, 'Publier maintenant').first().click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Publier' }).click()
  await expect.poll(() => scheduledIn(LILAS).length, SLOW).toBe(0)
  const posts = stage.product.telegram.world
    .history(phone(), peerOf(LILAS))
    .filter(({ text }) => text === 'Grand nettoyage de printemps et goûter')
  expect(posts).toHaveLength(1)
  await page.getByRole('tab', { name: 'Passés' }).click()
  await page
    .getByRole('button', { name: /^Détails de .*Lilas/ })
    .first()
    .click()
  await button(page, 'Voir dans Telegram').waitFor(SLOW)
  await page.keyboard.press('Escape')
})

/** Day and time of an instant (Unix seconds) on the wall clock of the browser. */
const wallClock = (at = 0) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'short' })
    .format(at * 1000)
    .split(' ')

test('a message of the calendar is dragged to another day, keeps its time, and stands there at Telegram', async () => {
  const { page } = stage.app
  const [day = '', time] = wallClock(scheduledIn(TEAM)[0]?.date)
  await goTo(stage.app, 'Calendrier' as 'Messages')
  const [today = ''] = wallClock(Date.now() / 1000)
  const months = Number(day.slice(5, 7)) - Number(today.slice(5, 7))
  for (let turn = 0; turn < (months + 12) % 12; turn++) await button(page, 'Suivant').click()
  const aside = Number(day.slice(8)) > 15 ? -1 : 1
  const to = new Date(Date.parse(day) + aside * 86_400_000).toISOString().slice(0, 10)
  await page.locator('.item', { hasText: TEAM }).dragTo(page.locator(`td[data-day="${to}"]`))
  await expect.poll(() => wallClock(scheduledIn(TEAM)[0]?.date), SLOW).toEqual([to, time])
})

test('what the filters show is exported as a file', async () => {
  const { page } = stage.app
  await goTo(stage.app, 'Messages')
  await page.getByRole('tab', { name: 'Tous' }).click()
  await button(page, 'Exporter').click()
  const download = page.waitForEvent('download')
  await page.getByRole('dialog').getByRole('button', { name: 'Exporter' }).click()
  const file = await readFile(await (await download).path(), 'utf8')
  expect(file).toContain('Grand nettoyage de printemps et goûter')
  expect(file).toContain('Changé sur le téléphone')
})

test('progress stands on every page, and is there again after a restart of page and core', async () => {
  const { page } = stage.app
  await page.keyboard.press('Control+k')
  await page.getByRole('option', { name: 'Mettre tous les envois en pause' }).click()
  await compose(stage.app, {
    text: 'Plus tard',
    chats: [LILAS, TEAM],
    dates: [{ date: inDays(20), time: '10:00' }],
  })
  await confirmPlan(stage.app, 2)
  const progress = page.getByTestId('progress')
  await progress.getByText('0 sur 2').waitFor()
  await goTo(stage.app, 'Comptes')
  await progress.getByText('0 sur 2').waitFor()
  const pid = stage.product.host?.corePid()
  if (pid == null) throw new Error('no core')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => stage.product.host?.corePid() ?? pid, SLOW).not.toBe(pid)
  await page.reload()
  await progress.getByText('0 sur 2').waitFor()
  await progress.getByRole('button').first().click()
  await button(page, /^Reprendre : /).click()
  await expect.poll(() => queue().length, SLOW).toBe(3)
  await progress.waitFor({ state: 'detached' })
})

test('nothing broke the content security policy', () => {
  expect(stage.app.complaints).toEqual([])
})

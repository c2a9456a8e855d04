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

test('the calendar holds what is left, and nothing broke the content security policy', async () => {
  const { page } = stage.app
  await goTo(stage.app, 'Calendrier' as 'Messages')
  await button(page, 'Suivant').click()
  await button(page, 'Précédent').click()
  expect(stage.app.complaints).toEqual([])
})

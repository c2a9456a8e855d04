import { describe, expect, test } from 'vitest'
import { button, choose, goTo, setUp } from './support/app.ts'
import { setStage } from './support/stage.ts'
import { queueOf } from './support/telegram.ts'

const CHATS = ['📣 Quartier des Lilas', 'Voisins solidaires 🤝', 'Équipe bénévoles'] as const
const DAY = 86_400_000

/** The last Sunday of the next March that is far enough away: Paris changes its clocks then, at 01:00Z. */
function changeOfClocks(now: number): number {
  const year = new Date(now).getUTCFullYear()
  const [first, second] = [year, year + 1].map(one => {
    const end = new Date(Date.UTC(one, 2, 31))
    return end.getTime() - end.getUTCDay() * DAY
  }) as [number, number]
  return first > now + 20 * DAY ? first : second
}

const change = changeOfClocks(Date.now())
/** Noon, ten days before; the world is taken there before anything is signed in. */
const begin = change - 10 * DAY + DAY / 2
const first = begin - (begin % DAY) + DAY
const typed = new Date(first).toISOString().slice(0, 10).split('-').reverse().join('/')

/** Tuesdays and Fridays at 09:00 in Paris, thirty days ahead, worked out without our code. */
const wanted = Array.from({ length: 30 }, (_, index) => first + index * DAY)
  .filter(day => [2, 5].includes(new Date(day).getUTCDay()))
  .map(day => `${new Date(day).toISOString().slice(0, 10)}T${day < change ? '08' : '07'}:00:00.000Z`)

const stage = setStage(async ({ app, product }) => {
  product.telegram.clock.advanceWorld(begin - product.telegram.clock.now())
  await setUp(app, product.telegram.accounts[0]!)
})
const queue = () => queueOf(stage.product.telegram, stage.product.telegram.accounts[0]!.phone)

describe('a message that repeats', () => {
  test('Tuesdays and Fridays in three chats are shown in words, with their next dates, before anything leaves', async () => {
    const { page } = stage.app
    await goTo(stage.app, 'Nouveau message')
    await page.getByLabel('Texte du message').fill('Bonjour ')
    await page.getByRole('button', { name: '{groupe}' }).click()
    for (const chat of CHATS) await choose(page, chat)
    await page.getByRole('combobox', { name: 'Fuseau horaire' }).fill('Europe/Paris')
    await page
      .getByRole('option', { name: /Europe.Paris/ })
      .first()
      .click()
    await page.getByRole('tab', { name: 'Se répète' }).click()
    await page.getByLabel('mardi').check()
    await page.getByLabel('vendredi').check()
    await page.getByLabel('À partir du').fill(typed)
    await page.getByLabel('Heure', { exact: true }).fill('9h')
    await expect
      .poll(() => page.getByTestId('rule-words').innerText())
      .toBe('Chaque semaine, le mardi et le vendredi, à 09:00')
    await expect.poll(() => page.getByTestId('rule-date').count()).toBe(10)
    await button(page, 'Vérifier').click()
    await page.getByRole('heading', { name: 'Vérifier avant de programmer' }).waitFor()
    await button(page, 'Lancer la série').waitFor()
    expect(await page.getByTestId('moment').count()).toBe(wanted.length)
    expect(await page.getByText('Bonjour Équipe bénévoles').count()).toBeGreaterThan(0)
    expect(stage.product.telegram.calls.some(({ method }) => method === 'messages.sendMessage')).toBe(false)
  })

  test(
    'the core killed while it fills the reserve: each date in each chat exactly once, 08:00Z, then 07:00Z',
    { timeout: 300_000 },
    async () => {
      const { page } = stage.app
      const read = page.getByLabel('J’ai lu les points à regarder de près')
      if ((await read.count()) > 0) await read.check()
      await button(page, 'Lancer la série').click()
      await page.getByRole('heading', { level: 1, name: 'Séries' }).waitFor()
      const total = wanted.length * CHATS.length
      for (const target of [2, 8]) {
        await expect
          .poll(() => queue().length, { timeout: 90_000, interval: 20 })
          .toBeGreaterThanOrEqual(target)
        const pid = stage.product.host?.corePid()
        if (pid == null) throw new Error('no core to kill')
        process.kill(pid, 'SIGKILL')
        await expect.poll(() => stage.product.host?.corePid() ?? pid, { timeout: 70_000 }).not.toBe(pid)
      }
      await expect.poll(() => queue().length, { timeout: 180_000 }).toBeGreaterThanOrEqual(total)
      await expect
        .poll(() => page.getByTestId('reserve').innerText(), { timeout: 60_000 })
        .toMatch(new RegExp(`${String(total)} messages chez Telegram$`))
      const messages = queue()
      expect(messages).toHaveLength(total)
      for (const chat of CHATS) {
        const there = messages.filter(message => message.chat === chat)
        expect(there.map(({ at }) => at)).toEqual(wanted)
        expect(new Set(there.map(({ text }) => text))).toEqual(new Set([`Bonjour ${chat}`]))
      }
    },
  )

  test('stopped, with what is at Telegram taken back: the queue is empty and stays so', async () => {
    const { page } = stage.app
    await page.getByRole('button', { name: /^Arrêter : / }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByRole('checkbox').check()
    await dialog.getByRole('button', { name: 'Arrêter' }).click()
    await page.getByText('Terminée').waitFor()
    await expect.poll(() => queue().length, { timeout: 60_000 }).toBe(0)
  })

  test('nothing on the way broke the content security policy or raised an error', () => {
    expect(stage.app.complaints.filter(line => !/WebSocket|ERR_|Failed to (load|fetch)/.test(line))).toEqual(
      [],
    )
  })
})

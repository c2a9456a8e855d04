import { describe, expect, test } from 'vitest'
import { compose, confirmPlan, goTo, protectData, startTrial, button } from './support/app.ts'
import { setStage } from './support/stage.ts'
import { queueOf } from './support/telegram.ts'

const CHATS = ['📣 Quartier des Lilas', 'Voisins solidaires 🤝', 'Équipe bénévoles'] as const
// 4,096 UTF-16 code units: letters, line breaks, emoji of two units and of eleven (a family joined by ZWJ).
const FAMILY = '👩‍👩‍👧‍👦'
const head = `Bonjour à tous,\nrendez-vous place du marché ${FAMILY} 🥕 ñ € « ici »\n`
const LONG_TEXT = head + '🌻é'.repeat(1365).slice(0, 4096 - head.length - 2) + '🎷'

const stage = setStage()

/** The next 14 July that is at least a week away and within Telegram's year. */
function summerDay(): { year: number; typed: string } {
  const now = new Date()
  const thisYear = now.getUTCFullYear()
  const year = now < new Date(Date.UTC(thisYear, 6, 7)) ? thisYear : thisYear + 1
  return { year, typed: `14/07/${String(year)}` }
}

describe('from the first start to Telegram’s queue', () => {
  test('the trial starts in one click and the account is added with a wrong, then the right password', async () => {
    const { page } = stage.app
    const camille = stage.product.telegram.accounts[0]!
    await protectData(stage.app)
    await startTrial(stage.app)
    await page.getByLabel('Numéro de téléphone').fill(camille.phone)
    await button(page, 'Recevoir le code').click()
    await page.getByLabel('Code reçu').fill(camille.code)
    await button(page, 'Valider le code').click()
    const password = page.getByLabel('Mot de passe de la vérification en deux étapes')
    await password.fill('pas le bon')
    await button(page, 'Se connecter').click()
    await page.getByRole('alert').filter({ hasText: 'mot de passe' }).waitFor()
    await password.fill(camille.password!)
    await button(page, 'Se connecter').click()
    await password.waitFor({ state: 'detached' })
    await goTo(stage.app, 'Comptes')
    await page.getByText('Camille Moreau').first().waitFor()
    await goTo(stage.app, 'Licence')
    await page
      .getByText(/Essai gratuit jusqu’au \d/)
      .first()
      .waitFor()
  })

  test('09:00 in Paris on a summer day is exactly three messages at 07:00Z, 4,096 characters with emoji unchanged', async () => {
    expect(LONG_TEXT).toHaveLength(4096)
    const { year, typed } = summerDay()
    await compose(stage.app, {
      text: LONG_TEXT,
      chats: CHATS,
      dates: [{ date: typed, time: '09:00' }],
      zone: 'Europe/Paris',
    })
    await confirmPlan(stage.app, 3)
    const phone = stage.product.telegram.accounts[0]!.phone
    await expect.poll(() => queueOf(stage.product.telegram, phone).length, { timeout: 40_000 }).toBe(3)
    const queue = queueOf(stage.product.telegram, phone)
    expect(queue.map(message => message.chat).sort()).toEqual([...CHATS].sort())
    for (const message of queue) {
      expect(message.at).toBe(`${String(year)}-07-14T07:00:00.000Z`)
      expect(message.text).toBe(LONG_TEXT)
    }
  })

  test('the list shows all three at Telegram, and cancelling one leaves exactly two', async () => {
    const { page } = stage.app
    await goTo(stage.app, 'Messages')
    await expect.poll(() => page.getByText('Programmé chez Telegram').count(), { timeout: 20_000 }).toBe(3)
    await page.getByRole('checkbox', { name: /^Choisir .*Équipe bénévoles/ }).check()
    await button(page, 'Annuler l’envoi').first().click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Annuler l’envoi' }).click()
    const phone = stage.product.telegram.accounts[0]!.phone
    // For a few seconds it can still be taken back.
    await expect
      .poll(
        () =>
          queueOf(stage.product.telegram, phone)
            .map(message => message.chat)
            .sort(),
        { timeout: 30_000 },
      )
      .toEqual(CHATS.filter(chat => chat !== 'Équipe bénévoles').sort())
    await expect.poll(() => page.getByText('Programmé chez Telegram').count(), { timeout: 10_000 }).toBe(2)
  })

  test('at its date the message is published by Telegram and the list says so', async () => {
    const { page } = stage.app
    const queue = queueOf(stage.product.telegram, stage.product.telegram.accounts[0]!.phone)
    const due = Date.parse(queue[0]!.at)
    // The world's clock moves; the client's own stays, and learns of the publication from Telegram.
    stage.product.telegram.clock.advanceWorld(due - stage.product.telegram.clock.now() + 1000)
    await page.getByRole('tab', { name: 'Tous' }).click()
    await expect.poll(() => page.getByText('Publié', { exact: true }).count(), { timeout: 30_000 }).toBe(2)
  })

  test('nothing on the way broke the content security policy or raised an error', () => {
    expect(stage.app.complaints).toEqual([])
  })
})

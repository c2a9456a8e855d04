import { describe, expect, test } from 'vitest'
import { button, choose, goTo, protectData, startTrial } from './support/app.ts'
import { setStage } from './support/stage.ts'

const stage = setStage(async ({ app }) => {
  await protectData(app)
  await startTrial(app)
})

/** The sentence of the error on the screen: it must say something, and what to do next. */
async function sentence(matching: RegExp): Promise<string> {
  const alert = stage.app.page.getByRole('alert').filter({ hasText: matching }).first()
  await alert.waitFor({ timeout: 60_000 })
  return (await alert.textContent()) ?? ''
}

describe('each mistake has a sentence, and nothing typed is lost', () => {
  test('no network: the number stays in the field', async () => {
    const { page } = stage.app
    const account = stage.product.telegram.accounts[0]!
    stage.product.telegram.faults.add({ method: 'auth.sendCode', drop: 'before' })
    await page.getByLabel('Numéro de téléphone').fill(account.phone)
    await button(page, 'Recevoir le code').click()
    expect(await sentence(/Telegram/)).toMatch(/connexion|Internet|réseau|répond/i)
    expect(await page.getByLabel('Numéro de téléphone').inputValue()).toBe(account.phone)
    stage.product.telegram.faults.clear()
  })

  test('a wrong code can be corrected', async () => {
    const { page } = stage.app
    await button(page, 'Recevoir le code').click()
    await page.getByLabel('Code reçu').fill('00000')
    await button(page, 'Valider le code').click()
    expect(await sentence(/code/i)).toMatch(/vérifi|ressai|correct|exact/i)
    expect(await page.getByLabel('Code reçu').inputValue()).toBe('00000')
  })

  test('an expired code says so and asks for another', async () => {
    const { page } = stage.app
    const account = stage.product.telegram.accounts[0]!
    stage.product.telegram.world.expireCodes(account.phone)
    await page.getByLabel('Code reçu').fill(account.code)
    await button(page, 'Valider le code').click()
    expect(await sentence(/expir/i)).toMatch(/nouveau|autre|redemand/i)
  })

  test('a wrong two-step password can be tried again', async () => {
    const { page } = stage.app
    const account = stage.product.telegram.accounts[0]!
    await button(page, 'Changer de numéro').click()
    await page.getByLabel('Numéro de téléphone').fill(account.phone)
    await button(page, 'Recevoir le code').click()
    await page.getByLabel('Code reçu').fill(account.code)
    await button(page, 'Valider le code').click()
    const password = page.getByLabel('Mot de passe de la vérification en deux étapes')
    await password.fill('rose')
    await button(page, 'Se connecter').click()
    await sentence(/mot de passe/i)
    await password.fill(account.password!)
    await button(page, 'Se connecter').click()
    await password.waitFor({ state: 'detached' })
  })

  test('a past date is named before anything leaves, and the text stays', async () => {
    const { page } = stage.app
    await goTo(stage.app, 'Nouveau message')
    await page.getByLabel('Texte du message').fill('Trop tard')
    await choose(page, 'Voisins solidaires 🤝')
    await page.getByLabel('Date', { exact: true }).fill('14/07/2020')
    await page.getByLabel('Heure', { exact: true }).fill('09:00')
    await page.getByText('Cette date est passée.').waitFor()
    expect(await page.getByLabel('Texte du message').inputValue()).toBe('Trop tard')
    expect(stage.product.telegram.calls.some(call => call.method === 'messages.sendMessage')).toBe(false)
  })

  test('BTCPay down: buying says to try again later, the licence stays as it was', async () => {
    const { page } = stage.app
    await stage.product.btcpay.faults.set({ kind: 'refuse' })
    await goTo(stage.app, 'Licence')
    await button(page, 'Acheter un mois').click()
    expect(await sentence(/paiement/i)).toMatch(/plus tard|réessay/i)
    await page
      .getByText(/Essai gratuit jusqu’au \d/)
      .first()
      .waitFor()
    await stage.product.btcpay.faults.clear()
    await button(page, 'Acheter un mois').click()
    await page.getByRole('link', { name: /Ouvrir la page de paiement/ }).waitFor({ timeout: 60_000 })
  })
})

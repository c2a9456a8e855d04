import { startTelegram, type TelegramSandbox } from '@autotele/sandbox/telegram'
import { expect, onTestFinished, test } from 'vitest'
import type { SignInStep } from '../../apps/desktop/src/contract/index.ts'
import { CAMILLE, client, dataCentre, NASSIM, signedIn, valueOf } from './support.ts'
import { launch } from './product.ts'

// https://core.telegram.org/api/qr-login, through the whole core and the real protocol.

const urlOf = (step: SignInStep): { url: string; signInId: string } => {
  if (step.step !== 'qr') throw new Error(`no picture but ${step.step}`)
  return step
}

async function untilStep(ask: () => Promise<SignInStep> | SignInStep, wanted: SignInStep['step']) {
  for (let tries = 0; tries < 200; tries++) {
    const step = await ask()
    if (step.step === wanted) return step
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`never came to ${wanted}`)
}

test('a picture confirmed on a telephone signs the account in', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  const { url, signInId } = urlOf(await handlers['accounts.signInByQr']({}))
  expect(url).toMatch(/^tg:\/\/login\?token=[\w-]+$/)
  dc.acceptQr(url, NASSIM.phone)
  const done = await untilStep(() => handlers['accounts.refreshQr']({ signInId }), 'done')
  expect(done).toMatchObject({ account: { name: 'Nassim Benali', health: 'online' } })
  expect(await handlers['accounts.list']({})).toHaveLength(1)
})

test('the second step follows the picture where the account has one', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  const { url, signInId } = urlOf(await handlers['accounts.signInByQr']({}))
  dc.acceptQr(url, CAMILLE.phone)
  const step = await untilStep(() => handlers['accounts.refreshQr']({ signInId }), 'password')
  expect(step).toMatchObject({ hint: 'la fleur' })
  expect(await handlers['accounts.refreshQr']({ signInId })).toEqual(step)
  expect(await handlers['accounts.submitPassword']({ signInId, password: CAMILLE.password })).toMatchObject({
    step: 'done',
    account: { name: 'Camille Moreau' },
  })
})

test('the token is asked for anew before it expires, not at every look', async () => {
  const dc = await dataCentre()
  const { handlers, time } = await launch(dc)
  const first = urlOf(await handlers['accounts.signInByQr']({}))
  const { signInId } = first
  const asked = () => dc.calls.filter(({ method }) => method === 'auth.exportLoginToken').length
  for (let look = 0; look < 5; look++)
    expect(urlOf(await handlers['accounts.refreshQr']({ signInId })).url).toBe(first.url)
  expect(asked()).toBe(1)
  time.skip(28_000)
  dc.clock.advanceWorld(28_000)
  const second = urlOf(await handlers['accounts.refreshQr']({ signInId }))
  expect(second.url).not.toBe(first.url)
  dc.acceptQr(second.url, NASSIM.phone)
  await untilStep(() => handlers['accounts.refreshQr']({ signInId }), 'done')
})

test('an account at home in another data centre is followed there', async () => {
  const dc = await startTelegram({ log: () => undefined, dataCentres: [{ id: 2 }, { id: 4 }] })
  onTestFinished(() => dc.stop())
  livesIn(dc, NASSIM.phone, 4)
  const { handlers } = await launch(dc)
  const { url, signInId } = urlOf(await handlers['accounts.signInByQr']({}))
  dc.acceptQr(url, NASSIM.phone)
  const done = await untilStep(() => handlers['accounts.refreshQr']({ signInId }), 'done')
  expect(done).toMatchObject({ account: { name: 'Nassim Benali' } })
  expect(dc.calls.some(({ method }) => method === 'auth.importLoginToken')).toBe(true)
})

test('accounts that are here already are not asked', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  const first = urlOf(await handlers['accounts.signInByQr']({}))
  dc.acceptQr(first.url, NASSIM.phone)
  await untilStep(() => handlers['accounts.refreshQr'](first), 'done')
  const { url } = urlOf(await handlers['accounts.signInByQr']({}))
  expect(() => dc.acceptQr(url, NASSIM.phone)).toThrow('AUTH_TOKEN_EXCEPTION')
})

test('a lost connection costs a new picture, not the sign-in', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  const first = urlOf(await handlers['accounts.signInByQr']({}))
  const { signInId } = first
  dc.dropAll()
  let second = first
  while (second.url === first.url) {
    await new Promise(resolve => setTimeout(resolve, 10))
    second = urlOf(await handlers['accounts.refreshQr']({ signInId }))
  }
  dc.acceptQr(second.url, NASSIM.phone)
  await untilStep(() => handlers['accounts.refreshQr']({ signInId }), 'done')
})

test('a picture that was given up signs nobody in', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  const { signInId } = urlOf(await handlers['accounts.signInByQr']({}))
  await handlers['accounts.cancelSignIn']({ signInId })
  await expect((async () => handlers['accounts.refreshQr']({ signInId }))()).rejects.toMatchObject({
    error: { code: 'telegram/sign-in-over' },
  })
  expect(await handlers['accounts.list']({})).toEqual([])
})

test('a token confirmed too late is replaced', async () => {
  const dc = await dataCentre()
  const { line } = client(dc)
  valueOf(await line.connect())
  dc.faults.add({ method: 'auth.exportLoginToken', code: 400, text: 'AUTH_TOKEN_EXPIRED' })
  const refused = await line.loginToken([])
  expect(refused).toMatchObject({ ok: false, error: { reaction: 'LOGIN', code: 'telegram/sign-in-over' } })
  expect(valueOf(await line.loginToken([]))).toMatchObject({ kind: 'token' })
})

test('a signed-in connection never shows a picture', async () => {
  const dc = await dataCentre()
  const { line, me } = await signedIn(dc)
  expect(valueOf(await line.loginToken([]))).toEqual({ kind: 'signed-in', me })
})

function livesIn(dc: TelegramSandbox, phone: string, dcId: number): void {
  const { login } = dc.world.account(`+${phone}`)
  if (login === undefined || login === null) throw new Error('nobody signs in with this number')
  login.dcId = dcId
}

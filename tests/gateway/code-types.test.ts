import { startTelegram, type Delivery, type TelegramSandbox } from '@autotele/sandbox/telegram'
import { expect, onTestFinished, test } from 'vitest'
import type { SignInStep } from '../../apps/desktop/src/contract/index.ts'
import { installation, launch } from './product.ts'
import { dataCentre, NASSIM } from './support.ts'

// How a code reaches a person (https://core.telegram.org/api/auth), through the whole core and the real protocol.

const sentBy = (dc: TelegramSandbox, deliveries: readonly Delivery[], email: string | null = null): void => {
  const { login } = dc.world.account(`+${NASSIM.phone}`)
  if (login === null) throw new Error('nobody signs in with this number')
  login.deliveries = [...deliveries]
  login.email = email
}
const codeOf = (step: SignInStep) => {
  if (step.step !== 'code') throw new Error(`no code but ${step.step}`)
  return step
}
const phone = `+${NASSIM.phone}`

test.each([
  ['App', 'app', 5, null],
  ['Sms', 'sms', 5, null],
  ['Call', 'call', 5, null],
  ['FlashCall', 'flash-call', null, expect.stringMatching(/\d/)],
  ['MissedCall', 'missed-call', 5, expect.stringMatching(/^\+\d/)],
  ['FragmentSms', 'fragment', 5, null],
  ['SmsWord', 'sms-word', null, null],
  ['SmsPhrase', 'sms-phrase', null, null],
  ['EmailCode', 'email', 5, expect.stringContaining('*')],
] as const)('a code sent by %s is told as such and signs in', async (delivery, told, length, trace) => {
  const dc = await dataCentre()
  sentBy(dc, [delivery], 'nassim@exemple.fr')
  const { handlers } = await launch(dc)
  const step = codeOf(await handlers['accounts.signIn']({ phone }))
  expect(step).toMatchObject({ delivery: told, length, resend: null })
  expect(step.trace).toEqual(trace)
  const { signInId } = step
  const code = dc.codeFor(phone)
  expect(await handlers['accounts.submitCode']({ signInId, code })).toMatchObject({
    step: 'done',
    account: { name: 'Nassim Benali' },
  })
})

test.each([
  ['SetUpEmailRequired', 'email-setup'],
  ['FirebaseSms', 'official-app'],
] as const)('%s is told as what cannot be done here', async (delivery, told) => {
  const dc = await dataCentre()
  sentBy(dc, [delivery])
  const { handlers } = await launch(dc)
  expect(codeOf(await handlers['accounts.signIn']({ phone })).delivery).toBe(told)
})

test('another code comes by the next way, which is then shown; after the last there is none', async () => {
  const dc = await dataCentre()
  sentBy(dc, ['App', 'Sms', 'Call'])
  const { handlers, time } = await launch(dc)
  const first = codeOf(await handlers['accounts.signIn']({ phone }))
  expect(first).toMatchObject({ delivery: 'app', resend: { delivery: 'sms' } })
  const { signInId } = first
  const passMinute = () => {
    time.skip(61_000)
    dc.clock.advanceWorld(61_000)
  }
  passMinute()
  const second = codeOf(await handlers['accounts.resendCode']({ signInId }))
  expect(second).toMatchObject({ delivery: 'sms', resend: { delivery: 'call' } })
  passMinute()
  const third = codeOf(await handlers['accounts.resendCode']({ signInId }))
  expect(third).toMatchObject({ delivery: 'call', resend: null })
  await expect(handlers['accounts.resendCode']({ signInId })).rejects.toMatchObject({
    error: { code: 'telegram/no-other-code' },
  })
  const code = dc.codeFor(phone)
  expect(await handlers['accounts.submitCode']({ signInId, code })).toMatchObject({ step: 'done' })
})

test('changing the number takes the code back at Telegram', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  const { signInId } = codeOf(await handlers['accounts.signIn']({ phone }))
  await handlers['accounts.cancelSignIn']({ signInId })
  expect(dc.calls.filter(({ method }) => method === 'auth.cancelCode')).toHaveLength(1)
  const again = codeOf(await handlers['accounts.signIn']({ phone }))
  expect(again.signInId).not.toBe(signInId)
})

test('a number nobody has is refused after the code and never registered', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  const { signInId } = codeOf(await handlers['accounts.signIn']({ phone: '+33639989999' }))
  const refused = handlers['accounts.submitCode']({ signInId, code: '00000' })
  await expect(refused).rejects.toMatchObject({ error: { code: 'telegram/phone-unregistered' } })
  expect(dc.calls.some(({ method }) => method === 'auth.signUp')).toBe(false)
})

test('the same account twice is refused, and its first session stays', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  const first = codeOf(await handlers['accounts.signIn']({ phone }))
  await handlers['accounts.submitCode']({ signInId: first.signInId, code: dc.codeFor(phone) })
  await expect(handlers['accounts.signIn']({ phone })).rejects.toMatchObject({
    error: { code: 'telegram/account-already-added' },
  })
  expect(await handlers['accounts.list']({})).toMatchObject([{ health: 'online' }])
})

test('what Telegram keeps for its own applications is told with the next step', async () => {
  const dc = await dataCentre()
  const { handlers } = await launch(dc)
  for (const [text, code] of [
    ['PHONE_NUMBER_FLOOD', 'telegram/too-many-codes'],
    ['PHONE_NUMBER_BANNED', 'telegram/phone-banned'],
    ['PHONE_PASSWORD_FLOOD', 'telegram/too-many-codes'],
    ['EMAIL_NOT_SETUP', 'telegram/email-needed'],
    ['UPDATE_APP_TO_LOGIN', 'telegram/update-needed'],
    ['API_ID_PUBLISHED_FLOOD', 'telegram/api-id-public'],
    ['RECAPTCHA_CHECK_login__key', 'telegram/official-app-needed'],
  ] as const) {
    dc.faults.add({ method: 'auth.sendCode', code: 400, text })
    await expect(handlers['accounts.signIn']({ phone })).rejects.toMatchObject({ error: { code } })
  }
})

test('a number at home in another data centre is followed there, and comes back there after a restart', async () => {
  const dc = await startTelegram({ log: () => undefined, dataCentres: [{ id: 2 }, { id: 4 }] })
  onTestFinished(() => dc.stop())
  const { login } = dc.world.account(phone)
  if (login === null) throw new Error('nobody signs in with this number')
  login.dcId = 4
  const at = installation()
  const core = await launch(dc, { at })
  const { signInId } = codeOf(await core.handlers['accounts.signIn']({ phone }))
  await core.handlers['accounts.submitCode']({ signInId, code: dc.codeFor(phone) })
  await core.stop()
  const again = await launch(dc, { at, seed: 'two' })
  expect(await again.handlers['accounts.list']({})).toMatchObject([
    { name: 'Nassim Benali', health: 'online' },
  ])
})

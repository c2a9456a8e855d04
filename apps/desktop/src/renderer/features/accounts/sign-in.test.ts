import { afterEach, expect, test, vi } from 'vitest'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { button, field, settle, walk, eventually } from '../../testing/mount.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

const value = (element: Element) => (element as HTMLInputElement).value

async function start(fake = createFakeBridge('full')) {
  const walked = await walk('/accounts/add', { fake })
  await eventually(() => field(walked.wrapper, 'Numéro de téléphone'))
  return walked
}

async function toCode(walked: Awaited<ReturnType<typeof start>>) {
  await field(walked.wrapper, 'Numéro de téléphone').setValue('+33612345678')
  await walked.wrapper.get('form').trigger('submit')
  await settle()
}

test('phone, code and password lead to the account', async () => {
  const { wrapper, router, fake } = await start()
  await toCode({ wrapper, router, fake })
  expect(wrapper.text()).toContain('dans l’application Telegram de vos autres appareils')
  expect(wrapper.text()).toContain('5 chiffres')
  await field(wrapper, 'Code reçu').setValue('22222')
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(wrapper.text()).toContain('Indice que vous aviez choisi : le chat')
  await field(wrapper, 'Mot de passe de la vérification en deux étapes').setValue('secret')
  await wrapper.get('form').trigger('submit')
  await eventually(() => expect(router.currentRoute.value.name).toBe('accounts'))
  wrapper.unmount()
})

test('a wrong code says so, keeps what was typed, and may be tried again', async () => {
  const walked = await start()
  await toCode(walked)
  const { wrapper } = walked
  await field(wrapper, 'Code reçu').setValue('99999')
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(wrapper.get('[data-testid=error]').attributes('data-code')).toBe('telegram/code-invalid')
  expect(value(field(wrapper, 'Code reçu').element)).toBe('99999')
  wrapper.unmount()
})

test('the step survives going elsewhere and coming back', async () => {
  const walked = await start()
  await toCode(walked)
  const { wrapper, router } = walked
  await field(wrapper, 'Code reçu').setValue('123')
  await router.push('/settings')
  await settle()
  await router.push('/accounts/add')
  await eventually(() => field(wrapper, 'Code reçu'))
  expect(value(field(wrapper, 'Code reçu').element)).toBe('123')
  wrapper.unmount()
})

test('a sign-in that is over starts again from the number, which is kept', async () => {
  const walked = await start()
  await toCode(walked)
  const { wrapper, fake } = walked
  fake.failNext('accounts.submitCode', 'telegram/sign-in-over')
  await field(wrapper, 'Code reçu').setValue('12345')
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(value(field(wrapper, 'Numéro de téléphone').element)).toBe('+33612345678')
  expect(wrapper.text()).toContain('Recommencez avec le numéro de téléphone')
  wrapper.unmount()
})

test('changing the number tells the core to forget the sign-in', async () => {
  const walked = await start()
  await toCode(walked)
  const { wrapper, fake } = walked
  await button(wrapper, 'Changer de numéro').trigger('click')
  await settle()
  expect(fake.calls.at(-1)).toMatchObject({ name: 'accounts.cancelSignIn', input: { signInId: 's1' } })
  wrapper.unmount()
})

test('another code can be asked for only from the moment Telegram gave', async () => {
  let now = Date.parse('2026-11-22T13:00:00Z')
  const fake = createFakeBridge('full', () => now)
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const again = await walk('/accounts/add', { fake, clock: () => now })
  await eventually(() => field(again.wrapper, 'Numéro de téléphone'))
  await toCode({ ...again })
  expect(again.wrapper.get('[data-testid=resend-countdown]').text()).toContain('par SMS')
  expect(again.wrapper.get('[data-testid=resend-countdown]').text()).toContain('42 s')
  now += 43_000
  vi.advanceTimersByTime(1000)
  await settle()
  expect(button(again.wrapper, 'Renvoyer le code (par SMS)').exists()).toBe(true)
  again.wrapper.unmount()
  vi.useRealTimers()
})

test('a picture can be read instead of typing a number, renews itself, and ends in the account', async () => {
  let now = Date.parse('2026-11-22T13:00:00Z')
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const fake = createFakeBridge('full', () => now)
  const { wrapper, router } = await walk('/accounts/add', { fake, clock: () => now })
  await eventually(() => button(wrapper, 'Se connecter avec un QR code'))
  await button(wrapper, 'Se connecter avec un QR code').trigger('click')
  await settle()
  const squares = () => wrapper.get('[data-testid=qr] path').attributes('d')
  const first = squares()
  expect(first).toMatch(/^M4 4h1v1h-1z/)
  expect(wrapper.get('[data-testid=qr]').attributes('aria-label')).toBe('QR code de connexion à Telegram')
  expect(document.body.innerHTML).not.toMatch(/ style=/)
  now += 30_000
  vi.advanceTimersByTime(1000)
  await eventually(() => expect(squares()).not.toBe(first))
  fake.confirmQr()
  vi.advanceTimersByTime(1000)
  await eventually(() => expect(router.currentRoute.value.name).toBe('accounts'))
  wrapper.unmount()
  vi.useRealTimers()
})

test('from the picture one gets back to the number, and the core forgets the token', async () => {
  const { wrapper, fake } = await start()
  await button(wrapper, 'Se connecter avec un QR code').trigger('click')
  await settle()
  await button(wrapper, 'Se connecter par numéro').trigger('click')
  await settle()
  expect(fake.calls.at(-1)).toMatchObject({ name: 'accounts.cancelSignIn', input: { signInId: 's1' } })
  expect(value(field(wrapper, 'Numéro de téléphone').element)).toBe('')
  wrapper.unmount()
})

test.each([
  ['email', 'c***@exemple.fr', 'à votre adresse e-mail c***@exemple.fr', 'Code reçu'],
  ['flash-call', '339751*****', 'le numéro complet qui s’affiche (339751*****)', 'Code reçu'],
  ['missed-call', '+3397', 'derniers chiffres du numéro (+3397…)', 'Code reçu'],
  ['sms-word', 't', 'Il commence par « t ».', 'Mot reçu'],
  ['sms-phrase', 'le tournesol', 'Il commence par « le tournesol ».', 'Phrase reçue'],
] as const)(
  'a code sent by %s is told so, and asked for as what it is',
  async (delivery, trace, told, label) => {
    const fake = createFakeBridge('full')
    fake.answer('accounts.signIn', ({ phone }) => ({
      step: 'code',
      signInId: 's1',
      phone,
      delivery,
      length: null,
      trace,
      resend: null,
    }))
    const walked = await start(fake)
    await toCode(walked)
    expect(walked.wrapper.text()).toContain(told)
    expect(value(field(walked.wrapper, label).element)).toBe('')
    walked.wrapper.unmount()
  },
)

test.each(['email-setup', 'official-app'] as const)(
  'where %s stands in the way, no code is asked for and the next step is told',
  async delivery => {
    const fake = createFakeBridge('full')
    fake.answer('accounts.signIn', ({ phone }) => ({
      step: 'code',
      signInId: 's1',
      phone,
      delivery,
      length: null,
      trace: null,
      resend: null,
    }))
    const walked = await start(fake)
    await toCode(walked)
    expect(walked.wrapper.text()).toContain('connectez-vous avec un QR code')
    expect(walked.wrapper.findAll('input')).toHaveLength(0)
    expect(button(walked.wrapper, 'Se connecter avec un QR code').exists()).toBe(true)
    walked.wrapper.unmount()
  },
)

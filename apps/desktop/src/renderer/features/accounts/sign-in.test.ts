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
  await field(wrapper, 'Mot de passe de la validation en deux étapes').setValue('secret')
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

import { afterEach, expect, test } from 'vitest'
import { eventually, settle, walk, button } from '../../testing/mount.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

test('what is wrong comes first, with its cause, its remedy and the way to where it is mended', async () => {
  const { wrapper, router } = await walk('/settings/diagnostics')
  await eventually(() => button(wrapper, 'Lancer le diagnostic'))
  await button(wrapper, 'Lancer le diagnostic').trigger('click')
  await eventually(() => expect(wrapper.get('[data-testid=verdict]').text()).toContain('2 points à corriger'))
  const [first] = wrapper.findAll('[data-check]')
  expect(first?.text()).toContain('proxy.example:1080 ne répond pas')
  await first?.get('a').trigger('click')
  await settle()
  await eventually(() => expect(router.currentRoute.value.name).toBe('network'))
})

test('diagnostics and log can be had while the vault is locked', async () => {
  const { wrapper, router } = await walk('/trouble', { scenario: 'locked' })
  await eventually(() => button(wrapper, 'Lancer le diagnostic'))
  expect(router.currentRoute.value.name).toBe('trouble')
})

test('what is unticked is left out of the file', async () => {
  const { wrapper, fake } = await walk('/settings/diagnostics')
  await eventually(() => button(wrapper, 'Préparer le fichier…'))
  await button(wrapper, 'Préparer le fichier…').trigger('click')
  await eventually(() => expect(document.querySelectorAll('[data-testid=bundle-file]')).toHaveLength(2))
  document.querySelectorAll<HTMLInputElement>('[data-testid=bundle-file] input')[1]?.click()
  await settle()
  const save = [...document.querySelectorAll('button')].find(one =>
    one.textContent?.includes('Enregistrer le fichier'),
  )
  save?.click()
  await eventually(() =>
    expect(fake.calls.find(({ name }) => name === 'diagnostics.export')?.input).toEqual({
      exportId: 'e1',
      leaveOut: ['autotele_20270105.log'],
    }),
  )
})

import { afterEach, expect, test, vi } from 'vitest'
import App from '../../App.vue'
import type { ShellLink } from '../../../contract/index.ts'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { eventually, mountWith } from '../../testing/mount.ts'
import { useComposer } from '../composer/store.ts'

afterEach(() => {
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
})

async function opened(link: ShellLink) {
  const fake = createFakeBridge('full')
  const mounted = await mountWith(App, { fake })
  await mounted.router.push('/messages')
  const view = await fake.call('shell.get', {})
  fake.answer('shell.takeLink', () => ({ link }))
  if (view.ok) fake.emit('shell.changed', { ...view.data, link: true })
  return { ...mounted, fake }
}

test('a licence key from an address stands in its field, and nothing is activated', async () => {
  const { wrapper, fake } = await opened({ kind: 'license', licenseKey: 'ABCD-EFGH' })
  await eventually(() =>
    expect(wrapper.findAll('input').map(({ element }) => element.value)).toContain('ABCD-EFGH'),
  )
  expect(fake.calls.map(({ name }) => name)).not.toContain('license.activate')
})

test('a text from an address stands in the composer, and nothing is scheduled', async () => {
  const { fake } = await opened({ kind: 'compose', text: 'Bonjour' })
  await eventually(() => expect(useComposer().text).toBe('Bonjour'))
  expect(fake.calls.map(({ name }) => name)).not.toContain('plans.confirm')
})

test.each([
  ['granted', true, 1],
  ['granted', false, 0],
  ['denied', true, 0],
  ['default', true, 0],
])('with notifications %s and the page hidden: %s, %s is shown', async (permission, hidden, count) => {
  const shown = vi.fn()
  vi.stubGlobal('Notification', Object.assign(shown, { permission }))
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden)
  const fake = createFakeBridge('full')
  await mountWith(App, { fake })
  fake.emit('shell.noticed', { kind: 'failed', title: 'Titre', text: 'Texte', page: 'deliveries' })
  expect(shown.mock.calls).toEqual(count === 0 ? [] : [['Titre', { body: 'Texte' }]])
})

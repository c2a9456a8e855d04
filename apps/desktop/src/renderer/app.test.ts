import type { VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import App from './App.vue'
import { useAccounts } from './features/accounts/store.ts'
import { createFakeBridge, type FakeBridge } from './testing/fake-bridge.ts'
import { eventually, field, mountWith, settle } from './testing/mount.ts'

afterEach(() => {
  document.body.innerHTML = ''
  delete document.documentElement.dataset['theme']
})

async function open(start: string, fake: FakeBridge = createFakeBridge('full')) {
  const mounted = await mountWith(App, { fake })
  await mounted.router.push(start)
  await shows(mounted.wrapper, start === '/' ? 'Messages' : undefined)
  return mounted
}

const shows = (wrapper: VueWrapper, title?: string) =>
  eventually(() => (title === undefined ? wrapper.get('h1') : expect(wrapper.get('h1').text()).toBe(title)))

const press = (key: string, init: KeyboardEventInit = {}, target: EventTarget = window) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))

test('each page has its title, and going to it moves the focus to its heading', async () => {
  const { wrapper, router } = await open('/')
  expect(document.title).toBe('Messages · AutoTele')
  await router.push('/accounts')
  await shows(wrapper, 'Comptes')
  expect(document.title).toBe('Comptes · AutoTele')
  await eventually(() => expect(document.activeElement?.textContent).toBe('Comptes'))
  wrapper.unmount()
})

test('Control N starts a message, and a question mark shows the shortcuts unless one is writing', async () => {
  const { wrapper, router } = await open('/')
  press('n', { ctrlKey: true })
  await eventually(() => field(wrapper, 'Texte du message'))
  expect(router.currentRoute.value.name).toBe('compose')
  press('?', {}, field(wrapper, 'Texte du message').element)
  await settle()
  expect(document.querySelector('[role=dialog]')).toBeNull()
  press('?')
  await eventually(() =>
    expect(document.querySelector('[role=dialog]')?.textContent).toContain('Raccourcis clavier'),
  )
  wrapper.unmount()
})

test('the shortcut of a single key can be switched off, and stays so', async () => {
  localStorage.clear()
  const { wrapper } = await open('/')
  press('?')
  await eventually(() => document.querySelector<HTMLElement>('[role=switch]')!.click())
  expect(localStorage.getItem('autotele.single-key-shortcuts')).toBe('false')
  press('Escape', {}, document.activeElement!)
  await eventually(() => expect(document.querySelector('[role=dialog]')).toBeNull())
  press('?')
  await settle()
  expect(document.querySelector('[role=dialog]')).toBeNull()
  localStorage.clear()
  wrapper.unmount()
})

test('Control K finds pages, actions, accounts and chats by a few letters, and goes there', async () => {
  const { wrapper, fake, router } = await open('/accounts')
  press('k', { ctrlKey: true })
  const input = await eventually(() => {
    const found = document.querySelector<HTMLInputElement>('[role=dialog] input')
    if (found === null) throw new Error('no palette')
    return found
  })
  const titles = () => [...document.querySelectorAll('[role=option]')].map(one => one.textContent ?? '')
  expect(titles().some(title => title.includes('Réglages'))).toBe(true)
  input.value = 'cine'
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await eventually(() => expect(titles().filter(title => title.includes('Ciné-club'))).not.toEqual([]))
  const option = [...document.querySelectorAll<HTMLElement>('[role=option]')].find(one =>
    one.textContent?.includes('Ciné-club'),
  )
  option?.click()
  await eventually(() => expect(router.currentRoute.value.name).toBe('messages'))
  expect(fake.calls.filter(({ name }) => name === 'deliveries.list').at(-1)?.input).toMatchObject({
    chatId: '-1004',
  })
  wrapper.unmount()
})

test('a core that is away is told as long as it is away', async () => {
  const { wrapper, fake } = await open('/')
  fake.connect(false)
  await settle()
  expect(wrapper.get('[data-testid=offline]').text()).toContain('AutoTele ne répond plus')
  fake.connect(true)
  await settle()
  expect(wrapper.find('[data-testid=offline]').exists()).toBe(false)
  wrapper.unmount()
})

test('the language changes live, wherever it was changed, and what was typed stays', async () => {
  const { wrapper, fake } = await open('/compose')
  await eventually(() => field(wrapper, 'Texte du message'))
  await field(wrapper, 'Texte du message').setValue('Bonjour')
  fake.emit('settings.changed', { ...fake.state.settings, language: 'en', theme: 'dark' })
  await eventually(() => field(wrapper, 'Message text'))
  expect((field(wrapper, 'Message text').element as HTMLTextAreaElement).value).toBe('Bonjour')
  expect(document.title).toBe('New message · AutoTele')
  expect(document.documentElement.dataset['theme']).toBe('dark')
  wrapper.unmount()
})

test('locking hides everything at once, and the passphrase leads back to where one was', async () => {
  const { wrapper, fake, router } = await open('/settings')
  await eventually(() => expect(useAccounts().list).toHaveLength(3))
  fake.state.app = { ...fake.state.app, vault: 'locked' }
  fake.emit('app.changed', fake.state.app)
  await shows(wrapper, 'Déverrouiller AutoTele')
  expect(useAccounts().list).toEqual([])
  await field(wrapper, 'Phrase secrète').setValue('ouvre-toi sésame')
  await wrapper.get('form').trigger('submit')
  await shows(wrapper, 'Réglages généraux')
  expect(router.currentRoute.value.name).toBe('settings')
  wrapper.unmount()
})

test('an account that needs its owner is counted in the navigation', async () => {
  const { wrapper } = await open('/')
  await eventually(() => expect(wrapper.get('nav .dot').text()).toBe('1'))
  wrapper.unmount()
})

test('an address that leads nowhere says so', async () => {
  const { wrapper } = await open('/nulle-part')
  await shows(wrapper, 'Page introuvable')
  wrapper.unmount()
})

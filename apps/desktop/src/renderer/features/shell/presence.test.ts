import { afterEach, expect, test } from 'vitest'
import App from '../../App.vue'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { mountWith } from '../../testing/mount.ts'
import { useSettings } from '../../stores/settings.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

async function opened(autoLogoutMinutes: number) {
  const fake = createFakeBridge('full')
  const { wrapper } = await mountWith(App, { fake })
  const settings = useSettings()
  await settings.load()
  if (settings.data !== null) settings.set({ ...settings.data, autoLogoutMinutes })
  const stays = () => fake.calls.filter(({ name }) => name === 'vault.stay').length
  const at = (timeStamp: number, type = 'keydown') => {
    const event = new Event(type)
    Object.defineProperty(event, 'timeStamp', { value: timeStamp })
    window.dispatchEvent(event)
  }
  return { stays, at, close: () => wrapper.unmount() }
}

test('a key, a wheel or a pointer says that somebody is there, three times a minute at most, as long as the page is', async () => {
  const { stays, at, close } = await opened(5)
  expect(stays()).toBe(0)
  at(1000)
  at(2000, 'pointermove')
  at(20_999, 'wheel')
  expect(stays()).toBe(1)
  at(21_000, 'pointermove')
  expect(stays()).toBe(2)
  close()
  at(60_000)
  expect(stays()).toBe(2)
})

test('nobody is told where nothing locks by itself', async () => {
  const { stays, at } = await opened(0)
  at(1000)
  expect(stays()).toBe(0)
})

import { beforeEach, expect, test, vi } from 'vitest'
import { settle } from '../core/testing/index.ts'
import { installLifecycle } from './lifecycle.ts'
import { app } from './testing/electron.ts'

beforeEach(() => {
  app.removeAllListeners()
  app.calls.length = 0
})

test('quitting waits for the core to stop, once, however often it is asked', async () => {
  let stopped: () => void = () => undefined
  const stop = vi.fn(() => new Promise<void>(resolve => (stopped = resolve)))
  installLifecycle({ stop }, () => undefined)
  app.quit()
  app.quit()
  await settle()
  expect(app.calls).toEqual(['quit-prevented', 'quit-prevented'])
  stopped()
  await settle()
  expect(app.calls).toEqual(['quit-prevented', 'quit-prevented', 'quit'])
  expect(stop).toHaveBeenCalledOnce()
})

test('a core that fails to stop does not keep the application open', async () => {
  installLifecycle({ stop: () => Promise.reject(new Error('x')) }, () => undefined)
  app.quit()
  await settle()
  expect(app.calls.at(-1)).toBe('quit')
})

test.each([
  ['linux', true],
  ['win32', true],
  ['darwin', false],
])('with its last window closed, on %s the application ends: %s', (platform, ends) => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform as NodeJS.Platform)
  installLifecycle({ stop: () => Promise.resolve() }, () => undefined)
  app.emit('window-all-closed')
  expect(app.calls.length > 0).toBe(ends)
})

test('on macOS the window comes back from the dock', () => {
  const openWindow = vi.fn()
  installLifecycle({ stop: () => Promise.resolve() }, openWindow)
  app.emit('activate')
  expect(openWindow).toHaveBeenCalledOnce()
})

import { beforeEach, expect, test, vi } from 'vitest'
import { settle } from '../core/testing/index.ts'
import { installLifecycle } from './lifecycle.ts'
import { app, powerMonitor } from './testing/electron.ts'

beforeEach(() => {
  app.removeAllListeners()
  powerMonitor.removeAllListeners()
  app.calls.length = 0
})

const install = (over: Partial<Parameters<typeof installLifecycle>[0]> & { stop?: () => Promise<void> }) =>
  installLifecycle({
    core: { stop: over.stop ?? (() => Promise.resolve()) },
    openWindow: () => undefined,
    mayQuit: () => Promise.resolve(true),
    ...over,
  })

test('quitting waits for the core to stop, once, however often it is asked', async () => {
  let stopped: () => void = () => undefined
  const stop = vi.fn(() => new Promise<void>(resolve => (stopped = resolve)))
  install({ stop })
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
  install({ stop: () => Promise.reject(new Error('x')) })
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
  install({})
  app.emit('window-all-closed')
  expect(app.calls.length > 0).toBe(ends)
})

test('on macOS the window comes back from the dock', () => {
  const openWindow = vi.fn()
  install({ openWindow })
  app.emit('activate')
  expect(openWindow).toHaveBeenCalledOnce()
})

test('the person may stay: nothing is stopped, the window is there, and they are asked again next time', async () => {
  const stop = vi.fn(() => Promise.resolve())
  const openWindow = vi.fn()
  const answers = [false, true]
  install({ stop, openWindow, mayQuit: () => Promise.resolve(answers.shift() ?? true) })
  app.quit()
  app.quit()
  await settle()
  expect([stop.mock.calls.length, openWindow.mock.calls.length, answers.length]).toEqual([0, 1, 1])
  app.quit()
  await settle()
  expect([stop.mock.calls.length, app.calls.at(-1)]).toEqual([1, 'quit'])
})

test('a session that ends is not held up by a question', async () => {
  const mayQuit = vi.fn(() => Promise.resolve(false))
  install({ mayQuit })
  powerMonitor.emit('shutdown')
  app.quit()
  await settle()
  expect([mayQuit.mock.calls.length, app.calls.at(-1)]).toEqual([0, 'quit'])
})

test('an installation ends the program without a question, after the core', async () => {
  const mayQuit = vi.fn(() => Promise.resolve(false))
  const lifecycle = install({ mayQuit })
  const last = vi.fn()
  lifecycle.quitAnd(last)
  expect([lifecycle.quitting(), last.mock.calls.length]).toEqual([true, 0])
  await settle()
  expect([mayQuit.mock.calls.length, last.mock.calls.length]).toEqual([0, 1])
})

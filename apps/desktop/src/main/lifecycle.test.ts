import { beforeEach, expect, test, vi } from 'vitest'
import { memoryLog, settle } from '../core/testing/index.ts'
import { installCrashReport, installLifecycle } from './lifecycle.ts'
import { app, dialog } from './testing/electron.ts'

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

test('a bug in the shell is said and written without secrets, and ends it', () => {
  const on = vi.spyOn(process, 'on').mockReturnThis()
  const { log, lines } = memoryLog()
  installCrashReport(log)
  expect(on.mock.calls.map(([name]) => name)).toEqual(['uncaughtException', 'unhandledRejection'])
  const end = on.mock.calls[0]?.[1] as unknown as (error: unknown) => void
  on.mockRestore()
  end(new Error('Bearer hunter2 at +33612345678'))
  expect(app.calls).toEqual(['exit:1'])
  expect(JSON.stringify([lines, dialog.shown])).toContain('[phone]')
  expect(JSON.stringify([lines, dialog.shown])).not.toMatch(/hunter2|33612/)
})

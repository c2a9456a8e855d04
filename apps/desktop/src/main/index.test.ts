import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { settle } from '../core/testing/index.ts'
import {
  app,
  BrowserWindow,
  ipcMain,
  powerMonitor,
  sessions,
  utilityProcess,
  type FakeUtilityProcess,
} from './testing/electron.ts'

// The whole shell, started once against the stand-in, in the order of these tests.

const folder = mkdtempSync(join(tmpdir(), 'autotele-shell-'))
// The shell looks for the interface where the build puts it, beside its own folder.
vi.mock('../host/static-files.ts', () => ({ readStaticFiles: () => new Map() }))

const core = (): FakeUtilityProcess => utilityProcess.forked.at(-1)!
const window = (): BrowserWindow => BrowserWindow.opened[0]!

beforeAll(async () => {
  vi.stubEnv('AUTOTELE_CORE_ENTRY', '/evil/entry.js')
  app.paths.set('appData', folder)
  mkdirSync(join(folder, 'AutoTele'))
  writeFileSync(join(folder, 'AutoTele', 'window.json'), 'damaged')
  await import('./index.ts')
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('before Chromium is ready: paths, then the lock that lies in them, then the sandbox and the scheme', () => {
  expect(app.calls).toEqual([
    'appUserModelId',
    'path:userData',
    'path:sessionData',
    'lock',
    'sandbox',
    'scheme',
  ])
  expect(app.getPath('userData')).toBe(join(folder, 'AutoTele'))
  expect([BrowserWindow.opened, utilityProcess.forked, ipcMain.handlers.size]).toEqual([[], [], 0])
})

test('files are made for their owner alone', () => {
  if (process.platform !== 'win32') expect(process.umask()).toBe(0o077)
})

test('then: one window, in memory, and the core in a process of its own', async () => {
  app.becomeReady()
  await settle()
  expect(BrowserWindow.opened).toHaveLength(1)
  expect([...sessions.entries()]).toMatchObject([['autotele', { options: { cache: false } }]])
  expect(window().options.webPreferences['session']).toBe(sessions.get('autotele'))
  expect(utilityProcess.forked).toHaveLength(1)
  expect(core().posted).toEqual([
    {
      type: 'init',
      init: { dataFolder: join(folder, 'AutoTele'), version: '1.2.3', hosted: 'electron', args: null },
    },
  ])
})

test('a packaged program runs its own core, whatever its environment says', () => {
  expect(core().entry).toMatch(/core-process\.js$/)
})

test('a call goes from the page to the core and back', async () => {
  const handler = ipcMain.handlers.get('autotele') as unknown as (event: unknown, request: unknown) => unknown
  const answer = handler(
    { senderFrame: window().webContents.mainFrame },
    { kind: 'call', name: 'app.state', input: {} },
  )
  const call = core().posted.at(-1) as unknown as { id: number }
  expect(call).toMatchObject({ type: 'call', name: 'app.state' })
  core().emit('message', { type: 'result', id: call.id, envelope: { ok: true, data: 1 } })
  expect(await answer).toEqual({ ok: true, data: 1 })
})

test('the core hears of it when the machine wakes up', () => {
  powerMonitor.emit('suspend')
  powerMonitor.emit('resume')
  expect(core().posted.at(-1)).toEqual({ type: 'resume' })
})

test('a second start shows the window of the first', () => {
  app.emit('second-instance', {}, ['--evil'])
  expect(window().calls.slice(-3)).toEqual(['restore', 'show', 'focus'])
})

test('a window that was closed opens anew when the application is activated', () => {
  window().emit('closed')
  app.emit('activate')
  expect(BrowserWindow.opened).toHaveLength(2)
  app.emit('activate')
  expect(BrowserWindow.opened).toHaveLength(2)
})

test('quitting stops the core first, and the application ends when its process has', async () => {
  app.calls.length = 0
  app.quit()
  expect(core().posted.at(-1)).toEqual({ type: 'stop' })
  await settle()
  expect(app.calls).toEqual(['quit-prevented'])
  core().emit('exit', 0)
  await settle()
  expect(app.calls).toEqual(['quit-prevented', 'quit'])
  expect(utilityProcess.forked).toHaveLength(1)
})

import type * as ChildProcess from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { settle } from '../core/testing/index.ts'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Notification,
  powerMonitor,
  sessions,
  Tray,
  utilityProcess,
  type FakeUtilityProcess,
} from './testing/electron.ts'

// The whole shell, started once against the stand-in, in the order of these tests.

const folder = mkdtempSync(join(tmpdir(), 'autotele-shell-'))
// The shell looks for the interface where the build puts it, beside its own folder.
vi.mock('../host/static-files.ts', () => ({ readStaticFiles: () => new Map() }))

// A desktop whose bus says that somebody watches for tray icons.
vi.mock('node:child_process', async original => ({
  ...(await original<typeof ChildProcess>()),
  execFile: (_command: string, _args: unknown, _options: unknown, done: (e: null, out: string) => void) =>
    done(null, '(true,)'),
}))

const core = (): FakeUtilityProcess => utilityProcess.forked.at(-1)!
const window = (): BrowserWindow => BrowserWindow.opened[0]!

beforeAll(async () => {
  vi.stubEnv('AUTOTELE_CORE_ENTRY', '/evil/entry.js')
  app.paths.set('appData', folder)
  mkdirSync(join(folder, 'AutoTele'))
  writeFileSync(join(folder, 'AutoTele', 'window.json'), 'damaged')
  process.argv.push('autotele://license?key=COLD')
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
    'protocol:autotele',
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

const handler = () =>
  ipcMain.handlers.get('autotele') as unknown as (event: unknown, request: unknown) => Promise<unknown>
const ask = (name: string, input: unknown = {}, frame: unknown = window().webContents.mainFrame) =>
  handler()({ senderFrame: frame }, { kind: 'call', name, input }) as Promise<{ data: never }>
/** The core of these tests answers what it was asked for last. */
const answer = (data: unknown): void => {
  const { id } = core().posted.findLast(({ type }) => type === 'call') as unknown as { id: number }
  core().emit('message', { type: 'result', id, envelope: { ok: true, data } })
}

test('a call goes from the page to the core and back', async () => {
  const asked = ask('app.state')
  expect(core().posted.at(-1)).toMatchObject({ type: 'call', name: 'app.state' })
  answer(1)
  expect(await asked).toEqual({ ok: true, data: 1 })
})

test('a foreign page and a frame inside ours are refused, and what they asked never happens', () => {
  const before = core().posted.length
  for (const frame of [null, { url: 'app://bundle/' }, { url: 'https://evil.example/' }]) {
    expect(() => ask('app.state', {}, frame)).toThrow('refused')
  }
  window().webContents.mainFrame.url = 'https://evil.example/'
  expect(() => ask('app.state')).toThrow('refused')
  window().webContents.mainFrame.url = 'app://bundle/'
  expect(core().posted).toHaveLength(before)
})

test('the page navigates nowhere and is given no permission', () => {
  for (const name of ['will-navigate', 'will-redirect', 'will-attach-webview']) {
    let prevented = false
    window().webContents.emit(name, { preventDefault: () => (prevented = true) })
    expect([name, prevented]).toEqual([name, true])
  }
  const check = sessions.get('autotele')!.handlers['permissionCheck'] as unknown as (
    ...asked: unknown[]
  ) => boolean
  expect(check(null, 'notifications', 'app://bundle/')).toBe(false)
})

test('a folder is asked for with the system’s own dialog', async () => {
  dialog.folders = [folder]
  expect((await ask('shell.pickFolder')).data).toEqual({ path: folder })
  expect(dialog.shown.at(-1)).toMatchObject({ properties: ['openDirectory', 'dontAddToRecent'] })
  dialog.folders = []
  expect((await ask('shell.pickFolder')).data).toEqual({ path: null })
})

test('the link of a cold start waits for the page, which takes it once; a warm one is told', async () => {
  expect(await ask('shell.get')).toMatchObject({ ok: true, data: { link: true, tray: true } })
  expect((await ask('shell.takeLink')).data).toEqual({ link: { kind: 'license', licenseKey: 'COLD' } })
  window().webContents.sent.length = 0
  app.emit('second-instance', {}, ['autotele', 'autotele://compose?text=WARM'])
  expect(window().webContents.sent).toContainEqual(
    expect.objectContaining({ message: expect.objectContaining({ kind: 'event' }) as unknown }),
  )
  expect((await ask('shell.takeLink')).data).toEqual({ link: { kind: 'compose', text: 'WARM' } })
  expect((await ask('shell.takeLink')).data).toEqual({ link: null })
})

test('closing the window leaves the program in the tray, which is told once', async () => {
  const close = (): boolean => {
    let prevented = false
    window().emit('close', { preventDefault: () => (prevented = true) })
    return prevented
  }
  expect([close(), close()]).toEqual([true, true])
  expect(Notification.shown).toHaveLength(1)
  Tray.opened[0]?.click('Open AutoTele')
  expect(window().calls.slice(-2)).toEqual(['show', 'focus'])
  await ask('shell.update', { closeToTray: false })
  expect(close()).toBe(false)
  await ask('shell.update', { closeToTray: true })
})

test('a core that crashes is reported, and another one takes its place', async () => {
  vi.useFakeTimers()
  const asked = ask('app.state')
  core().emit('message', { type: 'ready' })
  core().emit('exit', 1)
  expect(await asked).toMatchObject({ ok: false, error: { code: 'call/core-unavailable' } })
  await vi.advanceTimersByTimeAsync(1000)
  vi.useRealTimers()
  expect(utilityProcess.forked).toHaveLength(2)
  const report = (await ask('shell.crashReport')) as { data: { text: string } }
  expect(report.data.text).toContain('core-ended')
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

test('quitting asks when messages are only here, then stops the core, and ends when its process has', async () => {
  app.calls.length = 0
  const reply = async (total: number): Promise<void> => {
    await settle()
    for (const { id, name } of core().posted.slice(-2) as unknown as { id: number; name: string }[]) {
      const data = name === 'deliveries.list' ? { total } : []
      core().emit('message', { type: 'result', id, envelope: { ok: true, data } })
    }
    await settle()
  }
  dialog.response = 0
  app.quit()
  await reply(3)
  expect(JSON.stringify(dialog.shown.at(-1))).toMatch(/3 messages/)
  dialog.response = 1
  app.quit()
  await reply(3)
  expect(core().posted.at(-1)).toEqual({ type: 'stop' })
  expect(app.calls).toEqual(['quit-prevented', 'quit-prevented'])
  core().emit('exit', 0)
  await settle()
  expect(app.calls.at(-1)).toBe('quit')
  expect(utilityProcess.forked).toHaveLength(2)
})

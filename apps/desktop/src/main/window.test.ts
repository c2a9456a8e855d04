import type { Session } from 'electron'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { tempFolder } from '../core/testing/index.ts'
import { FakeSession, nativeTheme, screen, type BrowserWindow } from './testing/electron.ts'
import { openWindow, present } from './window.ts'

beforeEach(() => {
  nativeTheme.shouldUseDarkColors = false
  screen.displays = [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }]
})

function opened(dataFolder = tempFolder(), over: { hidden?: boolean; staysOnClose?: () => boolean } = {}) {
  const session = new FakeSession() as unknown as Session
  const onCrash = vi.fn()
  const onHidden = vi.fn()
  const window = openWindow({
    session,
    dataFolder,
    packaged: true,
    hidden: false,
    staysOnClose: () => false,
    onHidden,
    onCrash,
    ...over,
  }) as unknown as BrowserWindow
  return { window, session, dataFolder, onCrash, onHidden }
}

test('the page is sandboxed, isolated, without Node, webviews, drops or developer tools; nothing else is said', () => {
  const { window, session } = opened()
  const { preload, ...preferences } = window.options.webPreferences
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    disableBlinkFeatures: 'Auxclick',
    devTools: false,
    session,
  })
  expect(preload).toMatch(/preload[/\\]index\.cjs$/)
  expect(window.calls).toEqual(['load:app://bundle/'])
})

test('it is shown when it has something to show', () => {
  const { window } = opened()
  expect(window.options['show']).toBe(false)
  window.emit('ready-to-show')
  expect(window.calls).toContain('show')
})

test('its first colour is the system’s, so that nothing flashes', () => {
  const light = opened().window.options['backgroundColor']
  nativeTheme.shouldUseDarkColors = true
  expect(opened().window.options['backgroundColor']).not.toBe(light)
})

test('it opens where it last stood', () => {
  const { window, dataFolder } = opened()
  window.emit('close')
  const file = join(dataFolder, 'window.json')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    x: 10,
    y: 20,
    width: 900,
    height: 700,
    maximized: false,
  })
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(existsSync(`${file}.tmp`)).toBe(false)
  expect(opened(dataFolder).window.options).toMatchObject({ x: 10, y: 20, width: 900, height: 700 })
})

test.each([
  ['on a screen that is gone', { x: 5000, y: 20, width: 900, height: 700, maximized: false }],
  ['above every screen', { x: 10, y: -500, width: 900, height: 700, maximized: false }],
  ['nonsense', { x: 'a' }],
])('a place %s is forgotten', (_why, state) => {
  const dataFolder = tempFolder()
  writeFileSync(join(dataFolder, 'window.json'), JSON.stringify(state))
  const { options } = opened(dataFolder).window
  expect(options).toMatchObject({ width: 1200, height: 800 })
  expect(options).not.toHaveProperty('x')
})

test('a page that crashes is loaded again once, not for ever', () => {
  const { window, onCrash } = opened()
  window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' })
  expect(window.webContents.reloads).toBe(0)
  window.webContents.emit('render-process-gone', {}, { reason: 'oom' })
  window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  expect(window.webContents.reloads).toBe(1)
  expect(onCrash.mock.calls).toEqual([['oom'], ['crashed']])
})

test('a second start brings the window to the front', () => {
  const { window } = opened()
  present(window as unknown as Parameters<typeof present>[0])
  expect(window.calls.slice(1)).toEqual(['restore', 'show', 'focus'])
})

test('started by the session it waits in the tray until it is asked for', () => {
  const { window } = opened(tempFolder(), { hidden: true })
  window.emit('ready-to-show')
  expect(window.calls).not.toContain('show')
})

test('closing hides it where it may, full screen first, and closes it where it may not', () => {
  let stays = true
  const { window, onHidden } = opened(tempFolder(), { staysOnClose: () => stays })
  const close = (): boolean => {
    let prevented = false
    window.emit('close', { preventDefault: () => (prevented = true) })
    return prevented
  }
  expect([close(), window.calls.at(-1), onHidden.mock.calls.length]).toEqual([true, 'hide', 1])
  window.fullScreen = true
  expect([close(), window.calls.at(-1)]).toEqual([true, 'full-screen:false'])
  window.emit('leave-full-screen')
  expect(window.calls.at(-1)).toBe('hide')
  stays = false
  expect(close()).toBe(false)
})

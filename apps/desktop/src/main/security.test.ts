import type { Session } from 'electron'
import { beforeEach, expect, test, vi } from 'vitest'
import { createLinks, installNavigationGuards, secureSession } from './security.ts'
import { app, FakeSession, FakeWebContents, shell } from './testing/electron.ts'

beforeEach(() => {
  app.isPackaged = true
  app.removeAllListeners()
  shell.opened = []
})

test('no page navigates, redirects, opens a window or attaches a webview', () => {
  installNavigationGuards()
  const contents = new FakeWebContents()
  app.emit('web-contents-created', {}, contents)
  for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
    let prevented = false
    contents.emit(name, { preventDefault: () => (prevented = true) }, 'app://bundle/')
    expect([name, prevented]).toEqual([name, true])
  }
  expect(contents.openHandler?.({ url: 'https://example.org/' })).toEqual({ action: 'deny' })
})

test.each([
  'https://pay.example.org/i/1',
  'http://127.0.0.1:1/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'smb://host/share',
])('%s, which the core never handed out, is not opened', async url => {
  app.isPackaged = false
  expect(await createLinks().open(url)).toBe(false)
  expect(shell.opened).toEqual([])
})

test.each([
  'http://pay.example.org/i/1',
  'http://127.0.0.1:8080/i/1',
  'https://user:secret@pay.example.org/i/1',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'ms-msdt:/id',
  'not an address',
])('%s is not opened by a release even if the core handed it out', async url => {
  const links = createLinks()
  links.offer(url)
  expect(await links.open(url)).toBe(false)
  expect(shell.opened).toEqual([])
})

test('an address handed out is opened as parsed, and only that one of its host', async () => {
  const links = createLinks()
  links.offer('https://Pay.Example.org/i/1?x=é')
  expect(await links.open('https://pay.example.org/i/1?x=é')).toBe(true)
  expect(await links.open('https://pay.example.org/i/2')).toBe(false)
  expect(await links.open('https://pay.example.org.evil.example/i/1')).toBe(false)
  expect(shell.opened).toEqual(['https://pay.example.org/i/1?x=%C3%A9'])
})

test('the local payment server of a developer is opened only by an unpackaged program, only on loopback', async () => {
  app.isPackaged = false
  const links = createLinks()
  for (const url of ['http://127.0.0.1:8080/i/1', 'http://localhost:1/', 'http://192.168.1.2/'])
    links.offer(url)
  expect(await links.open('http://127.0.0.1:8080/i/1')).toBe(true)
  expect(await links.open('http://192.168.1.2/')).toBe(false)
})

test('a system that has no browser is an answer, not an error', async () => {
  const links = createLinks(() => Promise.reject(new Error('no handler')))
  links.offer('https://pay.example.org/')
  expect(await links.open('https://pay.example.org/')).toBe(false)
})

test('what was handed out long ago is forgotten', async () => {
  const links = createLinks()
  for (let n = 0; n < 101; n++) links.offer(`https://pay.example.org/i/${n}`)
  expect(await links.open('https://pay.example.org/i/0')).toBe(false)
  expect(await links.open('https://pay.example.org/i/1')).toBe(true)
})

function secured(): FakeSession {
  const session = new FakeSession()
  secureSession(session as unknown as Session)
  return session
}

test.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fullscreen', 'usb'])(
  'permission %s is refused, asked for or checked',
  permission => {
    const { handlers } = secured()
    const request = handlers['permissionRequest'] as unknown as (
      contents: null,
      permission: string,
      answer: (granted: boolean) => void,
      details: { requestingUrl: string },
    ) => void
    const check = handlers['permissionCheck'] as unknown as (c: null, p: string, origin: string) => boolean
    const answers: boolean[] = []
    request(null, permission, granted => answers.push(granted), { requestingUrl: 'app://bundle/' })
    answers.push(check(null, permission, 'app://bundle/'))
    expect(answers).toEqual([false, false])
  },
)

test('copying is allowed to our own page and to no other', () => {
  const check = secured().handlers['permissionCheck'] as unknown as (c: null, p: string, o: string) => boolean
  expect(check(null, 'clipboard-sanitized-write', 'app://bundle/')).toBe(true)
  expect(check(null, 'clipboard-sanitized-write', 'https://evil.example/')).toBe(false)
  expect(check(null, 'clipboard-sanitized-write', '')).toBe(false)
})

test('the page has no network, no device, no screen, no dictionary server', () => {
  app.isPackaged = true
  const session = secured()
  const beforeRequest = session.handlers['beforeRequest'] as unknown as (
    details: { url: string },
    answer: (result: { cancel: boolean }) => void,
  ) => void
  const cancelled = (url: string): boolean | undefined => {
    let result: boolean | undefined
    beforeRequest({ url }, ({ cancel }) => (result = cancel))
    return result
  }
  expect(['app://bundle/', 'blob:app://bundle/1'].map(cancelled)).toEqual([false, false])
  expect(
    [
      'https://example.org/',
      'http://127.0.0.1/',
      'ws://x/',
      'file:///etc/passwd',
      'data:,x',
      'devtools://d/',
      '',
    ].map(cancelled),
  ).toEqual(Array.from({ length: 7 }, () => true))
  expect((session.handlers['devicePermission'] as () => boolean)()).toBe(false)
  const displays: unknown[] = []
  ;(session.handlers['displayMedia'] as unknown as (r: null, answer: (x: unknown) => void) => void)(null, x =>
    displays.push(x),
  )
  expect(displays).toEqual([null])
  expect(session.spellChecker).toBe(false)
})

test.each([
  ['blob:app://bundle/1', 'AutoTele 2027-01-04.csv', true],
  ['blob:app://bundle/1', 'autotele-20270104.autotele-backup', true],
  ['blob:app://bundle/1', 'journal d’été.txt', false],
  ['blob:app://bundle/1', 'run.exe', false],
  ['blob:app://bundle/1', 'run.csv.desktop', false],
  ['blob:app://bundle/1', '../../.bashrc.csv', false],
  ['blob:app://bundle/1', '.hidden.csv', false],
  ['blob:app://bundle.evil/1', 'a.csv', false],
  ['https://evil.example/a.csv', 'a.csv', false],
  ['data:text/csv,x', 'a.csv', false],
])('a download of %s as %s is offered to the person: %s', (url, name, allowed) => {
  const session = secured()
  let prevented = false
  const setSaveDialogOptions = vi.fn()
  const item = { getURLChain: () => [url], getFilename: () => name, setSaveDialogOptions }
  session.emit('will-download', { preventDefault: () => (prevented = true) }, item)
  expect(prevented).toBe(!allowed)
  expect(setSaveDialogOptions.mock.calls).toEqual(allowed ? [[{ defaultPath: name }]] : [])
})

test.each([
  ['https://t.me/c/123/4', true],
  ['https://my.telegram.org/apps', true],
  ['https://t.me.evil.example/x', false],
  ['https://evil.example/@t.me', false],
  ['https://t.me:8443/x', false],
  ['https://user@t.me/x', false],
  ['http://t.me/x', false],
  ['tg://resolve?domain=x', false],
])('%s, a page the interface may lead to by itself, is opened: %s', async (url, opened) => {
  expect(await createLinks().open(url)).toBe(opened)
  expect(shell.opened).toEqual(opened ? [url] : [])
})

import { beforeEach, expect, test, vi } from 'vitest'
import type { Bridge, EventMessage } from '../contract/index.ts'
import { exposed, ipcRenderer, webUtils } from '../main/testing/electron.ts'
import './index.ts'

beforeEach(() => {
  ipcRenderer.invoked = []
})
const bridge = (): Bridge => exposed.get('autotele') as Bridge

test('the page is given these five functions and nothing of Electron', () => {
  expect([...exposed.keys()]).toEqual(['autotele'])
  expect(Object.entries(bridge()).map(([name, value]) => [name, typeof value])).toEqual([
    ['call', 'function'],
    ['subscribe', 'function'],
    ['onConnection', 'function'],
    ['addFile', 'function'],
    ['openExternal', 'function'],
  ])
})

test('a call goes out by its name over the one channel', async () => {
  ipcRenderer.answer = { ok: true, data: 1 }
  expect(await bridge().call('app.state', {})).toEqual({ ok: true, data: 1 })
  expect(ipcRenderer.invoked).toEqual([
    { channel: 'autotele', request: { kind: 'call', name: 'app.state', input: {} } },
  ])
})

test('a name that is not of the contract does not leave the page', async () => {
  for (const name of ['constructor', 'toString', 'vault.dump']) {
    expect(await bridge().call(name as 'app.state', {})).toMatchObject({
      ok: false,
      error: { code: 'call/unknown-method' },
    })
  }
  expect(ipcRenderer.invoked).toEqual([])
})

const message = { name: 'app.changed', revision: 1, payload: {} } as unknown as EventMessage

test('an event arrives as plain data, without Electron’s event, until the subscription ends', () => {
  const listener = vi.fn()
  const end = bridge().subscribe(listener)
  ipcRenderer.emit('autotele', { sender: 'electron' }, { kind: 'event', message })
  end()
  ipcRenderer.emit('autotele', { sender: 'electron' }, { kind: 'event', message })
  expect(listener.mock.calls).toEqual([[message]])
})

test('an event that is not of the contract is not passed on', () => {
  const listener = vi.fn()
  bridge().subscribe(listener)
  ipcRenderer.emit('autotele', {}, { kind: 'event', message: { ...message, name: 'evil' } })
  expect(listener).not.toHaveBeenCalled()
})

test('the connection is told at once and at every change, until the subscription ends', async () => {
  ipcRenderer.answer = true
  const seen: boolean[] = []
  const end = bridge().onConnection(connected => seen.push(connected))
  await vi.waitFor(() => {
    expect(seen).toEqual([true])
  })
  ipcRenderer.emit('autotele', {}, { kind: 'connection', connected: false })
  end()
  ipcRenderer.emit('autotele', {}, { kind: 'connection', connected: true })
  expect(seen).toEqual([true, false])
})

test('opening a link only asks', () => {
  bridge().openExternal('https://pay.example.org/')
  expect(ipcRenderer.invoked).toEqual([
    { channel: 'autotele', request: { kind: 'open', url: 'https://pay.example.org/' } },
  ])
})

test('a copy tells how far it has come, to whoever asked for it, and is stopped by its number', async () => {
  ipcRenderer.answer = { ok: true, data: {} }
  const chosen = { name: 'film.mp4', size: 3 }
  webUtils.paths.set(chosen, '/home/marie/film.mp4')
  const progress = vi.fn()
  const adding = bridge().addFile(chosen, progress, stop => stop())
  const invoked = ipcRenderer.invoked as { request: { kind: string; copy: number } }[]
  const requests = invoked.map(({ request }) => request)
  expect(requests.map(({ kind }) => kind)).toEqual(['add-file', 'stop-file'])
  const { copy } = requests[0]!
  expect(requests[1]!.copy).toBe(copy)
  ipcRenderer.emit('autotele', {}, { kind: 'copied', copy, done: 2 })
  ipcRenderer.emit('autotele', {}, { kind: 'copied', copy: copy + 1, done: 1 })
  await adding
  ipcRenderer.emit('autotele', {}, { kind: 'copied', copy, done: 3 })
  expect(progress.mock.calls).toEqual([[2]])
})

test('a file the person chose goes by its path, one made by a script not at all', async () => {
  ipcRenderer.answer = { ok: true, data: {} }
  const chosen = { name: 'photo.jpg', size: 3 }
  webUtils.paths.set(chosen, '/home/marie/photo.jpg')
  expect(await bridge().addFile(chosen)).toEqual({ ok: true, data: {} })
  expect(await bridge().addFile({ name: 'passwd', size: 3 })).toMatchObject({ ok: false })
  expect(ipcRenderer.invoked).toEqual([
    { channel: 'autotele', request: { kind: 'add-file', path: '/home/marie/photo.jpg', copy: 2 } },
  ])
})

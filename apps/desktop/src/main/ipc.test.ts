import type { BrowserWindow as ElectronWindow } from 'electron'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Envelope, EventMessage } from '../contract/index.ts'
import { installIpc } from './ipc.ts'
import { createLinks } from './security.ts'
import { app, BrowserWindow, ipcMain, shell } from './testing/electron.ts'

beforeEach(() => {
  app.isPackaged = true
  shell.opened = []
})

function installed(answer: Envelope<unknown> = { ok: true, data: {} }) {
  const window = new BrowserWindow({ webPreferences: {} })
  const call = vi.fn((_name: string, _input: unknown) => Promise.resolve(answer))
  const core = {
    emit: (_message: EventMessage): void => undefined,
    connect: (_connected: boolean): void => undefined,
  }
  installIpc({
    window: () => window as unknown as ElectronWindow,
    core: {
      call,
      subscribe: listener => {
        core.emit = listener
        return () => undefined
      },
      onConnection: listener => {
        core.connect = listener
        listener(false)
        return () => undefined
      },
    },
    links: createLinks(),
  })
  const handler = ipcMain.handlers.get('autotele') as unknown as (event: unknown, request: unknown) => unknown
  const ask = async (
    request: unknown,
    senderFrame: unknown = window.webContents.mainFrame,
  ): Promise<unknown> => handler({ senderFrame }, request)
  return { window, call, core, ask }
}

test('a call of our page reaches the core and comes back as its envelope', async () => {
  const { ask, call } = installed({ ok: true, data: 5 })
  expect(await ask({ kind: 'call', name: 'app.state', input: { a: 1 } })).toEqual({ ok: true, data: 5 })
  expect(call).toHaveBeenCalledExactlyOnceWith('app.state', { a: 1 })
})

test('a sender that is not our page in the window’s own frame is refused', async () => {
  const { ask, call, window } = installed()
  const request = { kind: 'call', name: 'app.state', input: {} }
  await expect(ask(request, null)).rejects.toThrow('refused')
  await expect(ask(request, { url: 'app://bundle/' })).rejects.toThrow('refused')
  for (const url of ['https://evil.example/', 'app://evil/', 'file:///x', 'about:blank', '']) {
    window.webContents.mainFrame.url = url
    await expect(ask(request)).rejects.toThrow('refused')
  }
  expect(call).not.toHaveBeenCalled()
})

test.each(['constructor', '__proto__', 'app.state ', 'vault.dump', ''])(
  'method %j is unknown, and the core never hears of it',
  async name => {
    const { ask, call } = installed()
    expect(await ask({ kind: 'call', name, input: {} })).toEqual({
      ok: false,
      error: { code: 'call/unknown-method', retryable: false },
    })
    expect(call).not.toHaveBeenCalled()
  },
)

test.each([null, 'x', {}, { kind: 'shell' }, { kind: 'call', name: 1 }, { kind: 'open', url: {} }, []])(
  'request %j is refused',
  async request => {
    await expect(installed().ask(request)).rejects.toThrow('refused')
  },
)

const PIECE = 512 * 1024

/** A file of five pieces on the disk, and what the page is told of its copy. */
function chosen() {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-ipc-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'film.mp4')
  writeFileSync(path, Buffer.alloc(5 * PIECE, 7))
  return { kind: 'add-file', path, copy: 4 } as const
}
const asked = (call: { readonly mock: { readonly calls: readonly unknown[][] } }) =>
  call.mock.calls.map(([name]) => name)

test('a file is copied piece by piece, and the page is told how far it has come', async () => {
  const { ask, call, window } = installed({ ok: true, data: { intake: 'i' } })
  const progress = () => window.webContents.sent.slice(1).map(one => (one as { message: unknown }).message)
  expect(await ask(chosen())).toMatchObject({ ok: true })
  expect(asked(call)).toEqual(['media.begin', ...Array<string>(5).fill('media.write'), 'media.end'])
  expect(progress()).toEqual([1, 2, 3, 4, 5].map(piece => ({ kind: 'copied', copy: 4, done: piece * PIECE })))
})

test('a copy that is stopped ends at once, and what had come in is put away', async () => {
  const { ask, call } = installed({ ok: true, data: { intake: 'i' } })
  call.mockImplementation(name => {
    if (name === 'media.write') void ask({ kind: 'stop-file', copy: 4 })
    return Promise.resolve({ ok: true, data: { intake: 'i' } })
  })
  expect(await ask(chosen())).toMatchObject({ ok: false, error: { code: 'media/intake-over' } })
  expect(asked(call).at(-1)).toBe('media.abort')
  expect(asked(call)).not.toContain('media.end')
  expect(asked(call).filter(name => name === 'media.write').length).toBeLessThan(5)
})

test('a copy for which the disk has no room ends there and says so', async () => {
  const { ask, call } = installed()
  const full = { ok: false, error: { code: 'storage/disk-full', retryable: true } } as const
  call.mockImplementation(name =>
    Promise.resolve(name === 'media.write' ? full : { ok: true, data: { intake: 'i' } }),
  )
  expect(await ask(chosen())).toEqual(full)
  expect(asked(call)).toEqual(['media.begin', 'media.write'])
})

test('events and the connection reach the page over the same channel', async () => {
  const { core, window, ask } = installed()
  const message = { name: 'app.changed', revision: 1, payload: {} } as EventMessage
  core.emit(message)
  core.connect(true)
  expect(window.webContents.sent.slice(1)).toEqual([
    { channel: 'autotele', message: { kind: 'event', message } },
    { channel: 'autotele', message: { kind: 'connection', connected: true } },
  ])
  expect(await ask({ kind: 'connection' })).toBe(true)
})

const checkout = { checkoutUrl: 'https://pay.example.org/i/1' }

test('the address of a checkout may be opened once the core has answered with it', async () => {
  const { ask } = installed({ ok: true, data: { checkout } })
  expect(await ask({ kind: 'open', url: checkout.checkoutUrl })).toBe(false)
  await ask({ kind: 'call', name: 'license.buy', input: {} })
  expect(await ask({ kind: 'open', url: checkout.checkoutUrl })).toBe(true)
  expect(shell.opened).toEqual([checkout.checkoutUrl])
})

test('the address of a checkout may be opened once an event carried it', async () => {
  const { ask, core } = installed()
  core.emit({ name: 'license.changed', revision: 1, payload: { checkout } } as EventMessage)
  expect(await ask({ kind: 'open', url: checkout.checkoutUrl })).toBe(true)
})

test('an address in a chat’s title is not handed out', async () => {
  const { ask } = installed({ ok: true, data: { checkout, chats: [{ title: checkout.checkoutUrl }] } })
  await ask({ kind: 'call', name: 'targets.list', input: {} })
  expect(await ask({ kind: 'open', url: checkout.checkoutUrl })).toBe(false)
})

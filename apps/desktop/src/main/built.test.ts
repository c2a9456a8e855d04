import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { compileFunction } from 'node:vm'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AppState, Bridge, Envelope, ShellView } from '../contract/index.ts'
import { forkNode } from '../host/fork-node.ts'
import * as electron from './testing/electron.ts'

// What is shipped, whole: the built main and preload against the stand-in, the built core in a process of its own.
const out = join(import.meta.dirname, '../../out')
const built = existsSync(join(out, 'main', 'index.js'))
if (!built)
  process.stderr.write('tests of the built shell skipped: apps/desktop/out is not built (pnpm build)\n')

const { app, BrowserWindow, ipcMain, ipcRenderer, exposed, safeStorage, sessions } = electron

/** Electron's utility process, as far as the shell sees it, over a Node process. */
class RunningUtility extends electron.FakeUtilityProcess {
  readonly #child: ReturnType<typeof forkNode>

  constructor(entry: string) {
    super(entry)
    this.#child = forkNode(entry)
    this.pid = this.#child.pid
    this.#child.onMessage(message => this.emit('message', message))
    this.#child.onExit(() => this.emit('exit', 0))
  }
  override postMessage(message: { type: string }): void {
    this.#child.postMessage(message)
  }
}

/** Runs the built preload as Electron does: CommonJS, with `electron` and nothing else to require. */
function loadPreload(): Bridge {
  const code = readFileSync(join(out, 'preload', 'index.cjs'), 'utf8')
  const only = (name: string): unknown => {
    if (name !== 'electron') throw new Error(`the preload wants ${name}`)
    return electron
  }
  compileFunction(code, ['require', 'module', 'exports'])(only, { exports: {} }, {})
  return exposed.get('autotele') as Bridge
}

describe.skipIf(!built)('the built application', () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-built-'))
  let bridge: Bridge

  const data = async <T>(answer: Promise<Envelope<unknown>>): Promise<T> => {
    const envelope = await answer
    if (!envelope.ok) throw new Error(envelope.error.code)
    return envelope.data as T
  }
  const state = (): Promise<AppState> => data<AppState>(bridge.call('app.state', {}))

  beforeAll(async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
    app.paths.set('appData', folder)
    electron.utilityProcess.fork = entry => {
      const child = new RunningUtility(entry)
      electron.utilityProcess.forked.push(child)
      return child
    }
    // The page's calls reach main as from our own frame; main's messages reach the page.
    ipcRenderer.invoke = (channel, request) => {
      const handler = ipcMain.handlers.get(channel) as unknown as (e: unknown, r: unknown) => Promise<unknown>
      return Promise.resolve(
        handler({ senderFrame: BrowserWindow.opened[0]!.webContents.mainFrame }, request),
      )
    }
    await import(/* @vite-ignore */ pathToFileURL(join(out, 'main', 'index.js')).href)
    app.becomeReady()
    await vi.waitFor(() => expect(BrowserWindow.opened).toHaveLength(1))
    const { webContents } = BrowserWindow.opened[0]!
    webContents.send = (channel, message) => void ipcRenderer.emit(channel, {}, message)
    bridge = loadPreload()
  })
  afterAll(() => {
    for (const { pid } of electron.utilityProcess.forked) {
      try {
        if (pid !== undefined) process.kill(pid, 'SIGKILL')
      } catch {
        continue
      }
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })

  test('serves its page with the policy, and nothing that is not of the page', async () => {
    const serve = sessions.get('autotele')!.handlers['protocol:app'] as unknown as (r: Request) => Response
    const page = serve(new Request('app://bundle/'))
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'")
    const script = /src="\.([^"]+\.js)"/.exec(await page.text())?.[1] ?? ''
    expect(serve(new Request(`app://bundle${script}`)).status).toBe(200)
    for (const path of ['/../main/index.js', '/%2e%2e/main/index.js', '/index.html.map', '//etc/passwd']) {
      expect(serve(new Request(`app://bundle${path}`)).status).toBe(404)
    }
    expect(serve(new Request('app://other/')).status).toBe(404)
  })

  test('runs its preload where main says it is, and the bridge has these members and no other', () => {
    const { preload } = BrowserWindow.opened[0]!.options.webPreferences
    expect(existsSync(String(preload))).toBe(true)
    expect(Object.keys(bridge).sort()).toEqual([
      'addFile',
      'call',
      'onConnection',
      'openExternal',
      'subscribe',
    ])
  })

  test('a call goes from the page through preload and main to the core’s process, and back', async () => {
    expect(await state()).toMatchObject({ hosted: 'electron', vault: 'new', version: '1.2.3' })
  })

  test.each([
    ['basic_text', true, 'weak'],
    ['unknown', true, 'weak'],
    ['gnome_libsecret', false, 'missing'],
  ])('with %s (there: %s) no vault is made without a passphrase', async (backend, available, keyring) => {
    Object.assign(safeStorage, { backend, available })
    expect(await state()).toMatchObject({ keyring, vault: 'new' })
    expect(await bridge.call('vault.create', { passphrase: null })).toMatchObject({
      ok: false,
      error: { code: 'vault/passphrase-too-weak' },
    })
  })

  test('a good keyring protects the vault, which opens by itself after a crash and a kill of the core', async () => {
    Object.assign(safeStorage, { backend: 'gnome_libsecret', available: true })
    await data(bridge.call('vault.create', { passphrase: null }))
    expect(await state()).toMatchObject({ keyring: 'available', vault: 'open' })
    expect(await data<ShellView>(bridge.call('shell.get', {}))).toMatchObject({
      keyring: { backend: 'gnome_libsecret', changedFrom: null },
    })
    const connections: boolean[] = []
    const end = bridge.onConnection(connected => connections.push(connected))
    process.kill(electron.utilityProcess.forked.at(-1)!.pid!, 'SIGKILL')
    await vi.waitFor(() => expect(connections.slice(-2)).toEqual([false, true]), { timeout: 20_000 })
    end()
    expect(electron.utilityProcess.forked).toHaveLength(2)
    expect(await state()).toMatchObject({ vault: 'open' })
    expect(await data<ShellView>(bridge.call('shell.get', {}))).toMatchObject({
      crashedAt: expect.any(String) as unknown,
    })
  })

  test('quitting ends the core’s process before the program', async () => {
    app.calls.length = 0
    app.quit()
    await vi.waitFor(() => expect(app.calls.at(-1)).toBe('quit'), { timeout: 20_000 })
    const { pid } = electron.utilityProcess.forked.at(-1)!
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CORE_ENTRY,
  DESKTOP,
  electronEnvironment,
  installedElectron,
  startProduct,
  type Product,
} from '@autotele/sandbox/product'

const executablePath = installedElectron()
const reason =
  executablePath === null
    ? "Electron's binary is not installed on this machine"
    : process.platform === 'linux' && process.getuid?.() === 0
      ? 'Chromium gives root no sandbox'
      : process.platform === 'linux' && process.env['DISPLAY'] === undefined
        ? 'there is no screen'
        : null
if (reason !== null) {
  process.stderr.write(`\n*** The tests in the real Electron did not run: ${reason}. ***\n\n`)
  if (process.env['AUTOTELE_REQUIRE_ELECTRON'] === '1')
    throw new Error(`the real Electron is required here: ${reason}`)
}

describe.skipIf(reason !== null)('in the real Electron', () => {
  let folder: string
  let product: Product
  let electron: ElectronApplication

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autotele-electron-'))
    product = await startProduct({ dataFolder: folder, version: '0.0.0-test', withoutInterface: true })
    electron = await _electron.launch({
      executablePath: executablePath!,
      args: [DESKTOP],
      env: {
        ...(process.env as Record<string, string>),
        ...electronEnvironment(product.folder.desktop, CORE_ENTRY, product.trust),
      },
    })
  })

  afterAll(async () => {
    await electron.close()
    await product.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  })

  test('the window opens on the first start, served from app://, and the core answers', async () => {
    const window = await electron.firstWindow()
    await window.getByRole('button', { name: /Commencer|Get started/ }).waitFor()
    expect(new URL(window.url()).protocol).toBe('app:')
  })

  test('the page has no Node, only the bridge', async () => {
    const window = await electron.firstWindow()
    const globals = await window.evaluate(() => ({
      require: typeof Reflect.get(globalThis, 'require'),
      process: typeof Reflect.get(globalThis, 'process'),
      autotele: typeof Reflect.get(globalThis, 'autotele'),
    }))
    expect(globals).toEqual({ require: 'undefined', process: 'undefined', autotele: 'object' })
  })

  test('the page is sandboxed and isolated, and opens no window', async () => {
    const window = await electron.firstWindow()
    const preferences = await electron.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      return (
        contents as unknown as { getLastWebPreferences(): Record<string, unknown> }
      ).getLastWebPreferences()
    })
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false })
    await window.evaluate(() => globalThis.open('https://example.org'))
    expect(electron.windows()).toHaveLength(1)
  })

  test('the page goes nowhere, has no network and no permission', async () => {
    const window = await electron.firstWindow()
    const found = await window.evaluate(async () => {
      const { state } = await navigator.permissions.query({ name: 'geolocation' })
      const network = await fetch('https://example.org').then(
        () => 'reached',
        () => 'refused',
      )
      location.href = 'https://example.org/'
      return { state, network }
    })
    expect(found).toEqual({ state: 'denied', network: 'refused' })
    expect(new URL(window.url()).protocol).toBe('app:')
  })

  test('text never becomes markup: the policy’s Trusted Types hold in Electron too', async () => {
    const window = await electron.firstWindow()
    const refused = await window.evaluate(() => {
      try {
        document.createElement('div').innerHTML = '<img src=x>'
        return 'done'
      } catch (error) {
        return (error as Error).name
      }
    })
    expect(refused).toBe('TypeError')
  })

  test('the address of a second start fills a form, once', async () => {
    const window = await electron.firstWindow()
    await electron.evaluate(({ app }) => {
      app.emit('second-instance', {}, ['autotele', 'autotele://license?key=ABCD-EFGH'])
    })
    const take = () =>
      window.evaluate(() =>
        (
          globalThis as unknown as { autotele: { call(name: string, input: object): Promise<unknown> } }
        ).autotele.call('shell.takeLink', {}),
      )
    expect(await take()).toEqual({ ok: true, data: { link: { kind: 'license', licenseKey: 'ABCD-EFGH' } } })
    expect(await take()).toEqual({ ok: true, data: { link: null } })
  })
})

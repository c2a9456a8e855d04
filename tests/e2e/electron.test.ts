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
if (reason !== null) process.stderr.write(`The tests in the real Electron did not run: ${reason}.\n`)

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
})

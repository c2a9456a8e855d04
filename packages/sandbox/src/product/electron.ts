import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CoreTrust } from './core-trust.ts'

const DESKTOP = fileURLToPath(new URL('../../../../apps/desktop', import.meta.url))
const electronFolder = dirname(createRequire(join(DESKTOP, 'package.json')).resolve('electron/package.json'))

/**
 * Path of Electron's executable, or why the browser is used instead. npm's package carries no binary since
 * version 42: it is fetched from GitHub at first use, which is tried here when GitHub answers within two seconds.
 */
export async function findElectron(
  say: (line: string) => void,
): Promise<{ path: string } | { reason: string }> {
  if (process.platform === 'linux') {
    if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return { reason: 'no screen' }
    // Chromium refuses its sandbox to root, and the sandbox is not something to switch off.
    if (process.getuid?.() === 0) return { reason: 'started as root' }
  }
  const there = installed()
  if (there !== null) return { path: there }
  if (!(await reachable('github.com', 443, 2_000)))
    return { reason: 'Electron is not installed and cannot be fetched' }
  say('Electron…')
  spawnSync(process.execPath, [join(electronFolder, 'install.js')], { stdio: 'ignore', timeout: 180_000 })
  const fetched = installed()
  return fetched === null ? { reason: 'Electron could not be fetched' } : { path: fetched }
}

function installed(): string | null {
  const pathFile = join(electronFolder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const path = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8'))
  return existsSync(path) ? path : null
}

function reachable(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port })
    const answer = (value: boolean) => {
      socket.destroy()
      resolve(value)
    }
    socket.setTimeout(timeoutMs, () => {
      answer(false)
    })
    socket.once('connect', () => {
      answer(true)
    })
    socket.once('error', () => {
      answer(false)
    })
  })
}

/** Opens the built client in Electron; its core is the sandbox's entry, run by this Node. */
export function openElectron(
  path: string,
  options: { readonly dataFolder: string; readonly coreEntry: string; readonly trust: CoreTrust },
): ChildProcess {
  return spawn(path, [DESKTOP], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      AUTOTELE_DATA_DIR: options.dataFolder,
      AUTOTELE_NODE: process.execPath,
      AUTOTELE_CORE_ENTRY: options.coreEntry,
      AUTOTELE_CORE_ARGS: JSON.stringify(options.trust),
    },
  })
}

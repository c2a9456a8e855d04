import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CoreTrust } from './core-trust.ts'

/** The built client: `package.json` names its main module. */
export const DESKTOP = fileURLToPath(new URL('../../../../apps/desktop', import.meta.url))
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
  const there = installedElectron()
  if (there !== null) return { path: there }
  if (!(await reachable('github.com', 443, 2_000)))
    return { reason: 'Electron is not installed and cannot be fetched' }
  say('Electron…')
  spawnSync(process.execPath, [join(electronFolder, 'install.js')], { stdio: 'ignore', timeout: 180_000 })
  const fetched = installedElectron()
  return fetched === null ? { reason: 'Electron could not be fetched' } : { path: fetched }
}

/** Path of the executable that an earlier start fetched; null when there is none. */
export function installedElectron(): string | null {
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

/** What the built client needs to know, as variables of its environment, to run the sandbox's core in this Node. */
export const electronEnvironment = (
  dataFolder: string,
  coreEntry: string,
  trust: CoreTrust,
): Record<string, string> => ({
  AUTOTELE_DATA_DIR: dataFolder,
  AUTOTELE_NODE: process.execPath,
  AUTOTELE_CORE_ENTRY: coreEntry,
  AUTOTELE_CORE_ARGS: JSON.stringify(trust),
})

/** Opens the built client in Electron. */
export const openElectron = (path: string, environment: Record<string, string>): ChildProcess =>
  spawn(path, [DESKTOP], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...environment } })

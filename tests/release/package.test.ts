import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { listPackage, extractFile } from '@electron/asar'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fuses } from '../../apps/desktop/src/main/fuses.ts'
import { LIBRARY } from '../library.ts'

// electron-builder itself packs what was built, around a stand-in for Electron's folder: a file with the mark that the
// fuses lie behind. Installers, signatures and a start of the program need the real binary: .github/workflows/release.yml.
const run = promisify(execFile)
const desktop = join(import.meta.dirname, '../../apps/desktop')
const built =
  existsSync(join(desktop, 'out', 'package.json')) &&
  existsSync(join(desktop, 'out', 'renderer', 'index.html'))
if (!built) process.stderr.write('package tests skipped: apps/desktop/out is not built (pnpm build)\n')

const builder = createRequire(join(desktop, 'package.json')).resolve('electron-builder')
const cli = join(dirname(dirname(builder)), 'cli.js')
const pack = (env: Record<string, string>, ...args: string[]): Promise<{ stdout: string }> =>
  run(process.execPath, [cli, '--config', 'electron-builder.config.mjs', '--publish', 'never', ...args], {
    cwd: desktop,
    env: { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false', ...env },
  })

/** As many fuses as Electron has, all in the state opposite to what we want. */
function standInForElectron(folder: string): void {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'locales'))
  const count = Object.values(FuseV1Options).filter(value => typeof value === 'number').length
  const states = Array.from({ length: count }, (_, fuse) => (fuses[fuse as FuseV1Options] ? '0' : '1')).join(
    '',
  )
  const wire = Buffer.concat([
    Buffer.from('stand-in dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
    Buffer.of(1, count),
    Buffer.from(`${states} end`),
  ])
  writeFileSync(join(folder, 'electron'), wire, { mode: 0o755 })
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'locales/fr.pak']) {
    writeFileSync(join(folder, name), '45.0.0')
  }
}

describe.skipIf(!built || process.platform !== 'linux')('a package of the application', () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-package-'))
  const packages = join(folder, 'packages')
  const unpacked = join(packages, 'linux-unpacked')
  const asar = join(unpacked, 'resources', 'app.asar')
  let files: string[] = []

  beforeAll(async () => {
    const electron = join(folder, 'electron')
    const app = join(folder, 'built')
    standInForElectron(electron)
    for (const part of ['main', 'preload', 'renderer', 'package.json', 'THIRD-PARTY-LICENSES.txt']) {
      cpSync(join(desktop, 'out', part), join(app, part), { recursive: true })
    }
    // What somebody might leave lying about.
    for (const name of [
      'main/.env',
      'main/secret.ts',
      'main/index.js.map',
      'node_modules/left/index.js',
      'main/node_modules/x/index.js',
      'notes.md',
    ]) {
      mkdirSync(dirname(join(app, name)), { recursive: true })
      writeFileSync(join(app, name), '')
    }
    await pack(
      { AUTOTELE_ELECTRON_DIST: electron, AUTOTELE_PACKAGES_DIR: packages, AUTOTELE_BUILT_APP: app },
      '--dir',
      '--linux',
      '--x64',
    )
    files = listPackage(asar, { isPack: false })
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('holds the built files and a package.json, and nothing that lay about', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/main/index.js',
        '/main/core-process.js',
        '/preload/index.cjs',
        '/renderer/index.html',
      ]),
    )
    expect(files.filter(file => /node_modules|\.map$|\.ts$|\.env|\.md$|shipped/.test(file))).toEqual([])
    expect([...new Set(files.map(file => file.split('/')[1]))].sort()).toEqual([
      'main',
      'package.json',
      'preload',
      'renderer',
    ])
    expect(existsSync(join(unpacked, 'resources', 'app.asar.unpacked'))).toBe(false)
  })

  test('begins at main and names no dependency', () => {
    const manifest = JSON.parse(extractFile(asar, 'package.json').toString()) as Record<string, unknown>
    expect(manifest).toMatchObject({ name: 'autotele', main: './main/index.js', type: 'module' })
    expect(manifest).not.toHaveProperty('dependencies')
    expect(manifest).not.toHaveProperty('scripts')
  })

  test('runs a binary whose every fuse is as decided', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'autotele'))
    for (const [fuse, wanted] of Object.entries(fuses)) {
      if (/^\d+$/.test(fuse))
        expect([fuse, wire[Number(fuse) as FuseV1Options]]).toEqual([fuse, wanted ? 49 : 48])
    }
  })

  test('brings the licences of what it contains', () => {
    const text = readFileSync(join(unpacked, 'resources', 'THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of [LIBRARY, 'reka-ui', 'zod', 'jose'])
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })
})

test('a signature for Windows without the name it must bear ends the release', async () => {
  const config = pathToFileURL(join(desktop, 'electron-builder.config.mjs')).href
  const load = (env: Record<string, string>): Promise<unknown> =>
    run(process.execPath, ['--input-type=module', '--eval', `await import(${JSON.stringify(config)})`], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    })
  for (const credentials of [
    { WIN_CSC_LINK: 'x' },
    { AUTOTELE_AZURE_SIGN_ENDPOINT: 'https://example.com' },
  ]) {
    await expect(load(credentials)).rejects.toThrow(/AUTOTELE_PUBLISHER_NAME/)
    await load({ ...credentials, AUTOTELE_PUBLISHER_NAME: 'Somebody' })
  }
})

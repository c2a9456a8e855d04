import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { notesOf, recognise } from '../../scripts/release/folder.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const { version } = JSON.parse(readFileSync(join(root, 'apps/desktop/package.json'), 'utf8')) as {
  version: string
}
const folder = mkdtempSync(join(tmpdir(), 'autotele-release-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
const release = (
  env: Record<string, string>,
  ...args: string[]
): Promise<{ stdout: string; stderr: string }> =>
  run(process.execPath, [join(root, 'scripts/release/cli.ts'), ...args], { env })

test('a folder is signed with a new key, read back, and refused once anything in it is different', async () => {
  const keyFile = join(folder, 'key.json')
  const made = await release({}, 'key', keyFile)
  if (process.platform !== 'win32') expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  const { d } = JSON.parse(readFileSync(keyFile, 'utf8')) as { d: string }
  expect(made.stdout).not.toContain(d)
  await expect(release({}, 'key', keyFile)).rejects.toThrow(/EEXIST/)

  const env = {
    AUTOTELE_RELEASE_KEY_FILE: keyFile,
    AUTOTELE_UPDATE_KEY: /AUTOTELE_UPDATE_KEY='(.*)'/.exec(made.stdout)?.[1] ?? '',
  }
  const setup = join(folder, `AutoTele-${version}-win-x64-setup.exe`)
  writeFileSync(setup, 'installer')
  writeFileSync(join(folder, `AutoTele-${version}-linux-x86_64.AppImage`), 'image')
  await release(env, 'sign', folder, '--page', 'https://example.com/download')
  expect((await release(env, 'verify', folder)).stdout).toContain('2 files are as signed')
  expect(readFileSync(join(folder, 'SHA512SUMS'), 'utf8')).toMatch(/^[0-9a-f]{128} {2}AutoTele-/m)

  writeFileSync(setup, 'instaIler')
  await expect(release(env, 'verify', folder)).rejects.toThrow(/is not what was signed/)
  writeFileSync(setup, 'installer')
  writeFileSync(join(folder, `AutoTele-${version}-linux-amd64.deb`), 'late')
  await expect(release(env, 'verify', folder)).rejects.toThrow(/not signed/)
  await expect(release(env, 'verify', folder, '--channel', 'beta')).rejects.toThrow(/ENOENT/)
})

test('a file is known by its name, and one of another version is none of ours', () => {
  const of = (name: string): unknown => recognise(name, '1.2.0')
  expect(of('AutoTele-1.2.0-mac-arm64.zip')).toMatchObject({ platform: 'darwin', arch: 'arm64', form: 'zip' })
  expect(of('AutoTele-1.2.0-win-x64-portable.exe')).toMatchObject({ platform: 'win32', form: 'portable' })
  expect(of('AutoTele-1.2.0-linux-amd64.deb')).toMatchObject({ platform: 'linux', arch: 'x64', form: 'deb' })
  expect(of('AutoTele-1.2.1-win-x64-setup.exe')).toBeUndefined()
  expect(of('AutoTele-1.2.0-beta.1-win-x64-setup.exe')).toBeUndefined()
})

test('this version has its words in both languages, and one without words is not announced', () => {
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
  expect(notesOf(changelog, version).fr).toMatch(/^- /)
  expect(notesOf(changelog, version).en).toMatch(/^- /)
  expect(() => notesOf(changelog, '99.0.0')).toThrow(/CHANGELOG/)
})

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeTime, memoryLog, tempFolder } from '../core/testing/index.ts'
import { app, autoUpdater } from './testing/electron.ts'
import { createUpdatePort, installedForm, installerFor } from './updates.ts'

afterEach(() => {
  vi.restoreAllMocks()
  app.calls.length = 0
})
const on = (platform: NodeJS.Platform): void => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform)
}

test('a program that was not built for an operator looks for no updates', () => {
  const { clock, timers } = fakeTime()
  const { log } = memoryLog()
  const here = { portable: false, dataFolder: tempFolder(), onContact: () => undefined }
  expect(createUpdatePort({ ...here, clock, timers, log, language: () => 'fr' })).toBeNull()
})

test('each form is known for what it is; the portable one and a Debian package are replaced by hand', () => {
  on('win32')
  expect(installedForm(false, {})).toBe('nsis')
  expect(installedForm(true, {})).toBe('portable')
  on('linux')
  expect(installedForm(false, {})).toBe('deb')
  expect(installedForm(false, { APPIMAGE: '/x' })).toBe('appimage')
  on('darwin')
  expect(installedForm(false, {})).toBe('zip')
  expect(installerFor('portable', {})).toBeNull()
  expect(installerFor('deb', {})).toBeNull()
})

test.skipIf(process.platform === 'win32')(
  'an AppImage takes the place of the old one, in one step',
  async () => {
    const folder = tempFolder()
    const [old, fresh] = [join(folder, 'AutoTele.AppImage'), join(folder, 'fresh')]
    writeFileSync(old, 'old')
    writeFileSync(fresh, 'new')
    const installer = installerFor('appimage', { APPIMAGE: old })
    const prepared = await installer!.prepare(fresh)
    expect(readFileSync(old, 'utf8')).toBe('old')
    installer!.install(prepared)
    expect(readFileSync(old, 'utf8')).toBe('new')
    expect(statSync(old).mode & 0o111).not.toBe(0)
    expect(existsSync(prepared)).toBe(false)
    expect(app.calls).toEqual([`relaunch:${old}`, 'exit:0'])
  },
)

test('an AppImage in a folder that cannot be written says so before anything ends', async () => {
  const installer = installerFor('appimage', { APPIMAGE: join(tempFolder(), 'gone', 'AutoTele.AppImage') })
  await expect(installer!.prepare(join(tempFolder(), 'fresh'))).rejects.toMatchObject({ reason: 'disk' })
})

test('on macOS Squirrel gets the verified file from the disk, and what it refuses is not installed', async () => {
  const file = join(tempFolder(), 'AutoTele.zip')
  const installer = installerFor('zip', {})
  vi.spyOn(autoUpdater, 'checkForUpdates').mockImplementationOnce(() => {
    autoUpdater.emit('error', new Error('the code signature did not pass'))
  })
  await expect(installer!.prepare(file)).rejects.toMatchObject({ reason: 'untrusted' })
  vi.spyOn(autoUpdater, 'checkForUpdates').mockImplementationOnce(() => {
    autoUpdater.emit('update-downloaded')
  })
  await expect(installer!.prepare(file)).resolves.toBe(file)
  expect(autoUpdater.feed).toMatch(/^file:\/\/.*squirrel\.json$/)
})

import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { tempFolder } from '../core/testing/index.ts'
import { installPaths } from './paths.ts'
import { app } from './testing/electron.ts'

let appData: string
beforeEach(() => {
  app.isPackaged = true
  appData = tempFolder()
  app.paths.set('appData', appData)
})

test('data lies in the person’s own folder, Chromium’s files apart from it', () => {
  expect(installPaths({})).toEqual({ dataFolder: join(appData, 'AutoTele'), portable: false })
  expect(app.getPath('userData')).toBe(join(appData, 'AutoTele'))
  expect(app.getPath('sessionData')).toBe(join(appData, 'AutoTele', 'chromium'))
})

test('a portable program keeps its data beside itself', () => {
  const stick = tempFolder()
  expect(installPaths({ PORTABLE_EXECUTABLE_DIR: stick })).toEqual({
    dataFolder: join(stick, 'AutoTele data'),
    portable: true,
  })
})

test('another folder may be named in development only', () => {
  const chosen = tempFolder()
  expect(installPaths({ AUTOTELE_DATA_DIR: chosen }).dataFolder).toBe(join(appData, 'AutoTele'))
  app.isPackaged = false
  expect(installPaths({ AUTOTELE_DATA_DIR: chosen }).dataFolder).toBe(chosen)
})

import { join, resolve } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { installPaths } from './paths.ts'
import { app } from './testing/electron.ts'

beforeEach(() => {
  app.isPackaged = true
})

test('data lies in the person’s own folder, Chromium’s files apart from it', () => {
  expect(installPaths({})).toEqual({ dataFolder: join('/appdata', 'AutoTele'), portable: false })
  expect(app.getPath('userData')).toBe(join('/appdata', 'AutoTele'))
  expect(app.getPath('sessionData')).toBe(join('/appdata', 'AutoTele', 'chromium'))
})

test('a portable program keeps its data beside itself', () => {
  expect(installPaths({ PORTABLE_EXECUTABLE_DIR: '/media/stick' })).toEqual({
    dataFolder: join('/media/stick', 'AutoTele data'),
    portable: true,
  })
})

test('another folder may be named in development only', () => {
  expect(installPaths({ AUTOTELE_DATA: 'x' }).dataFolder).toBe(join('/appdata', 'AutoTele'))
  app.isPackaged = false
  expect(installPaths({ AUTOTELE_DATA: 'x' }).dataFolder).toBe(resolve('x'))
})

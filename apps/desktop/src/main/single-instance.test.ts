import { expect, test, vi } from 'vitest'
import { settle, tempFolder } from '../core/testing/index.ts'
import { app, BrowserWindow, utilityProcess } from './testing/electron.ts'

vi.mock('../host/static-files.ts', () => ({ readStaticFiles: () => new Map() }))

test('a second instance leaves before it opens a window, starts a core or touches the sandbox', async () => {
  app.hasLock = false
  app.paths.set('appData', tempFolder())
  await import('./index.ts')
  app.becomeReady()
  await settle()
  expect(app.calls.slice(-2)).toEqual(['lock', 'quit'])
  expect([BrowserWindow.opened, utilityProcess.forked]).toEqual([[], []])
})

import { beforeEach, expect, test, vi } from 'vitest'
import { fakeTime, memoryLog, settle, tempFolder } from '../core/testing/index.ts'
import { openCrashStore } from '../host/shell/crash-store.ts'
import { installCrashReport } from './crash.ts'
import { app, clipboard, dialog } from './testing/electron.ts'

beforeEach(() => {
  app.calls.length = 0
  dialog.shown.length = 0
  clipboard.text = ''
})

function bug(response: number) {
  dialog.response = response
  const on = vi.spyOn(process, 'on').mockReturnThis()
  const { log, lines } = memoryLog()
  const { clock } = fakeTime()
  const crashes = openCrashStore({ dataFolder: tempFolder(), version: '1', clock, runtime: 'test' })
  installCrashReport(log, crashes)
  expect(on.mock.calls.map(([name]) => name)).toEqual(['uncaughtException', 'unhandledRejection'])
  const end = on.mock.calls[0]?.[1] as unknown as (error: unknown) => void
  on.mockRestore()
  end(new Error('Bearer hunter2 at +33612345678'))
  end(new Error('another, while the first is shown'))
  return { lines, crashes }
}

test('a bug in the shell is said and written once, without secrets, kept for the next start, and ends it', () => {
  const { lines, crashes } = bug(0)
  expect(app.calls).toEqual(['exit:1'])
  const said = JSON.stringify([lines, dialog.shown, crashes.last()])
  expect(said).toContain('[phone]')
  expect(said).not.toMatch(/hunter2|33612|another/)
  expect(clipboard.text).toBe('')
})

test('its report can be copied before the end', async () => {
  const { crashes } = bug(1)
  await settle()
  expect(clipboard.text).toBe(crashes.last()?.text)
  expect(app.calls).toEqual(['exit:1'])
})

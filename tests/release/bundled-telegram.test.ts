import { startTelegram } from '@autotele/sandbox/telegram'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { bundle } from '../bundle.ts'

const run = promisify(execFile)

test('the Telegram library as it is shipped, bundled and with our own AES, signs in and reads the chats', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-bundled-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const bundled = await bundle(join(import.meta.dirname, 'bundled-sign-in.ts'), folder, 'sign-in')
  const dc = await startTelegram({ log: () => undefined })
  onTestFinished(() => dc.stop())
  const asked = { dataCentre: dc, phone: '33639980002', code: '54321' }
  const { stdout } = await run(process.execPath, [bundled, JSON.stringify(asked)])
  expect(JSON.parse(stdout)).toEqual({ kind: 'signed-in', chats: expect.any(Number) as number })
  expect(JSON.parse(stdout)).not.toMatchObject({ chats: 0 })
})

import { startTelegram } from '@autotele/sandbox/telegram'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)
const desktop = join(import.meta.dirname, '../../apps/desktop')
const withoutCopyleft = { '@cryptography/aes': join(desktop, 'src/core/telegram/library-aes.ts') }

test('the Telegram library as it is shipped, bundled and with our own AES, signs in and reads the chats', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-bundled-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { build } = (await import(
    pathToFileURL(createRequire(join(desktop, 'package.json')).resolve('vite')).href
  )) as { build: (config: object) => Promise<unknown> }
  await build({
    configFile: false,
    root: desktop,
    logLevel: 'error',
    resolve: { alias: withoutCopyleft },
    ssr: { noExternal: true },
    build: {
      ssr: join(import.meta.dirname, 'bundled-sign-in.ts'),
      outDir: folder,
      target: 'node24',
      rolldownOptions: { output: { entryFileNames: 'sign-in.mjs' } },
    },
  })
  const dc = await startTelegram({ log: () => undefined })
  onTestFinished(() => dc.stop())
  const asked = { dataCentre: dc, phone: '33639980002', code: '54321' }
  const { stdout } = await run(process.execPath, [join(folder, 'sign-in.mjs'), JSON.stringify(asked)])
  expect(JSON.parse(stdout)).toEqual({ kind: 'signed-in', chats: expect.any(Number) as number })
  expect(JSON.parse(stdout)).not.toMatchObject({ chats: 0 })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createDatabase } from './testing/harness.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

test('the program says where it is on one line, and ends cleanly when it is told to', async () => {
  const database = await createDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'autotele-main-'))
  const child = spawn(process.execPath, [main, '--json'], {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      PORT: '0',
      AUTOTELE_METRICS_PORT: '0',
      AUTOTELE_DATA_DIR: folder,
      DATABASE_URL: database.url,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lines: string[] = []
  const reader = createInterface(child.stdout).on('line', line => lines.push(line))
  await once(reader, 'line')
  const { url, metricsUrl, rootKey } = JSON.parse(lines[0] ?? '') as Record<string, string>
  expect(rootKey).toMatchObject({ kty: 'OKP', crv: 'Ed25519' })
  expect((await fetch(`${url ?? ''}/readyz`)).status).toBe(200)
  expect((await fetch(metricsUrl ?? '')).status).toBe(200)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(lines).toHaveLength(1)
  await database.drop()
  await rm(folder, { recursive: true })
})

test('in production it refuses to start, and names what is missing', async () => {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said = text(child.stderr)
  expect(await once(child, 'exit')).toEqual([1, null])
  expect(await said).toContain('AUTOTELE_PUBLIC_URL is missing')
  expect(await said).not.toContain('at ')
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyKeySet, verifyLicenseToken } from '@autotele/crypto'
import { HEADERS, publicJwkSchema, ROUTES } from '@autotele/shared'
import { loadConfig } from '../config/config.ts'
import { createLog } from '../log.ts'
import { startServer } from '../server.ts'
import { openDatabase } from '../storage/database.ts'
import { createTestDevice, someDevice } from '../testing/device.ts'
import { createDatabase } from '../testing/harness.ts'
import { runKeysCommand } from './keys-command.ts'

let folder: string
let database: { url: string; drop: () => Promise<void> }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autotele-keys-'))
  database = await createDatabase()
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

const key = Buffer.alloc(32, 7).toString('base64')
const environment = () => ({
  NODE_ENV: 'production',
  PORT: '0',
  AUTOTELE_METRICS_PORT: '0',
  AUTOTELE_HOST: '127.0.0.1',
  AUTOTELE_PUBLIC_URL: 'https://license.example',
  DATABASE_URL: database.url,
  // A BTCPay that is not there yet, as the guide allows.
  AUTOTELE_BTCPAY_URL: 'http://127.0.0.1:1',
  AUTOTELE_BTCPAY_API_KEY: 'later',
  AUTOTELE_BTCPAY_STORE_ID: 'later',
  AUTOTELE_BTCPAY_WEBHOOK_SECRET: 'webhook-secret',
  AUTOTELE_KEY_ENCRYPTION_KEY: key,
  AUTOTELE_PEPPER: key,
  AUTOTELE_KEYSET_FILE: join(folder, 'keyset'),
  AUTOTELE_DATA_DIR: folder,
})
async function keys(...args: string[]): Promise<string> {
  const lines: string[] = []
  if (!(await runKeysCommand(args, environment(), text => lines.push(text)))) throw new Error('usage')
  return lines.join('\n')
}
const boot = () => startServer(loadConfig(environment()), { log: createLog('silent') })
async function publish(version: number): Promise<void> {
  await writeFile(join(folder, 'payload'), await keys('list'))
  await writeFile(
    join(folder, 'keyset'),
    await keys('sign', join(folder, 'root'), join(folder, 'payload'), String(version)),
  )
}

test('a production server starts with keys made as the guide says, and rotates them, without the root key and before BTCPay is there', async () => {
  const root = publicJwkSchema.parse(JSON.parse(await keys('root', join(folder, 'root'))))
  await expect(keys('root', join(folder, 'root'))).rejects.toThrow('EEXIST')
  await expect(keys('sign')).rejects.toThrow('usage')
  await expect(boot()).rejects.toThrow('ENOENT')
  await keys('create')
  await publish(1)

  const server = await boot()
  expect(server).toMatchObject({ url: 'https://license.example', rootKey: null })
  await server.stop()

  const next = JSON.parse(await keys('create')) as { kid: string }
  await expect(keys('activate', next.kid)).rejects.toThrow('not in the published key set')
  await publish(2)
  expect(await keys('activate', next.kid)).toContain('is now active')
  const set = JSON.parse(await keys('list')) as { keys: { kid: string }[] }
  const retiring = set.keys.find(one => one.kid !== next.kid)!
  await keys('retire', retiring.kid)
  await expect(keys('retire', next.kid)).rejects.toThrow('no key')
  await publish(3)

  const db = openDatabase(database.url, () => undefined)
  const recorded = await db.auditEntry.findMany({ where: { action: 'key.state' }, orderBy: { id: 'asc' } })
  await db.$disconnect()
  expect(recorded.map(({ target, actor, before, after }) => ({ target, actor, before, after }))).toEqual(
    [
      { target: retiring.kid, before: 'none', after: 'active' },
      { target: next.kid, before: 'none', after: 'next' },
      { target: next.kid, before: 'next', after: 'active' },
      { target: retiring.kid, before: 'retiring', after: 'retired' },
    ].map(({ target, before, after }) => ({
      ...{ target, actor: 'command' },
      ...{ before: { state: before }, after: { state: after } },
    })),
  )

  // Proven over its public name, as behind a proxy; its tokens are live ones.
  const again = await startServer(loadConfig({ ...environment(), PORT: '18473' }), {
    log: createLog('silent'),
  })
  try {
    const device = createTestDevice('https://license.example', again.localUrl)
    const { body } = await device.call('POST', ROUTES.trials, { device: someDevice })
    const verified = await verifyKeySet(body.keyset, root)
    if (!verified.ok) throw new Error(verified.code)
    const token = await verifyLicenseToken(body.token, {
      keys: verified.claims.keys,
      issuer: 'https://license.example',
      deviceId: device.id,
      now: Math.floor(Date.now() / 1000),
      allowTest: false,
    })
    expect(token).toMatchObject({ ok: true, claims: { env: 'live', kset: 3 } })
    const buy = { plan: 'monthly', device: someDevice }
    const bought = await device.call('POST', ROUTES.checkouts, buy, { [HEADERS.idempotencyKey]: 'one' })
    expect(bought.body).toMatchObject({ status: 503, code: 'PAYMENTS_UNAVAILABLE' })
  } finally {
    await again.stop()
  }
})

import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from './config.ts'
import { readOrMakeSecret } from './files.ts'
import { resolveSecrets } from './secrets.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const production = {
  NODE_ENV: 'production',
  AUTOTELE_PUBLIC_URL: 'https://license.example/',
  DATABASE_URL: 'postgresql://u:p@db/x',
  AUTOTELE_BTCPAY_URL: 'https://pay.example',
  AUTOTELE_BTCPAY_API_KEY: 'api-key',
  AUTOTELE_BTCPAY_STORE_ID: 'store',
  AUTOTELE_BTCPAY_WEBHOOK_SECRET: 'current-secret,next-secret',
  AUTOTELE_KEY_ENCRYPTION_KEY: key,
  AUTOTELE_PEPPER: key,
  AUTOTELE_KEYSET_FILE: '/run/keyset',
}
const refusal = (env: Record<string, string>): string => {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('not refused')
}

describe('configuration', () => {
  test('outside production nothing is needed', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({
      production: false,
      port: 8080,
      metricsPort: 9464,
      host: '127.0.0.1',
      btcpay: undefined,
      reconcileSeconds: 300,
      latePayments: 'grant',
      trustProxy: false,
      logLevel: 'info',
    })
    expect(config.dataDir).toMatch(/license-server$/)
  })

  test('in production every missing variable is named at once', () => {
    const message = refusal({ NODE_ENV: 'production' })
    for (const name of Object.keys(production)) if (name !== 'NODE_ENV') expect(message).toContain(name)
    expect(message).toContain('DATABASE_URL (or DATABASE_URL_FILE) is missing')
  })

  test('a complete production configuration is accepted', () => {
    expect(loadConfig(production)).toMatchObject({
      production: true,
      publicUrl: 'https://license.example',
      host: '0.0.0.0',
      webhookSecrets: ['current-secret', 'next-secret'],
      btcpay: { url: 'https://pay.example', apiKey: 'api-key', storeId: 'store' },
    })
  })

  test('everything wrong is named, and no value is shown', () => {
    const message = refusal({
      ...production,
      PORT: 'eighty',
      AUTOTELE_PEPPER: 'c2hvcnQ=',
      AUTOTELE_BTCPAY_WEBHOOK_SECRET: 'short',
      AUTOTELE_LATE_PAYMENTS: 'maybe',
      DATABASE_URL: 'mysql://u:hunter2@db/x',
    })
    for (const name of [
      'PORT',
      'AUTOTELE_PEPPER',
      'AUTOTELE_BTCPAY_WEBHOOK_SECRET',
      'AUTOTELE_LATE_PAYMENTS',
      'DATABASE_URL',
    ]) {
      expect(message).toContain(name)
    }
    for (const value of ['c2hvcnQ=', 'hunter2', 'eighty']) expect(message).not.toContain(value)
  })

  test('a secret may come from a file, not from both, and an unreadable file is named', () => {
    const { AUTOTELE_PEPPER: _pepper, ...rest } = production
    const files: Record<string, string> = { '/run/pepper': `${key}\n` }
    const read = (path: string) => {
      const text = files[path]
      if (text === undefined) throw new Error('ENOENT')
      return text
    }
    const config = loadConfig({ ...rest, AUTOTELE_PEPPER_FILE: '/run/pepper' }, read)
    expect(Buffer.from(config.pepper ?? []).toString('base64')).toBe(key)
    expect(() => loadConfig({ ...production, AUTOTELE_PEPPER_FILE: '/run/pepper' }, read)).toThrow('both set')
    expect(() => loadConfig({ ...rest, AUTOTELE_PEPPER_FILE: '/run/none' }, read)).toThrow('/run/none')
  })

  test('the names of levels that the guide uses are understood', () => {
    expect(loadConfig({ AUTOTELE_LOG_LEVEL: 'WARNING' }).logLevel).toBe('warn')
    expect(loadConfig({ AUTOTELE_LOG_LEVEL: 'CRITICAL' }).logLevel).toBe('fatal')
  })

  test.each([
    ['true', true],
    ['false', false],
    ['2', 2],
    ['10.0.0.1, loopback', ['10.0.0.1', 'loopback']],
  ])('a proxy is trusted as %s says', (text, expected) => {
    expect(loadConfig({ AUTOTELE_TRUST_PROXY: text }).trustProxy).toEqual(expected)
  })
})

describe('secrets of a first start', () => {
  let folder: string
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'autotele-secrets-'))))
  afterAll(() => rm(folder, { recursive: true }))

  test('are made once, readable by their owner alone, and said without their value', async () => {
    const config = loadConfig({ AUTOTELE_DATA_DIR: join(folder, 'first') })
    const notices: string[] = []
    const made = await resolveSecrets(config, text => notices.push(text))
    expect(notices).toHaveLength(4)
    expect(notices.join()).not.toContain(Buffer.from(made.pepper).toString('base64'))
    for (const name of await readdir(config.dataDir)) {
      if (process.platform !== 'win32') {
        expect((await stat(join(config.dataDir, name))).mode & 0o777).toBe(0o600)
      }
    }
    const again = await resolveSecrets(config, text => notices.push(text))
    expect(notices).toHaveLength(4)
    expect(again.rootKey?.kid).toBe(made.rootKey?.kid)
    expect(Buffer.from(again.pepper)).toEqual(Buffer.from(made.pepper))
  })

  test('two processes that start together use the same one', async () => {
    let n = 0
    const both = await Promise.all(
      [1, 2, 3].map(() => readOrMakeSecret(join(folder, 'together'), 'pepper', () => `value ${String(++n)}`)),
    )
    expect(new Set(both.map(one => one.value)).size).toBe(1)
    expect(both.filter(one => one.made)).toHaveLength(1)
    expect(await readdir(join(folder, 'together'))).toEqual(['pepper'])
  })

  test('in production no root key is made or read', async () => {
    await writeFile(join(folder, 'root-key.json'), '{}')
    const config = loadConfig({ ...production, AUTOTELE_DATA_DIR: folder })
    expect((await resolveSecrets(config, () => undefined)).rootKey).toBeUndefined()
  })
})

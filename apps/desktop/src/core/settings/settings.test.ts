import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventName, Payload } from '../../contract/index.ts'
import { memoryLog, tempFolder } from '../testing/index.ts'
import { changeConfig, parseConfig } from './config-file.ts'
import { fromLevel, logLevel, openSettings } from './index.ts'

async function open(contents?: string | object) {
  const folder = join(tempFolder(), 'config')
  const file = join(folder, 'app_config.json')
  if (contents !== undefined) {
    mkdirSync(folder)
    writeFileSync(file, typeof contents === 'string' ? contents : JSON.stringify(contents, null, 4))
  }
  const { log, lines } = memoryLog()
  const events: unknown[] = []
  const emit = <N extends EventName>(name: N, payload: Payload<N>) => void events.push({ name, payload })
  const settings = await openSettings({ file, version: '1.2.3', emit, log })
  return { settings, file, lines, events, text: () => readFileSync(file, 'utf8') }
}
const failing = (code: string) => expect.objectContaining({ message: code })

test('the first start writes the guide’s file, with the licence server’s address in place of the store’s secrets', async () => {
  const { text } = await open()
  expect(JSON.parse(text())).toEqual({
    app: { name: 'AutoTele', version: '1.2.3', language: 'fr' },
    telegram: { rate_limit_delay: 3, max_messages_per_minute: 20, max_groups_warning: 50 },
    btcpay: { subscription_price: 29.99, currency: 'EUR', trial_days: 7, check_interval_hours: 24 },
    security: { session_encryption: true, auto_logout_minutes: 0, require_password: false },
    paths: { sessions_dir: 'sessions', logs_dir: 'logs', config_dir: 'config', temp_dir: 'temp' },
    license: { server_url: '' },
  })
})

test('a change keeps everything it does not know, in its place', async () => {
  const { settings, text, events } = await open({
    plugins: { a: [1] },
    telegram: { proxy: 'x', rate_limit_delay: 5 },
  })
  const view = await settings.handlers['settings.update']({ language: 'en', rateLimitDelay: 10 })
  expect(view).toMatchObject({ language: 'en', rateLimitDelay: 10, maxMessagesPerMinute: 20 })
  expect(JSON.parse(text())).toEqual({
    plugins: { a: [1] },
    telegram: { proxy: 'x', rate_limit_delay: 10 },
    app: { language: 'en' },
  })
  expect(events).toEqual([{ name: 'settings.changed', payload: view }])
  expect(settings.values()['telegram.rate_limit_delay']).toBe(10)
})

test('whatever else a file holds, a change keeps it, and what a file says is never taken on trust', () => {
  const file = fc.dictionary(
    fc.string(),
    fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
  )
  fc.assert(
    fc.property(file, contents => {
      const raw = JSON.parse(JSON.stringify({ ...contents, app: { mine: 1 } })) as Record<string, unknown>
      const changed = parseConfig(JSON.stringify(changeConfig(raw, { 'app.theme': 'dark' })))
      expect(changed.raw).toEqual({ ...raw, app: { mine: 1, theme: 'dark' } })
      expect(changed.values['telegram.rate_limit_delay']).toBeGreaterThanOrEqual(3)
    }),
  )
})

test('two changes at once are both kept', async () => {
  const { settings, text } = await open()
  const update = settings.handlers['settings.update']
  await Promise.all([update({ theme: 'dark' }), update({ maxGroupsWarning: 10 })])
  expect(JSON.parse(text())).toMatchObject({ app: { theme: 'dark' }, telegram: { max_groups_warning: 10 } })
})

test('what a person wrote into the file while the application runs is kept', async () => {
  const { settings, file, text } = await open()
  writeFileSync(file, text().replace('"temp_dir": "temp"', '"temp_dir": "elsewhere"'))
  await settings.handlers['settings.update']({ theme: 'light' })
  expect(JSON.parse(text())).toMatchObject({ paths: { temp_dir: 'elsewhere' }, app: { theme: 'light' } })
})

describe('what the file may not say', () => {
  test.each([
    ['telegram', 'rate_limit_delay', 2.9, 3],
    ['telegram', 'rate_limit_delay', '5', 3],
    ['telegram', 'max_messages_per_minute', 21, 20],
    ['telegram', 'max_messages_per_minute', 0, 20],
    ['telegram', 'max_groups_warning', 51, 50],
    ['app', 'language', 'de', 'fr'],
    ['app', 'time_zone', 'Mars/Olympus', null],
    ['security', 'session_encryption', false, true],
    ['license', 'server_url', 'http://license.example', ''],
  ])(
    '%s.%s = %j is named and its default counts, the file untouched',
    async (section, key, value, counts) => {
      const { settings, text, lines } = await open({ [section]: { [key]: value } })
      expect(settings.values()[`${section}.${key}` as 'app.name']).toEqual(counts)
      expect(await settings.handlers['settings.get']({})).toMatchObject({
        problem: { code: 'settings/invalid', params: { key: `${section}.${key}` } },
      })
      expect(lines).toMatchObject([{ event: 'settings.invalid', fields: { key: `${section}.${key}` } }])
      expect(JSON.parse(text())).toEqual({ [section]: { [key]: value } })
    },
  )

  test.each(['{', '[]', 'null', ''])(
    'a file that reads %j is named, counts as empty and is never overwritten',
    async contents => {
      const { settings, text } = await open(contents)
      expect(await settings.handlers['settings.get']({})).toMatchObject({
        rateLimitDelay: 3,
        problem: { code: 'settings/invalid' },
      })
      await expect(settings.handlers['settings.update']({ theme: 'dark' })).rejects.toEqual(
        failing('settings/invalid'),
      )
      expect(text()).toBe(contents)
    },
  )

  test.each(['server_url', 'store_id', 'api_key', 'webhook_secret'])(
    'btcpay.%s, a secret of the server, is refused by name and the file is left to its owner',
    async name => {
      const { settings, text, lines } = await open({ btcpay: { [name]: 'value-of-it', trial_days: 7 } })
      const before = text()
      const refusal = failing('settings/server-secret-in-client-file')
      expect(() => settings.handlers['settings.get']({})).toThrow(refusal)
      await expect(settings.handlers['settings.update']({ theme: 'dark' })).rejects.toEqual(refusal)
      expect(text()).toBe(before)
      expect(JSON.stringify(lines)).toContain(`btcpay.${name}`)
      expect(JSON.stringify(lines)).not.toContain('value-of-it')
    },
  )

  test('a zone that does not exist is refused with its name', async () => {
    const { settings, file } = await open()
    const before = readFileSync(file, 'utf8')
    await expect(
      Promise.resolve(settings.handlers['settings.update']({ timeZone: 'Mars/Olympus' })),
    ).rejects.toMatchObject({ error: { code: 'plan/zone-unknown', params: { zone: 'Mars/Olympus' } } })
    expect(readFileSync(file, 'utf8')).toBe(before)
  })
})

test('plain HTTP is accepted for this machine only', async () => {
  const url = async (server_url: string) =>
    (await open({ license: { server_url } })).settings.values()['license.server_url']
  expect(await url('https://license.example')).toBe('https://license.example')
  expect(await url('http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080')
  expect(await url('http://127.0.0.1.example')).toBe('')
  expect(await url('file:///etc/passwd')).toBe('')
})

test('a byte order mark, as Windows’ editors write it, does not make the file unreadable', async () => {
  const { settings } = await open('\uFEFF{"app":{"language":"en"}}')
  expect(settings.view()).toMatchObject({ language: 'en' })
  expect(settings.view().problem).toBeUndefined()
})

test('AUTOTELE_LOG_LEVEL takes the guide’s names and keeps out what is below', () => {
  expect([logLevel('DEBUG'), logLevel('warning'), logLevel('loud'), logLevel(undefined)]).toEqual([
    'debug',
    'warning',
    'info',
    'info',
  ])
  const { log, lines } = memoryLog()
  const quiet = fromLevel('warning', log)
  quiet('info', 'a')
  quiet('error', 'b')
  expect(lines).toMatchObject([{ event: 'b' }])
})

test('the folder is made by the first write', async () => {
  const { file } = await open()
  expect(existsSync(file)).toBe(true)
})

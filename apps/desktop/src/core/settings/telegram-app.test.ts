import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SettingsChange } from '../../contract/index.ts'
import { memoryLog, tempFolder } from '../testing/index.ts'
import { openSettings } from './index.ts'

const HASH = '0123456789abcdef0123456789abcdef'

test('one’s own registration is written to the file, shown without its hash, and given up again', async () => {
  const file = join(tempFolder(), 'config', 'app_config.json')
  const { log, lines } = memoryLog()
  const settings = await openSettings({ file, version: '1.2.3', emit: () => undefined, log })
  const update = settings.handlers['settings.update']

  const view = await update({ telegramApp: { apiId: 4242, apiHash: HASH.toUpperCase() } })
  expect(view.apiId).toBe(4242)
  expect(JSON.stringify([view, lines])).not.toContain(HASH)
  expect(settings.values()).toMatchObject({ 'telegram.api_id': 4242, 'telegram.api_hash': HASH })

  expect((await update({ theme: 'dark' })).apiId).toBe(4242)
  expect((await update({ telegramApp: null })).apiId).toBeNull()
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ telegram: { api_id: null, api_hash: null } })
})

test.each([
  { apiId: 0, apiHash: HASH },
  { apiId: 4242, apiHash: HASH.slice(1) },
  { apiId: 2 ** 31, apiHash: HASH },
])('a registration that cannot be one is refused: %o', telegramApp => {
  expect(SettingsChange.safeParse({ telegramApp }).success).toBe(false)
})

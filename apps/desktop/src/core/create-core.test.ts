import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { generatePrivateJwk, toPublicJwk } from '@autotele/crypto'
import { expect, test } from 'vitest'
import type { EventMessage } from '../contract/index.ts'
import { createCore, type Core } from './create-core.ts'
import { memoryKeyring, tempFolder, testPorts, type TestPorts } from './testing/index.ts'

const rootKey = toPublicJwk(generatePrivateJwk())

async function startCore(dataFolder: string, ports: TestPorts = testPorts()) {
  const events: EventMessage[] = []
  const core = await createCore(ports, {
    dataFolder,
    version: '0.1.0',
    hosted: 'web',
    emit: message => events.push(message),
    license: { serverUrl: null, rootKey, acceptTestLicenses: false },
    telegram: () => {
      throw new Error('no test here reaches Telegram')
    },
  })
  await core.start()
  return { core, events, ports }
}

const state = (core: Core) => core.call('app.state', {})

test('a first start creates the vault, and the next start opens it through the keyring', async () => {
  const folder = tempFolder()
  const first = await startCore(folder)
  expect(await state(first.core)).toMatchObject({ ok: true, data: { vault: 'new', keyring: 'available' } })
  expect(await first.core.call('vault.create', { passphrase: null })).toMatchObject({
    ok: true,
    data: { vault: 'open' },
  })
  await first.core.stop()

  const second = await startCore(folder)
  expect(await state(second.core)).toMatchObject({ ok: true, data: { vault: 'open' } })
  await second.core.stop()
})

import { describe, expect, test } from 'vitest'
import { tempFolder } from './testing/index.ts'
import { profileIn } from './testing/profile.ts'
import { testPorts } from './testing/ports.ts'

const PASSPHRASE = 'un bateau traverse la nuit'

describe('features that cannot end in good order, on a full disk for instance,', () => {
  const failing = () =>
    profileIn(tempFolder(), testPorts(), () => Promise.reject(new Error('database or disk is full')))

  test('do not keep the vault from being locked', async () => {
    const running = await failing()
    await running.call('vault.create', { passphrase: PASSPHRASE })
    await running.call('vault.lock').catch(() => undefined)
    expect(await running.call('app.state')).toMatchObject({ vault: 'locked' })
    expect(running.ports.keyring.inMemory).toBeNull()
    await running.close()
  })

  test('do not keep the data from being closed, and opened again', async () => {
    const running = await failing()
    await running.call('vault.create', { passphrase: null })
    await running.close().catch(() => undefined)
    expect(() => running.data().database.get('SELECT 1 AS one')).toThrow('database is not open')
    const next = await profileIn(running.folder, running.ports)
    expect(await next.call('app.state')).toMatchObject({ vault: 'open' })
    await next.close()
  })
})

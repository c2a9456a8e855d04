import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  memoryKeyring,
  memoryLog,
  seededRandom,
  tempFolder,
  type MemoryKeyring,
  memoryDatabase,
  openSealer,
} from '../testing/index.ts'
import { createSealedRecords, createVault, type VaultDeps } from './index.ts'
import { isWeakPassphrase } from './passphrase.ts'

const PASSPHRASE = 'un bateau traverse la nuit'

function setup({
  folder = tempFolder(),
  keyring = memoryKeyring(),
  ...over
}: Partial<VaultDeps> & { folder?: string; keyring?: MemoryKeyring } = {}) {
  const files = { vault: join(folder, 'vault.json'), salt: join(folder, '.salt') }
  const { log, lines } = memoryLog()
  const make = (seed: string) =>
    createVault({ files, keyring, random: seededRandom(seed), log, rounds: 100_000, ...over })
  return { files, keyring, lines, vault: make('first'), restart: () => make('second') }
}
const failing = (code: string) => expect.objectContaining({ message: code })

describe('protected by the keyring', () => {
  test('opens by itself at the next start', async () => {
    const { vault, keyring, restart } = setup()
    await vault.load()
    expect(vault.state()).toBe('new')
    await vault.create(null)
    const sealed = vault.sealer.sealText('draft', 'a', 'Bonjour')
    keyring.inMemory = null
    const next = restart()
    await next.load()
    expect(next.state()).toBe('open')
    expect(next.sealer.openText('draft', 'a', sealed)).toBe('Bonjour')
  })

  test('stays locked while the keyring does not answer, and opens when it does', async () => {
    const { vault, keyring, restart, lines } = setup()
    await vault.load()
    await vault.create(null)
    keyring.inMemory = null
    keyring.broken = true
    const next = restart()
    await next.load()
    expect(next.state()).toBe('locked')
    expect(lines).toMatchObject([{ event: 'vault.keyring-failed' }])
    await expect(next.unlock('whatever')).rejects.toMatchObject({
      error: { code: 'vault/locked', retryable: true },
    })
    keyring.broken = false
    await next.unlock('whatever')
    expect(next.state()).toBe('open')
  })

  test('what the system has another key for by now is wrapped again, once, and one that cannot be opens all the same', async () => {
    const { vault, keyring, restart, lines, files } = setup()
    await vault.load()
    await vault.create(null)
    keyring.renewing = true
    const start = async (): Promise<string> => {
      keyring.inMemory = null
      const next = restart()
      await next.load()
      expect(next.state()).toBe('open')
      return readFileSync(files.vault, 'utf8')
    }
    const before = readFileSync(files.vault, 'utf8')
    const wrap = keyring.wrap
    keyring.wrap = () => Promise.reject(new Error('not now'))
    expect(await start()).toBe(before)
    keyring.wrap = wrap
    keyring.backend = () => Promise.resolve('better')
    const renewed = await start()
    expect(renewed).toContain('"better"')
    expect(renewed).not.toContain('"memory"')
    keyring.renewing = false
    expect(await start()).toBe(renewed)
    expect(lines.map(line => line.event)).toEqual(['vault.keyring-not-renewed', 'vault.keyring-renewed'])
  })

  test('does not lock, since there would be nothing to ask for', async () => {
    const { vault } = setup()
    await vault.load()
    await vault.create(null)
    await vault.lock()
    expect(vault.state()).toBe('open')
  })

  test.each(['weak', 'missing'] as const)('is not offered where the keyring is %s', async strength => {
    const { vault, files } = setup({ keyring: memoryKeyring(strength) })
    await vault.load()
    await expect(vault.create(null)).rejects.toEqual(failing('vault/passphrase-too-weak'))
    expect(existsSync(files.vault)).toBe(false)
    await vault.create(PASSPHRASE)
    expect(vault.state()).toBe('open')
  })

  test('is not offered where the configuration asks for a passphrase', async () => {
    const { vault } = setup({ passphraseRequired: () => true })
    await vault.load()
    await expect(vault.create(null)).rejects.toEqual(failing('vault/passphrase-too-weak'))
  })
})

describe('protected by a passphrase', () => {
  async function created() {
    const context = setup()
    await context.vault.load()
    await context.vault.create(PASSPHRASE)
    context.keyring.inMemory = null
    const next = context.restart()
    await next.load()
    return { ...context, next }
  }

  test('asks for it at the next start, refuses another one and opens with it', async () => {
    const { vault, next } = await created()
    const sealed = vault.sealer.sealText('draft', 'a', 'Bonjour')
    expect(next.state()).toBe('locked')
    await expect(next.unlock(`${PASSPHRASE} `)).rejects.toEqual(failing('vault/wrong-passphrase'))
    expect(next.state()).toBe('locked')
    await next.unlock(PASSPHRASE)
    expect(next.sealer.openText('draft', 'a', sealed)).toBe('Bonjour')
  })

  test('opens again after a crash of the core, through the host’s memory', async () => {
    const { vault, restart } = setup()
    await vault.load()
    await vault.create(PASSPHRASE)
    const next = restart()
    await next.load()
    expect(next.state()).toBe('open')
  })

  test('a key in the host’s memory that is not this vault’s opens nothing', async () => {
    const { keyring, restart } = await created()
    keyring.inMemory = new Uint8Array(32).fill(1)
    const next = restart()
    await next.load()
    expect(next.state()).toBe('locked')
  })

  test('locking zeroes the key, here and in the host, and seals nothing more', async () => {
    const { next, keyring } = await created()
    await next.unlock(PASSPHRASE)
    const sealed = next.sealer.sealText('draft', 'a', 'Bonjour')
    await next.lock()
    expect(next.state()).toBe('locked')
    expect(keyring.inMemory).toBeNull()
    expect(() => next.sealer.openText('draft', 'a', sealed)).toThrow(failing('vault/locked'))
    expect(() => next.sealer.sealText('draft', 'a', 'x')).toThrow(failing('vault/locked'))
    await next.unlock(PASSPHRASE)
    expect(next.sealer.openText('draft', 'a', sealed)).toBe('Bonjour')
  })

  test('the passphrase is not a way around itself: the keyring gets no slot', async () => {
    const { files } = await created()
    expect(readFileSync(files.vault, 'utf8')).not.toContain('os-keyring')
  })
})

test('a vault is never made over another one', async () => {
  const { vault, files, restart } = setup()
  await vault.load()
  await vault.create(null)
  const before = readFileSync(files.vault)
  await expect(vault.create(PASSPHRASE)).rejects.toEqual(failing('vault/already-exists'))
  await expect(restart().create(PASSPHRASE)).rejects.toEqual(failing('vault/already-exists'))
  expect(readFileSync(files.vault)).toEqual(before)
})

test.each(['', '{', '{"format":"autotele-vault","version":2}', '[]'])(
  'a damaged vault file (%j) is named and never overwritten',
  async contents => {
    const { vault, files } = setup()
    writeFileSync(files.vault, contents)
    await vault.load()
    expect(vault.state()).toBe('locked')
    await expect(vault.unlock(PASSPHRASE)).rejects.toEqual(failing('vault/damaged'))
    await expect(vault.create(PASSPHRASE)).rejects.toEqual(failing('vault/damaged'))
    expect(readFileSync(files.vault, 'utf8')).toBe(contents)
  },
)

test('the key is in no file in clear', async () => {
  const { vault, keyring, files } = setup()
  await vault.load()
  await vault.create(PASSPHRASE)
  const key = Buffer.from(keyring.inMemory!)
  for (const file of [files.vault, files.salt]) {
    const bytes = readFileSync(file)
    for (const form of [key, key.toString('base64'), key.toString('hex'), PASSPHRASE]) {
      expect(bytes.includes(form)).toBe(false)
    }
  }
})

test.each([
  'short',
  'aaaaaaaaaaaa',
  '1234567890',
  '9876543210',
  'abcdefghijk',
  'motdepasse1',
  'Password 2027!',
  'abababababab',
])('the passphrase %j is refused as too easy', passphrase => {
  expect(isWeakPassphrase(passphrase)).toBe(true)
})

test.each([PASSPHRASE, 'kX9#mq2!vLp0', '密码短语很长很长很长吗', 'tr0ub4dor&3'])(
  'the passphrase %j is accepted',
  passphrase => {
    expect(isWeakPassphrase(passphrase)).toBe(false)
  },
)

test('a sealed record is not readable in the database and does not open in another row', () => {
  const db = memoryDatabase()
  const { log, lines } = memoryLog()
  const records = createSealedRecords(db, openSealer(), log)
  expect(records.read('draft', 'a')).toBeNull()
  records.write('draft', 'a', { text: 'Bonjour' })
  records.write('draft', 'a', { text: 'Bonsoir' })
  expect(records.read('draft', 'a')).toEqual({ text: 'Bonsoir' })
  const { sealed } = db.get('SELECT sealed FROM sealed_record')!
  expect(Buffer.from(sealed as Uint8Array).includes('Bonsoir')).toBe(false)
  db.run("UPDATE sealed_record SET id = 'b'")
  expect(records.read('draft', 'b')).toBeNull()
  expect(lines).toMatchObject([{ level: 'error', event: 'vault.record-damaged' }])
  records.remove('draft', 'b')
  expect(records.read('draft', 'b')).toBeNull()
})

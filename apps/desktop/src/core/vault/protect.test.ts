import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryKeyring, memoryLog, seededRandom, tempFolder, type MemoryKeyring } from '../testing/index.ts'
import { createVault, type VaultDeps } from './index.ts'

const FIRST = 'un bateau traverse la nuit'
const SECOND = 'sept chats sur le toit rouge'

function setup(over: Partial<VaultDeps> & { keyring?: MemoryKeyring } = {}) {
  const folder = tempFolder()
  const files = { vault: join(folder, 'vault.json'), salt: join(folder, '.salt') }
  const { log, lines } = memoryLog()
  const keyring = over.keyring ?? memoryKeyring()
  let seed = 0
  const make = () =>
    createVault({ files, keyring, log, rounds: 100_000, random: seededRandom(String(seed++)), ...over })
  /** As at the next start, with nothing in the host's memory. */
  const restart = async () => {
    keyring.inMemory = null
    const vault = make()
    await vault.load()
    return vault
  }
  return { files, keyring, lines, restart, text: () => readFileSync(files.vault, 'utf8') }
}
type Setup = ReturnType<typeof setup>

async function created(passphrase: string | null, over: Parameters<typeof setup>[0] = {}) {
  const context = setup(over)
  const vault = await context.restart()
  await vault.create(passphrase)
  return { ...context, vault, record: vault.sealer.sealText('draft', 'a', 'Bonjour') }
}
const failing = (code: string) => expect.objectContaining({ message: code })
const opens = async ({ restart }: Setup, passphrase: string) => {
  const vault = await restart()
  await vault.unlock(passphrase)
  return vault
}

test('a changed passphrase opens, the old one does not, and the records stay what they were', async () => {
  const { vault, record, ...context } = await created(FIRST)
  await expect(vault.changePassphrase('not this one at all', SECOND)).rejects.toEqual(
    failing('vault/wrong-passphrase'),
  )
  await expect(vault.changePassphrase(FIRST, 'short')).rejects.toEqual(failing('vault/passphrase-too-weak'))
  await vault.changePassphrase(FIRST, SECOND)
  await expect(opens(context, FIRST)).rejects.toEqual(failing('vault/wrong-passphrase'))
  expect((await opens(context, SECOND)).sealer.openText('draft', 'a', record)).toBe('Bonjour')
})

test('a second passphrase opens too, until it is taken away by somebody who knows the other', async () => {
  const { vault, record, ...context } = await created(FIRST)
  await vault.addPassphrase(FIRST, SECOND)
  expect((await opens(context, SECOND)).sealer.openText('draft', 'a', record)).toBe('Bonjour')
  const { slots } = await vault.protection()
  const second = slots[1]!.id
  await expect(vault.removeSlot(second, SECOND)).rejects.toEqual(failing('vault/wrong-passphrase'))
  await expect(vault.removeSlot('nothing', FIRST)).rejects.toEqual(failing('vault/slot-unknown'))
  await vault.removeSlot(second, FIRST)
  await expect(opens(context, SECOND)).rejects.toEqual(failing('vault/wrong-passphrase'))
  await expect(vault.removeSlot(slots[0]!.id, FIRST)).rejects.toEqual(failing('vault/last-slot'))
})

test('the keyring is let in by who knows the passphrase, opens alone, and goes when a passphrase is required', async () => {
  let required = false
  const { vault, ...context } = await created(FIRST, { passphraseRequired: () => required })
  await expect(vault.addKeyring('not this one at all')).rejects.toEqual(failing('vault/wrong-passphrase'))
  await vault.addKeyring(FIRST)
  expect((await context.restart()).state()).toBe('open')
  const withKeyring = context.text()

  await vault.requirePassphrase(true, FIRST)
  required = true
  expect(context.text()).not.toContain('os-keyring')
  await expect(vault.addKeyring(FIRST)).rejects.toEqual(failing('vault/keyring-unusable'))
  expect((await context.restart()).state()).toBe('locked')
  expect(withKeyring).toContain('os-keyring')
})

test('a passphrase required by hand in the file keeps the keyring from opening alone', async () => {
  let required = false
  const { vault, ...context } = await created(FIRST, { passphraseRequired: () => required })
  await vault.addKeyring(FIRST)
  required = true
  const next = await context.restart()
  expect(next.state()).toBe('locked')
  await next.unlock(FIRST)
  expect(next.state()).toBe('open')
})

test('where there is no passphrase yet, requiring one locks nobody out: it is said', async () => {
  let required = false
  const { vault, restart } = await created(null, { passphraseRequired: () => required })
  await expect(vault.requirePassphrase(true, null)).rejects.toEqual(failing('vault/last-slot'))
  required = true
  const next = await restart()
  expect(await next.protection()).toMatchObject({ problem: 'passphrase-missing' })
})

test('a keyring that has become weak opens nothing beside a passphrase, and is named where it is alone', async () => {
  const { vault, keyring, restart } = await created(null)
  keyring.strengthNow = 'weak'
  expect(await vault.protection()).toMatchObject({ problem: 'keyring-weak' })
  await vault.addPassphrase(null, FIRST)
  expect(await vault.protection()).toMatchObject({ problem: null })
  expect((await restart()).state()).toBe('locked')
  await expect(vault.addKeyring(FIRST)).rejects.toEqual(failing('vault/keyring-unusable'))
})

test('the data key changes: old records open until all are sealed again, and not one moment later', async () => {
  const { vault, record, text, ...context } = await created(FIRST)
  await vault.addPassphrase(FIRST, SECOND)
  const before = text()
  await expect(vault.beginKeyChange('not this one at all')).rejects.toEqual(failing('vault/wrong-passphrase'))
  expect(text()).toBe(before)

  await vault.beginKeyChange(FIRST)
  const fresh = vault.sealer.sealText('draft', 'b', 'Bonsoir')
  // Cut short here: the next start has both keys.
  const next = await opens({ ...context, text }, FIRST)
  expect(next.keyChanging()).toBe(true)
  expect([next.sealer.openText('draft', 'a', record), next.sealer.openText('draft', 'b', fresh)]).toEqual([
    'Bonjour',
    'Bonsoir',
  ])
  const again = next.reseal('draft', 'a', record)
  expect(next.reseal('draft', 'b', fresh)).toBe(fresh)
  await next.finishKeyChange()
  expect(next.keyChanging()).toBe(false)
  expect(next.sealer.openText('draft', 'a', again)).toBe('Bonjour')
  expect(() => next.sealer.openText('draft', 'a', record)).toThrow(failing('vault/damaged'))
  await expect(opens({ ...context, text }, SECOND)).rejects.toEqual(failing('vault/wrong-passphrase'))
  expect((await opens({ ...context, text }, FIRST)).sealer.openText('draft', 'a', again)).toBe('Bonjour')
})

test('a lost or altered salt is written again from the vault, and what was there is put aside', async () => {
  const { record, ...context } = await created(FIRST)
  const salt = readFileSync(context.files.salt)
  for (const spoil of [() => rmSync(context.files.salt), () => writeFileSync(context.files.salt, 'short')]) {
    spoil()
    expect((await opens(context, FIRST)).sealer.openText('draft', 'a', record)).toBe('Bonjour')
    expect(readFileSync(context.files.salt)).toEqual(salt)
  }
  expect(readdirSync(join(context.files.salt, '..')).sort()).toEqual(['.salt', '.salt.damaged', 'vault.json'])
})

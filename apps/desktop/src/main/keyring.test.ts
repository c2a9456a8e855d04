import { beforeEach, expect, test, vi } from 'vitest'
import { argumentsForKeyring, createKeyring } from './keyring.ts'
import { safeStorage } from './testing/electron.ts'

const key = Uint8Array.from({ length: 32 }, (_, index) => index)
const on = (platform: string): void => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform as NodeJS.Platform)
}

const changes: string[] = []
const keyringHere = ({ portable = false } = {}) =>
  createKeyring({ portable, onChange: from => void changes.push(from) })

beforeEach(() => {
  changes.length = 0
  on('linux')
  Object.assign(safeStorage, { available: true, backend: 'gnome_libsecret', mask: 0x5a, rotated: false })
})

test.each([
  ['linux', 'gnome_libsecret', true, 'available'],
  ['linux', 'kwallet6', true, 'available'],
  ['linux', 'basic_text', true, 'weak'],
  ['linux', 'unknown', true, 'weak'],
  ['linux', 'gnome_libsecret', false, 'missing'],
  ['win32', 'irrelevant', true, 'available'],
  ['darwin', 'irrelevant', true, 'available'],
  ['darwin', 'irrelevant', false, 'missing'],
])('on %s with %s, encryption %s, the keyring is %s', async (platform, backend, available, strength) => {
  on(platform)
  Object.assign(safeStorage, { available, backend })
  expect(await keyringHere().strength()).toBe(strength)
})

test('a portable program has no keyring: this machine’s would not follow it', async () => {
  expect(await keyringHere({ portable: true }).strength()).toBe('missing')
})

test('what is wrapped opens again, is not the key, and names its backend', async () => {
  const keyring = keyringHere()
  const wrapped = await keyring.wrap(key)
  expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false)
  expect(Buffer.from(wrapped).toString('latin1')).toMatch(/^gnome_libsecret\n/)
  expect(await keyring.unwrap(wrapped)).toEqual({ key, renew: false })
})

test('a key that the system has replaced by another is told, to be wrapped again', async () => {
  const keyring = keyringHere()
  const wrapped = await keyring.wrap(key)
  safeStorage.rotated = true
  expect(await keyring.unwrap(wrapped)).toEqual({ key, renew: true })
})

test('after a change of desktop the failure names both keyrings', async () => {
  const keyring = keyringHere()
  const wrapped = await keyring.wrap(key)
  Object.assign(safeStorage, { backend: 'kwallet6', mask: 0x77 })
  await expect(keyring.unwrap(wrapped)).rejects.toThrow(/kwallet6.*gnome_libsecret/)
  expect(changes).toEqual(['gnome_libsecret'])
  expect(keyring.status()).toEqual({ backend: 'kwallet6', changedFrom: 'gnome_libsecret' })
  // Back under the old desktop: nothing to tell any more.
  Object.assign(safeStorage, { backend: 'gnome_libsecret', mask: 0x5a })
  expect(await keyring.unwrap(wrapped)).toEqual({ key, renew: false })
  expect(keyring.status()).toEqual({ backend: 'gnome_libsecret', changedFrom: null })
})

test('what is not of ours is refused', async () => {
  await expect(keyringHere().unwrap(Uint8Array.of(1, 2, 3))).rejects.toThrow()
})

test.each([
  ['win32', 'dpapi'],
  ['darwin', 'keychain'],
  ['linux', 'gnome_libsecret'],
])('on %s the backend is called by its own name: %s', async (platform, name) => {
  on(platform)
  expect(await keyringHere().backend()).toBe(name)
  expect(Buffer.from(await keyringHere().wrap(key)).toString('latin1')).toMatch(new RegExp(`^${name}\n`))
})

test.each([
  ['basic_text', false],
  ['unknown', false],
  ['gnome_libsecret', true],
])('a key is never given to %s (portable: %s), whoever asks', async (backend, portable) => {
  Object.assign(safeStorage, { backend })
  await expect(keyringHere({ portable }).wrap(key)).rejects.toThrow('protects nothing')
})

test('a keyring of this machine that has lost its key is damage, not a change', async () => {
  const keyring = keyringHere()
  const wrapped = await keyring.wrap(key)
  Object.assign(safeStorage, { mask: 0x11 })
  await expect(keyring.unwrap(wrapped)).rejects.toThrow()
  expect([changes, keyring.status().changedFrom]).toEqual([[], null])
})

test('the old keyring is asked for by one new start, with the words of Chromium, on Linux only', () => {
  expect(argumentsForKeyring('gnome_libsecret', ['autotele', '--hidden'])).toEqual([
    '--hidden',
    '--password-store=gnome-libsecret',
  ])
  expect(argumentsForKeyring('kwallet5', ['autotele', '--password-store=kwallet6'])).toBeUndefined()
  expect(argumentsForKeyring('basic_text', ['autotele'])).toBeUndefined()
  expect(argumentsForKeyring('--evil', ['autotele'])).toBeUndefined()
  on('win32')
  expect(argumentsForKeyring('gnome_libsecret', ['autotele'])).toBeUndefined()
})

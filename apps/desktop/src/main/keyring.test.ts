import { beforeEach, expect, test, vi } from 'vitest'
import { createKeyring } from './keyring.ts'
import { safeStorage } from './testing/electron.ts'

const key = Uint8Array.from({ length: 32 }, (_, index) => index)
const on = (platform: string): void => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform as NodeJS.Platform)
}

beforeEach(() => {
  on('linux')
  Object.assign(safeStorage, { available: true, backend: 'gnome_libsecret', mask: 0x5a })
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
  expect(await createKeyring({ portable: false }).strength()).toBe(strength)
})

test('a portable program has no keyring: this machine’s would not follow it', async () => {
  expect(await createKeyring({ portable: true }).strength()).toBe('missing')
})

test('what is wrapped opens again, is not the key, and names its backend', async () => {
  const keyring = createKeyring({ portable: false })
  const wrapped = await keyring.wrap(key)
  expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false)
  expect(Buffer.from(wrapped).toString('latin1')).toMatch(/^gnome_libsecret\n/)
  expect(await keyring.unwrap(wrapped)).toEqual(key)
})

test('after a change of desktop the failure names both keyrings', async () => {
  const keyring = createKeyring({ portable: false })
  const wrapped = await keyring.wrap(key)
  Object.assign(safeStorage, { backend: 'kwallet6', mask: 0x77 })
  await expect(keyring.unwrap(wrapped)).rejects.toThrow(/kwallet6.*gnome_libsecret/)
})

test('what is not of ours is refused', async () => {
  await expect(createKeyring({ portable: false }).unwrap(Uint8Array.of(1, 2, 3))).rejects.toThrow()
})

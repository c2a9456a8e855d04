import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLicenseKey, generateLicenseKey, hashLicenseKey, parseLicenseKey } from './license-key.ts'
import { deriveSealingKey, openSealed, sealBytes } from './sealing.ts'

const bytes = fc.uint8Array({ minLength: 26, maxLength: 26 })
const keys = bytes.map(random => generateLicenseKey(() => random))

test('a key is seven groups of four and reads back to itself', () => {
  fc.assert(
    fc.property(keys, key => {
      const shown = formatLicenseKey(key)
      expect(shown).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(parseLicenseKey(shown)).toBe(key)
    }),
  )
})

test('a known key has its known check characters', () => {
  expect(generateLicenseKey(() => new Uint8Array(26))).toBe('0'.repeat(28))
  // …0 with a last digit of 31 is the number 31: 31 mod 1021 is 31, written 0Z.
  expect(generateLicenseKey(() => new Uint8Array(26).fill(31, 25))).toBe('0'.repeat(25) + 'Z' + '0Z')
  // 32 × 31 + 30 = 1022 leaves 1.
  const bytes = new Uint8Array(26)
  bytes.set([31, 30], 24)
  expect(generateLicenseKey(() => bytes)).toBe('0'.repeat(24) + 'ZY' + '01')
})

test('case, hyphens, spaces and the letters people confuse do not matter', () => {
  fc.assert(
    fc.property(keys, key => {
      const typed = formatLicenseKey(key).toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o')
      expect(parseLicenseKey(` ${typed.replaceAll('1', 'l')}\n`)).toBe(key)
      expect(parseLicenseKey(typed.replaceAll('1', 'I'))).toBe(key)
    }),
  )
})

test('every single wrong character and every swap of neighbours is caught', () => {
  const key = generateLicenseKey(() => new Uint8Array(26).map((_, at) => (at * 7) % 32))
  for (let at = 0; at < key.length; at++) {
    for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
      if (other === key[at]) continue
      expect(parseLicenseKey(key.slice(0, at) + other + key.slice(at + 1))).toBeUndefined()
    }
    if (at > 0 && key[at] !== key[at - 1]) {
      const swapped = key.slice(0, at - 1) + key[at]! + key[at - 1]! + key.slice(at + 1)
      expect(parseLicenseKey(swapped)).toBeUndefined()
    }
  }
})

test('U, other lengths and other alphabets are no keys', () => {
  for (const text of ['', '0'.repeat(27), '0'.repeat(29), 'U'.repeat(28), '٠'.repeat(28), 'é'.repeat(28)]) {
    expect(parseLicenseKey(text)).toBeUndefined()
  }
})

test('what is stored depends on the pepper and not on how the key was typed', () => {
  const key = generateLicenseKey()
  const again = parseLicenseKey(formatLicenseKey(key).toLowerCase())
  expect(again && hashLicenseKey(again, Buffer.alloc(32, 1))).toBe(hashLicenseKey(key, Buffer.alloc(32, 1)))
  expect(hashLicenseKey(key, Buffer.alloc(32, 1))).not.toBe(hashLicenseKey(key, Buffer.alloc(32, 2)))
})

test('sealed bytes open with the same key and context only', () => {
  const key = deriveSealingKey(Buffer.alloc(32, 9), 'test')
  const sealed = sealBytes(Buffer.from('secret'), key, 'row 1')
  expect(Buffer.from(openSealed(sealed, key, 'row 1')).toString()).toBe('secret')
  expect(() => openSealed(sealed, key, 'row 2')).toThrow()
  expect(() => openSealed(sealed, deriveSealingKey(Buffer.alloc(32, 9), 'other'), 'row 1')).toThrow()
  for (let at = 0; at < sealed.length; at++) {
    const flipped = sealed.slice()
    flipped[at]! ^= 1
    expect(() => openSealed(flipped, key, 'row 1')).toThrow()
  }
})

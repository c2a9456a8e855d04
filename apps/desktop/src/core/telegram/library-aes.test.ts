import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import AES, { IGE } from './library-aes.ts'

// The package it stands in for is what the library brings along; it is used in development, and here to compare.
const fromLibrary = createRequire(createRequire(import.meta.url).resolve('telegram'))
const theirs = fromLibrary('@cryptography/aes') as { IGE: typeof IGE; default: typeof AES }

test('encrypts and decrypts as the package it stands in for, at every length the protocol has', () => {
  for (const blocks of [0, 1, 2, 3, 17, 4096]) {
    const [key, vector, text] = [randomBytes(32), randomBytes(32), randomBytes(blocks * 16)]
    const sealed = new theirs.IGE(key, vector).encrypt(text)
    expect(new IGE(key, vector).encrypt(text)).toEqual(sealed)
    expect(new IGE(key, vector).decrypt(sealed)).toEqual(new theirs.IGE(key, vector).decrypt(sealed))
  }
})

test('enciphers a block given as bytes or as words', () => {
  const [key, words] = [randomBytes(32), Uint32Array.of(1, 2 ** 31, 3, 4)]
  expect(new AES(key).encrypt(words)).toEqual(new theirs.default(key).encrypt(words))
})

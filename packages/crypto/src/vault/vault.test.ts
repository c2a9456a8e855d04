import type { webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  associatedData,
  createPassphraseSlot,
  deriveRecordKey,
  keyslotSchema,
  openPassphraseSlot,
  openRecord,
  sealRecord,
  writeKeyslot,
} from './index.ts'

const vaultKey = new Uint8Array(32).fill(7)
const salt = new Uint8Array(32).fill(9)
const identity = { vaultId: 'v1', kind: 'session', id: 'account-1' }
const key = deriveRecordKey(vaultKey, salt, identity.kind)
const text = (value: string) => new TextEncoder().encode(value)
const sealed = sealRecord(text('Héllo'), key, identity)
/** The fewest rounds a slot may have, so that the suite stays quick. */
const rounds = 100_000

describe('record', () => {
  test('what was sealed opens under the same identity', () => {
    expect(openRecord(sealed, key, identity)).toEqual(text('Héllo'))
  })

  test('sealing twice gives two ciphertexts', () => {
    expect(sealRecord(text('Héllo'), key, identity)).not.toEqual(sealed)
  })

  test.each([
    ['another vault', { vaultId: 'v2' }],
    ['another kind', { kind: 'draft' }],
    ['another row', { id: 'account-2' }],
    ['fields that only concatenate to the same text', { kind: 'sessiona', id: 'ccount-1' }],
  ])('a ciphertext moved to %s does not open', (_name, moved) => {
    expect(() => openRecord(sealed, key, { ...identity, ...moved })).toThrow()
  })

  test('one changed bit, anywhere, does not open', () => {
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.slice()
      altered[at]! ^= 1
      expect(() => openRecord(altered, key, identity)).toThrow()
    }
  })

  test('no truncation opens', () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(() => openRecord(sealed.subarray(0, length), key, identity)).toThrow()
    }
  })

  test('each kind, each vault salt and each vault key have keys of their own', () => {
    const keys = [
      key,
      deriveRecordKey(vaultKey, salt, 'draft'),
      deriveRecordKey(vaultKey, new Uint8Array(32), 'session'),
      deriveRecordKey(new Uint8Array(32), salt, 'session'),
    ].map(bytes => Buffer.from(bytes).toString('hex'))
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('two different lists of texts never share an encoding', () => {
    const list = fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 })
    const utf8 = (texts: string[]) => JSON.stringify(texts.map(item => Buffer.from(item).toString('hex')))
    fc.assert(
      fc.property(list, list, (a, b) => {
        const same = Buffer.compare(associatedData(...a), associatedData(...b)) === 0
        return same === (utf8(a) === utf8(b))
      }),
    )
  })
})

describe('passphrase slot', () => {
  test('the passphrase gives back the key, another one nothing, an altered slot nothing', async () => {
    const slot = await createPassphraseSlot(vaultKey, 'v1', 'correct horse é', { rounds })
    expect(await openPassphraseSlot(slot, 'v1', 'correct horse é')).toEqual(vaultKey)
    expect(await openPassphraseSlot(slot, 'v1', 'correct horse e\u0301')).toEqual(vaultKey)
    expect(await openPassphraseSlot(slot, 'v1', 'correct horse e')).toBeUndefined()
    expect(await openPassphraseSlot(slot, 'v2', 'correct horse é')).toBeUndefined()
    expect(await openPassphraseSlot({ ...slot, rounds: rounds + 1 }, 'v1', 'correct horse é')).toBeUndefined()
  })

  test('a slot with fewer rounds than the least allowed is refused on reading', async () => {
    const slot = writeKeyslot(await createPassphraseSlot(vaultKey, 'v1', 'correct horse', { rounds }))
    expect(keyslotSchema.safeParse(slot).success).toBe(true)
    expect(keyslotSchema.safeParse({ ...slot, rounds: 99_999 }).success).toBe(false)
  })

  test('a slot survives its file', async () => {
    const slot = await createPassphraseSlot(vaultKey, 'v1', 'correct horse', { rounds })
    const read = keyslotSchema.parse(JSON.parse(JSON.stringify(writeKeyslot(slot))))
    expect(read).toEqual(slot)
  })
})

describe('another implementation, written from docs/vault-format.md with WebCrypto', () => {
  const { subtle } = globalThis.crypto
  type Bytes = Uint8Array<ArrayBuffer>
  const bytes = (value: Uint8Array): Bytes => new Uint8Array(value)
  const base64 = (value: string): Bytes => bytes(Buffer.from(value, 'base64'))

  function fields(...texts: string[]): Bytes {
    const out: number[] = []
    for (const item of texts) {
      const utf8 = new TextEncoder().encode(item)
      out.push(
        utf8.length >>> 24,
        (utf8.length >>> 16) & 255,
        (utf8.length >>> 8) & 255,
        utf8.length & 255,
        ...utf8,
      )
    }
    return Uint8Array.from(out)
  }
  async function unseal(envelope: Bytes, aes: webcrypto.CryptoKey, additionalData: Bytes): Promise<Bytes> {
    expect(envelope[0]).toBe(1)
    const algorithm = { name: 'AES-GCM', iv: envelope.slice(1, 13), additionalData, tagLength: 128 }
    return new Uint8Array(await subtle.decrypt(algorithm, aes, envelope.slice(13)))
  }
  const decryptionKey = { name: 'AES-GCM', length: 256 }

  test('opens a record from the vault key', async () => {
    const master = await subtle.importKey('raw', bytes(vaultKey), 'HKDF', false, ['deriveKey'])
    const info = new TextEncoder().encode('autotele/record/1/session')
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info }
    const aes = await subtle.deriveKey(hkdf, master, decryptionKey, false, ['decrypt'])
    const plain = await unseal(sealed, aes, fields('v1', 'session', 'account-1', '1'))
    expect(new TextDecoder().decode(plain)).toBe('Héllo')
  })

  test('opens a passphrase slot from its file', async () => {
    const file = writeKeyslot(await createPassphraseSlot(vaultKey, 'v1', 'Café crème', { rounds }))
    if (file.type !== 'passphrase') throw new Error('another slot')
    const typed = new TextEncoder().encode('Café crème'.normalize('NFKC'))
    const master = await subtle.importKey('raw', typed, 'PBKDF2', false, ['deriveKey'])
    const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt: base64(file.salt), iterations: file.rounds }
    const aes = await subtle.deriveKey(pbkdf2, master, decryptionKey, false, ['decrypt'])
    const data = fields('v1', 'keyslot', 'passphrase', String(file.rounds))
    expect(await unseal(base64(file.wrapped), aes, data)).toEqual(vaultKey)
  })
})

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, type KeyObject } from 'node:crypto'

/**
 * A sealed record, version 1 (docs/vault-format.md):
 *
 *     1 byte     version, 0x01
 *     12 bytes   nonce, random
 *     n bytes    ciphertext, AES-256-GCM
 *     16 bytes   tag
 *
 * The key belongs to the record's kind: HKDF-SHA256 (RFC 5869) of the vault key, with the vault's salt and the info
 * `autotele/record/1/` + kind. The associated data is the record's identity, so that a ciphertext moved to another
 * row, file or vault does not open: see `associatedData`.
 */
export const RECORD_VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
export const VAULT_KEY_BYTES = 32

export type RecordIdentity = { readonly vaultId: string; readonly kind: string; readonly id: string }

/** 32 bytes. Node takes a `KeyObject` several times faster than bytes, which it checks and copies at every record. */
export type RecordKey = Uint8Array | KeyObject

/** The key of all records of one kind, 32 bytes. */
export const deriveRecordKey = (vaultKey: Uint8Array, salt: Uint8Array, kind: string): Uint8Array =>
  new Uint8Array(
    hkdfSync('sha256', vaultKey, salt, `autotele/record/${RECORD_VERSION}/${kind}`, VAULT_KEY_BYTES),
  )

/**
 * Canonical encoding of a list of texts: for each its length in bytes (32 bits, big-endian), then its UTF-8 bytes. No
 * two lists share an encoding, whatever the texts contain.
 */
export function associatedData(...texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap(text => {
      const bytes = Buffer.from(text, 'utf8')
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
}

const identityData = ({ vaultId, kind, id }: RecordIdentity): Uint8Array =>
  associatedData(vaultId, kind, id, String(RECORD_VERSION))

/** Seals one record under the key of its kind. `random(n)` gives n bytes. */
export const sealRecord = (
  plaintext: Uint8Array,
  key: RecordKey,
  identity: RecordIdentity,
  random: (bytes: number) => Uint8Array = randomBytes,
): Uint8Array<ArrayBuffer> => encrypt(plaintext, key, identityData(identity), random)

/** Opens what `sealRecord` made; throws when the key, the identity, the version or one bit is another. */
export const openRecord = (sealed: Uint8Array, key: RecordKey, identity: RecordIdentity): Uint8Array =>
  decrypt(sealed, key, identityData(identity))

/** The envelope under any associated data; records and keyslots share it. */
export function encrypt(
  plaintext: Uint8Array,
  key: RecordKey,
  data: Uint8Array,
  random: (bytes: number) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(data)
  const parts = [
    Uint8Array.of(RECORD_VERSION),
    nonce,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]
  return new Uint8Array(Buffer.concat(parts))
}

export function decrypt(sealed: Uint8Array, key: RecordKey, data: Uint8Array): Uint8Array {
  const body = 1 + NONCE_BYTES
  const end = sealed.length - TAG_BYTES
  if (sealed[0] !== RECORD_VERSION || end < body) throw new Error('not a sealed record of a known version')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, body), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(data).setAuthTag(sealed.subarray(end))
  return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(body, end)), decipher.final()]))
}

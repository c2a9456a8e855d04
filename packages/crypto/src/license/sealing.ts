import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const IV_BYTES = 12
const TAG_BYTES = 16

/** A 32-byte key for one purpose, derived from a secret that is itself random (HKDF-SHA256, RFC 5869). */
export const deriveSealingKey = (secret: Uint8Array, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), purpose, 32))

/** AES-256-GCM: nonce, ciphertext and tag in one buffer. `context` says what the record is and must be given again. */
export function sealBytes(plain: Uint8Array, key: Uint8Array, context: string): Uint8Array<ArrayBuffer> {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
  return new Uint8Array(Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
}

/** Opens what `sealBytes` made; throws when the key, the context or one bit is another. */
export function openSealed(sealed: Uint8Array, key: Uint8Array, context: string): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  }).setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const plain = decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES))
  return new Uint8Array(Buffer.concat([plain, decipher.final()]))
}

import { constants, createPublicKey, generateKeyPairSync, privateDecrypt } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { bareBytes } from '../tl/writer.ts'
import { sha1, sha256, xor } from './hash.ts'
import { igeDecrypt } from './ige.ts'

export type RsaKey = {
  /** PKCS#1, "RSA PUBLIC KEY". */
  readonly publicPem: string
  /** Last 8 bytes of SHA-1 of the key as bare TL, little-endian, signed (https://core.telegram.org/mtproto/auth_key). */
  readonly fingerprint: bigint
  /**
   * What may be the inner data of req_DH_params, followed by its padding. For the form in use before RSA_PAD a SHA-1
   * of the data comes along: only who has parsed the data knows its length and can check it.
   */
  readonly open: (encrypted: Uint8Array) => { data: Buffer; sha1?: Buffer } | undefined
}

/** The modulus, big-endian, of a PKCS#1 public key. */
export const modulusOf = (pem: string): Buffer => {
  const { n } = createPublicKey(pem).export({ format: 'jwk' })
  if (typeof n !== 'string') throw new TypeError('not an RSA public key')
  return Buffer.from(n, 'base64url')
}

/** The fingerprint of a PKCS#1 public key whose exponent is 65537, as all of Telegram's are. */
export const fingerprintOf = (pem: string): bigint =>
  sha1(bareBytes(modulusOf(pem)), bareBytes(Buffer.from([1, 0, 1]))).readBigInt64LE(12)

// RSA_PAD: temp_key ^ SHA256(aes) || aes, where aes is IGE(temp_key, zero iv) of reversed data || SHA256(temp_key || data).
const openPadded = (block: Buffer): Buffer | undefined => {
  const encrypted = block.subarray(32)
  const key = xor(block.subarray(0, 32), sha256(encrypted))
  const clear = igeDecrypt(encrypted, key, Buffer.alloc(32))
  const data = Buffer.from(clear.subarray(0, 192)).reverse()
  return sha256(key, data).equals(clear.subarray(192)) ? data : undefined
}

// The older form: a zero byte, SHA1(data), data, random bytes.
const openBlock = (block: Buffer): ReturnType<RsaKey['open']> => {
  const data = openPadded(block)
  if (data) return { data }
  return block[0] === 0 ? { data: block.subarray(21), sha1: block.subarray(1, 21) } : undefined
}

const wrap = (privateKey: KeyObject, publicPem: string): RsaKey => ({
  publicPem,
  fingerprint: fingerprintOf(publicPem),
  open: encrypted => {
    if (encrypted.length !== 256) return undefined
    try {
      return openBlock(privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encrypted))
    } catch {
      return undefined
    }
  },
})

/**
 * A fresh 2048-bit key. mtcute compares fingerprints as unpadded against padded hex, so one that begins with a zero
 * digit is not used.
 */
export const createRsaKey = (): RsaKey => {
  for (;;) {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = wrap(pair.privateKey, pair.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString())
    if (BigInt.asUintN(64, key.fingerprint) >> 60n !== 0n) return key
  }
}

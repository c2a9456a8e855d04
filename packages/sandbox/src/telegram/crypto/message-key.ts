import { sha1, sha256 } from './hash.ts'

export type AesPair = { readonly key: Buffer; readonly iv: Buffer }

/** Who wrote the message; it shifts the parts of the authorisation key that are used. */
type Direction = 'from-client' | 'from-server'

const shift = (direction: Direction): number => (direction === 'from-client' ? 0 : 8)

/** MTProto 2.0 msg_key of a padded plaintext (https://core.telegram.org/mtproto/description). */
export const messageKey = (authKey: Buffer, padded: Uint8Array, direction: Direction): Buffer => {
  const x = shift(direction)
  return sha256(authKey.subarray(88 + x, 120 + x), padded).subarray(8, 24)
}

/** MTProto 2.0 AES key and iv for a message key. */
export const messageAes = (authKey: Buffer, msgKey: Uint8Array, direction: Direction): AesPair => {
  const x = shift(direction)
  const a = sha256(msgKey, authKey.subarray(x, x + 36))
  const b = sha256(authKey.subarray(x + 40, x + 76), msgKey)
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)]),
    iv: Buffer.concat([b.subarray(0, 8), a.subarray(8, 24), b.subarray(24, 32)]),
  }
}

/** MTProto 1.0 derivation, still used inside auth.bindTempAuthKey (https://core.telegram.org/mtproto/description_v1). */
export const messageAesV1 = (authKey: Buffer, msgKey: Uint8Array): AesPair => {
  const a = sha1(msgKey, authKey.subarray(0, 32))
  const b = sha1(authKey.subarray(32, 48), msgKey, authKey.subarray(48, 64))
  const c = sha1(authKey.subarray(64, 96), msgKey)
  const d = sha1(msgKey, authKey.subarray(96, 128))
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 20), c.subarray(4, 16)]),
    iv: Buffer.concat([a.subarray(8, 20), b.subarray(0, 8), c.subarray(16, 20), d.subarray(0, 8)]),
  }
}

/** AES key and iv of the key exchange, from the two nonces. */
export const handshakeAes = (newNonce: Buffer, serverNonce: Buffer): AesPair => {
  const a = sha1(newNonce, serverNonce)
  const b = sha1(serverNonce, newNonce)
  const c = sha1(newNonce, newNonce)
  return {
    key: Buffer.concat([a, b.subarray(0, 12)]),
    iv: Buffer.concat([b.subarray(12, 20), c, newNonce.subarray(0, 4)]),
  }
}

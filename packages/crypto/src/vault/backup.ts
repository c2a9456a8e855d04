import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { VAULT_KEY_BYTES } from './record.ts'

/**
 * A backup's contents, sealed piece by piece, so that no more than one is ever in memory (docs/vault-format.md):
 * AES-256-GCM under a key of its own, HKDF-SHA256 of the vault key with the backup's salt. The nonce is the piece's
 * number, with a mark on the last one: no piece can be left out, repeated, moved, or cut off at the end (the STREAM
 * construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
 */
export const BACKUP_PIECE_BYTES = 65_536
export const BACKUP_TAG_BYTES = 16
const INFO = 'autotele/backup/1'

/** `salt` belongs to one backup alone. */
export function deriveBackupKey(vaultKey: Uint8Array, salt: Uint8Array): KeyObject {
  const key = new Uint8Array(hkdfSync('sha256', vaultKey, salt, INFO, VAULT_KEY_BYTES))
  try {
    return createSecretKey(key)
  } finally {
    key.fill(0)
  }
}

/** Which piece it is, and whether it is the last; `prefix` is what stands before the pieces, hashed. */
export type BackupPiece = { readonly index: number; readonly last: boolean; readonly prefix: Uint8Array }

function nonceOf({ index, last }: BackupPiece): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt8(last ? 1 : 0, 0)
  nonce.writeBigUInt64BE(BigInt(index), 4)
  return nonce
}

const CIPHER = 'aes-256-gcm'
const options = { authTagLength: BACKUP_TAG_BYTES }

/** The piece's ciphertext with its tag behind it: 16 bytes longer. */
export function sealBackupPiece(plaintext: Uint8Array, key: KeyObject, piece: BackupPiece): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonceOf(piece), options).setAAD(piece.prefix)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** Throws when the key, the number, the mark of the last, the prefix or one bit is another. */
export function openBackupPiece(sealed: Uint8Array, key: KeyObject, piece: BackupPiece): Uint8Array {
  const end = sealed.length - BACKUP_TAG_BYTES
  if (end < 0) throw new Error('too short for a piece')
  const decipher = createDecipheriv(CIPHER, key, nonceOf(piece), options).setAAD(piece.prefix)
  decipher.setAuthTag(sealed.subarray(end))
  return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
}

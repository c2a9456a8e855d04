import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

// The older AutoTele locked sessions with Fernet (github.com/fernet/spec): AES-128-CBC, then HMAC-SHA256. Its key came
// from the machine's UUID, which is no secret; ours are locked otherwise.

const derive = promisify(pbkdf2)
/** The older program's own figure. */
const ROUNDS = 100_000
const VERSION = 0x80
const HEADER_BYTES = 1 + 8
const IV_BYTES = 16
const MAC_BYTES = 32

/** 32 bytes: half to sign, half to encrypt. */
export const fernetKey = (password: string, salt: Uint8Array): Promise<Buffer> =>
  derive(password, salt, ROUNDS, 32, 'sha256')

/** Null when the key is not the one, or the token was altered: the two cannot be told apart. */
export function openFernet(token: Uint8Array, key: Uint8Array): Buffer | null {
  const bytes = Buffer.from(Buffer.from(token).toString('latin1').trim(), 'base64url')
  const signed = bytes.subarray(0, -MAC_BYTES)
  const encrypted = signed.subarray(HEADER_BYTES + IV_BYTES)
  if (bytes[0] !== VERSION || encrypted.length === 0 || encrypted.length % 16 !== 0) return null
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest()
  if (!timingSafeEqual(mac, bytes.subarray(-MAC_BYTES))) return null
  const iv = signed.subarray(HEADER_BYTES, HEADER_BYTES + IV_BYTES)
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(16, 32), iv)
  try {
    return Buffer.concat([decipher.update(encrypted), decipher.final()])
  } catch {
    return null
  }
}

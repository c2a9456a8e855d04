import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** RFC 6238 with what every authenticator understands: SHA-1, 30 seconds, six digits. */
const STEP_SECONDS = 30
const DIGITS = 6
/** A code of the step before or after is good too: clocks differ (RFC 6238, 5.2). */
const DRIFT = 1
/** RFC 4226, 4 (R6): 160 bits are recommended. */
const SECRET_BYTES = 20
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export const newTotpSecret = (): Uint8Array => randomBytes(SECRET_BYTES)

/** RFC 4648 base32 without padding, as authenticators take it. */
export function toBase32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{1,5}/g) ?? []).map(five => BASE32.charAt(parseInt(five.padEnd(5, '0'), 2))).join('')
}

/** What a QR code for the authenticator says. */
export const totpUri = (secret: Uint8Array, email: string): string =>
  `otpauth://totp/${encodeURIComponent(`AutoTele:${email}`)}?secret=${toBase32(secret)}&issuer=AutoTele`

/** HOTP (RFC 4226, 5.3) of one time step. */
export function totpCode(secret: Uint8Array, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits
  return String(number).padStart(digits, '0')
}

export const totpStepAt = (unixSeconds: number): number => Math.floor(unixSeconds / STEP_SECONDS)

/**
 * The step that the code belongs to, when it is a present one and later than `lastStep`, so that no code works twice
 * (RFC 6238, 5.2); else `undefined`. Every candidate is compared, whichever matches.
 */
export function matchTotp(
  secret: Uint8Array,
  code: string,
  unixSeconds: number,
  lastStep: number,
): number | undefined {
  const wellFormed = /^\d{6}$/.test(code)
  const given = Buffer.from(wellFormed ? code : '-'.repeat(DIGITS))
  const now = totpStepAt(unixSeconds)
  let matched: number | undefined
  for (let step = now - DRIFT; step <= now + DRIFT; step++) {
    const same = timingSafeEqual(given, Buffer.from(totpCode(secret, step)))
    if (same && step > lastStep) matched ??= step
  }
  return matched
}

import { randomBytes } from 'node:crypto'
import { fromBig, toBig } from './big.ts'

/**
 * Telegram's 2048-bit safe prime, https://core.telegram.org/mtproto/auth_key (also the only one that the SRP of
 * GramJS accepts, and the one that spares clients a primality test).
 */
export const PRIME = Buffer.from(
  'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4db' +
    'fa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64' +
    '2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b41' +
    '0dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4' +
    'e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf' +
    '6f4fadf034b10403119cd8e3b92fcc5b',
  'hex',
)
export const GENERATOR = 3

const P = toBig(PRIME)

// 256 bits are more than the 225 that RFC 7919 (section 5.2) asks of an exponent in a group of this size. OpenSSL's
// DiffieHellman object would stop everything for half a second to test the prime; with such exponents BigInt does not.
const EXPONENT_BYTES = 32

/** A fresh secret exponent. */
export const newExponent = (): Buffer => randomBytes(EXPONENT_BYTES)

const modPow = (base: bigint, exponent: bigint): bigint => {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % P
    if (bit === '1') result = (result * base) % P
  }
  return result
}

/** g ^ exponent mod p, 256 bytes. */
export const powG = (exponent: Uint8Array): Buffer => fromBig(modPow(BigInt(GENERATOR), toBig(exponent)), 256)

/** base ^ exponent mod p, 256 bytes. Throws RangeError for a base outside [2, p - 2]. */
export const pow = (base: Uint8Array, exponent: Uint8Array): Buffer => {
  const value = toBig(base)
  if (value <= 1n || value >= P - 1n) throw new RangeError('not an element of the group')
  return fromBig(modPow(value, toBig(exponent)), 256)
}

/** Left-padded to the 256 bytes in which Telegram hashes numbers. */
export const pad = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.alloc(Math.max(0, 256 - bytes.length)), bytes])

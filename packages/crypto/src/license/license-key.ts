import { createHmac, randomBytes } from 'node:crypto'

/** Crockford's base32: no I, L, O, U, so that a key survives being read over the telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const DATA_LENGTH = 26
/** The largest prime below 32²: any single wrong character, and any two swapped, change the remainder. */
const CHECK_PRIME = 1021n

/** Canonical form: 28 upper-case characters without separators. Only `parseLicenseKey` and `generateLicenseKey` make one. */
export type LicenseKey = string & { readonly __brand: 'LicenseKey' }

function checkCharacters(data: string): string {
  let number = 0n
  for (const character of data) number = number * 32n + BigInt(ALPHABET.indexOf(character))
  const check = Number(number % CHECK_PRIME)
  return ALPHABET.charAt(check >> 5) + ALPHABET.charAt(check & 31)
}

/** A new key: 130 random bits and two check characters. `random(n)` gives n bytes. */
export function generateLicenseKey(random: (bytes: number) => Uint8Array = randomBytes): LicenseKey {
  let data = ''
  for (const byte of random(DATA_LENGTH)) data += ALPHABET.charAt(byte & 31)
  return (data + checkCharacters(data)) as LicenseKey
}

/** Reads a key as a person typed it: case, hyphens and spaces do not matter, O is 0, I and L are 1. Else `undefined`. */
export function parseLicenseKey(text: string): LicenseKey | undefined {
  const key = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  if (key.length !== DATA_LENGTH + 2) return undefined
  for (const character of key) if (!ALPHABET.includes(character)) return undefined
  return checkCharacters(key.slice(0, DATA_LENGTH)) === key.slice(DATA_LENGTH)
    ? (key as LicenseKey)
    : undefined
}

/** For people: groups of four joined by hyphens. */
export const formatLicenseKey = (key: LicenseKey): string => key.match(/.{4}/g)?.join('-') ?? key

/** What is stored instead of the key. At 130 bits a fast keyed hash is enough (ASVS 5.0, 11.4 and 6.5.2). */
export const hashLicenseKey = (key: LicenseKey, pepper: Uint8Array): string =>
  createHmac('sha256', pepper).update(key).digest('hex')

import { createHmac, randomInt } from 'node:crypto'

const COUNT = 10
/** Without the letters and digits that look alike: 12 of these are 58 bits. */
const ALPHABET = '23456789abcdefghjkmnpqrstvwxyz'
const LENGTH = 12

/** Ten codes for the day the authenticator is lost, in groups of four. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: COUNT }, () =>
    Array.from(
      { length: LENGTH },
      (_, at) => (at > 0 && at % 4 === 0 ? '-' : '') + ALPHABET.charAt(randomInt(ALPHABET.length)),
    ).join(''),
  )

/** What is stored of one: without the key, nothing can be tried against it. */
export const hashRecoveryCode = (code: string, key: Uint8Array): string =>
  createHmac('sha256', key).update(code.toLowerCase().replaceAll(/[\s-]/g, '')).digest('hex')

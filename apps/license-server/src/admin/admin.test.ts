import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase32 } from '../testing/base32.ts'
import { csvCell, csvLine } from './csv.ts'
import { createPasswords } from './passwords.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'
import { matchTotp, newTotpSecret, toBase32, totpCode, totpStepAt, totpUri } from './totp.ts'

describe('one-time codes', () => {
  // RFC 6238, appendix B, SHA-1.
  test.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('are those of RFC 6238 at %i seconds', (seconds, expected) => {
    expect(totpCode(Buffer.from('12345678901234567890'), totpStepAt(seconds), 8)).toBe(expected)
  })

  test('one step early or late is good, two are not, and no step is accepted twice', () => {
    const secret = newTotpSecret()
    const now = 1_800_000_000
    const step = totpStepAt(now)
    for (const [drift, good] of [
      [-2, false],
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      expect(matchTotp(secret, totpCode(secret, step + drift), now, 0)).toBe(good ? step + drift : undefined)
    }
    expect(matchTotp(secret, totpCode(secret, step), now, step)).toBeUndefined()
    expect(matchTotp(secret, totpCode(secret, step - 1), now, step)).toBeUndefined()
    for (const code of ['', '12345', `${totpCode(secret, step)}0`, 'éééééé']) {
      expect(matchTotp(secret, code.slice(0, 7), now, 0)).toBeUndefined()
    }
  })

  test('the authenticator is told the same secret', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), bytes => {
        expect(fromBase32(toBase32(bytes))).toEqual(bytes)
      }),
    )
    expect(totpUri(Buffer.alloc(20), 'a@b.c')).toBe(
      `otpauth://totp/AutoTele%3Aa%40b.c?secret=${'A'.repeat(32)}&issuer=AutoTele`,
    )
  })
})

describe('passwords', () => {
  const fast = { memory: 64, passes: 1 }
  test('are stored as argon2id of 64 MiB and three passes, each under a salt of its own', async () => {
    const passwords = createPasswords()
    const [a, b] = [await passwords.hash('a long enough one'), await passwords.hash('a long enough one')]
    expect(a).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(a).not.toBe(b)
    expect(await passwords.verify('a long enough one', a)).toBe(true)
    expect(await passwords.verify('a long enough One', a)).toBe(false)
    expect(await passwords.verify('a long enough one', null)).toBe(false)
  })

  test('made with weaker parameters are still accepted, and known to be outdated', async () => {
    const old = await createPasswords(fast).hash('é')
    const today = createPasswords({ memory: 128, passes: 1 })
    expect(await today.verify('e\u0301', old)).toBe(true)
    expect(today.isOutdated(old)).toBe(true)
    expect(today.isOutdated(await today.hash('x'))).toBe(false)
  })

  test('many at once are all answered', async () => {
    const passwords = createPasswords(fast)
    const hashes = await Promise.all(Array.from({ length: 20 }, (_, n) => passwords.hash(String(n))))
    expect(await Promise.all(hashes.map((hash, n) => passwords.verify(String(n), hash)))).not.toContain(false)
  })
})

test('recovery codes are ten, all different, and read as people write them', () => {
  const codes = newRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}$/)
  const key = Buffer.alloc(32, 1)
  expect(hashRecoveryCode(codes[0]!.toUpperCase().replaceAll('-', ' '), key)).toBe(
    hashRecoveryCode(codes[0]!, key),
  )
})

describe('CSV', () => {
  test('no cell begins as a formula, and every cell is read back as it was', () => {
    const parse = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'=+-@＝＋－＠\t\r\n",a') }), text => {
        const cell = csvCell(text)
        expect(parse(cell)).toMatch(/^(?![=+\-@＝＋－＠\t\r\n])/)
        expect(parse(cell).replace(/^'/, '')).toBe(text)
        expect(/^"(?:[^"]|"")*"$|^[^",\r\n]*$/.test(cell)).toBe(true)
      }),
    )
  })
  test('a record ends as RFC 4180 says, and nothing is an empty cell', () => {
    expect(csvLine(['a', null, 1, true, ['x'], undefined])).toBe('a,,1,true,"[""x""]",\r\n')
  })
})

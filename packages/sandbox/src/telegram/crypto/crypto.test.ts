import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import { IGE } from 'telegram/crypto/IGE.js'
import { MTProtoState } from 'telegram/network/MTProtoState.js'
import { computeCheck } from 'telegram/Password.js'
import { describe, expect, it } from 'vitest'
import { toBig } from './big.ts'
import { GENERATOR, PRIME, pow, powG } from './dh.ts'
import { sha1, sha256, xor } from './hash.ts'
import { igeDecrypt, igeEncrypt } from './ige.ts'
import { messageAes } from './message-key.ts'
import { createRsaKey, fingerprintOf } from './rsa.ts'
import { checkAnswer, createChallenge, createVerifier } from './srp.ts'

describe('AES-IGE', () => {
  it('gives the bytes that GramJS gives, and opens them again', () => {
    for (const size of [0, 16, 32, 48, 1024]) {
      const [key, iv, data] = [randomBytes(32), randomBytes(32), randomBytes(size)]
      const theirs = Buffer.from(new IGE(key, iv).encryptIge(data))
      expect(igeEncrypt(data, key, iv)).toEqual(theirs)
      expect(igeDecrypt(theirs, key, iv)).toEqual(data)
    }
  })

  it('refuses data that is not whole blocks', () => {
    expect(() => igeDecrypt(randomBytes(17), randomBytes(32), randomBytes(32))).toThrow(RangeError)
  })
})

describe('modular powers', () => {
  it('agree with plain arithmetic', () => {
    const exponent = randomBytes(32)
    const expected = bigInt(GENERATOR).modPow(
      bigInt(exponent.toString('hex'), 16),
      bigInt(PRIME.toString('hex'), 16),
    )
    expect(toBig(powG(exponent)).toString()).toBe(expected.toString())
    const base = powG(randomBytes(32))
    const other = bigInt(base.toString('hex'), 16).modPow(
      bigInt(exponent.toString('hex'), 16),
      bigInt(PRIME.toString('hex'), 16),
    )
    expect(toBig(pow(base, exponent)).toString()).toBe(other.toString())
  })
})

describe('message keys', () => {
  it('are those GramJS derives, in both directions', async () => {
    const [authKey, msgKey] = [randomBytes(256), randomBytes(16)]
    const derive = (client: boolean): Promise<unknown> =>
      MTProtoState.prototype._calcKey(authKey, msgKey, client)
    expect(messageAes(authKey, msgKey, 'from-client')).toEqual(await derive(true))
    expect(messageAes(authKey, msgKey, 'from-server')).toEqual(await derive(false))
  })
})

// The key and fingerprint of Telegram's production servers, as published in the official clients' sources.
const PUBLISHED = `-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEA6LszBcC1LGzyr992NzE0ieY+BSaOW622Aa9Bd4ZHLl+TuFQ4lo4g
5nKaMBwK/BIb9xUfg0Q29/2mgIR6Zr9krM7HjuIcCzFvDtr+L0GQjae9H0pRB2OO
62cECs5HKhT5DZ98K33vmWiLowc621dQuwKWSQKjWf50XYFw42h21P2KXUGyp2y/
+aEyZ+uVgLLQbRA1dEjSDZ2iGRy12Mk5gpYc397aYp438fsJoHIgJ2lgMv5h7WY9
t6N/byY9Nw9p21Og3AoXSL2q/2IJ1WRUhebgAdGVMlV1fkuOQoEzR7EdpqtQD9Cs
5+bfo3Nhmcyvk5ftB0WkJ9z6bNZ7yxrP8wIDAQAB
-----END RSA PUBLIC KEY-----`

describe('RSA', () => {
  it("computes the fingerprint known for Telegram's own key", () => {
    expect(BigInt.asUintN(64, fingerprintOf(PUBLISHED)).toString(16)).toBe('d09d1d85de64fd85')
  })

  const key = createRsaKey()
  const raw = (block: Buffer): Buffer =>
    publicEncrypt({ key: createPublicKey(key.publicPem), padding: constants.RSA_NO_PADDING }, block)

  it('opens RSA_PAD', () => {
    const data = randomBytes(192)
    const sealed = (): Buffer => {
      const secret = randomBytes(32)
      const clear = Buffer.concat([Buffer.from(data).reverse(), sha256(secret, data)])
      const body = Buffer.from(new IGE(secret, Buffer.alloc(32)).encryptIge(clear))
      return Buffer.concat([xor(secret, sha256(body)), body])
    }
    // A block larger than the modulus cannot be encrypted: as clients do, another key is drawn.
    let block = sealed()
    while (block[0]! >= 0x80) block = sealed()
    expect(key.open(raw(block))?.data).toEqual(data)
  })

  it('opens the older padding and gives its hash', () => {
    const data = randomBytes(96)
    const block = Buffer.concat([Buffer.alloc(1), sha1(data), data, randomBytes(256 - 21 - 96)])
    const opened = key.open(raw(block))
    expect(opened?.data.subarray(0, 96)).toEqual(data)
    expect(opened?.sha1).toEqual(sha1(data))
  })

  it('gives nothing for bytes that are neither', () => {
    expect(key.open(Buffer.alloc(256, 0x55))).toBeUndefined()
    expect(key.open(Buffer.alloc(12))).toBeUndefined()
    expect(key.open(Buffer.alloc(256, 0xff))).toBeUndefined()
  })
})

describe('SRP', () => {
  const verifier = createVerifier('été 2026')
  const answerOf = async (password: string, challenge: ReturnType<typeof createChallenge>) =>
    computeCheck(
      new Api.account.Password({
        hasPassword: true,
        currentAlgo: new Api.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow({
          salt1: verifier.salt1,
          salt2: verifier.salt2,
          g: GENERATOR,
          p: PRIME,
        }),
        srp_B: challenge.B,
        srpId: bigInt(1),
        newAlgo: new Api.PasswordKdfAlgoUnknown(),
        newSecureAlgo: new Api.SecurePasswordKdfAlgoUnknown(),
        secureRandom: Buffer.alloc(0),
      }),
      password,
    )

  it('accepts what GramJS computes from the right password, and only that', async () => {
    const challenge = createChallenge(verifier)
    const right = await answerOf('été 2026', challenge)
    const wrong = await answerOf('ete 2026', challenge)
    expect(checkAnswer(verifier, challenge, { A: right.A, M1: right.M1 })).toBe(true)
    expect(checkAnswer(verifier, challenge, { A: wrong.A, M1: wrong.M1 })).toBe(false)
    expect(checkAnswer(verifier, createChallenge(verifier), { A: right.A, M1: right.M1 })).toBe(false)
  })

  it('refuses degenerate answers without an exception', () => {
    const challenge = createChallenge(verifier)
    for (const A of [Buffer.alloc(256), Buffer.from([1]), PRIME, Buffer.alloc(300, 7)]) {
      expect(checkAnswer(verifier, challenge, { A, M1: Buffer.alloc(32) })).toBe(false)
    }
  })
})

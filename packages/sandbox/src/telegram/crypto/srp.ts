import { pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { fromBig, toBig } from './big.ts'
import { GENERATOR, newExponent, pad, pow, powG, PRIME } from './dh.ts'
import { sha256, xor } from './hash.ts'

// The server's half of https://core.telegram.org/api/srp. Numbers are hashed as 256 bytes.
const P = toBig(PRIME)
const G_BYTES = pad(Buffer.from([GENERATOR]))
const K = toBig(sha256(PRIME, G_BYTES))
const ITERATIONS = 100_000

export type SrpVerifier = { readonly salt1: Buffer; readonly salt2: Buffer; readonly v: Buffer }

export type SrpChallenge = { readonly id: bigint; readonly b: Buffer; readonly B: Buffer }

const around = (salt: Uint8Array, data: Uint8Array): Buffer => sha256(salt, data, salt)

/** What a server keeps of a password; costs one PBKDF2 (tens of milliseconds). */
export const createVerifier = (password: string): SrpVerifier => {
  const salt1 = randomBytes(16)
  const salt2 = randomBytes(16)
  const first = around(salt2, around(salt1, Buffer.from(password, 'utf8')))
  const x = around(salt2, pbkdf2Sync(first, salt1, ITERATIONS, 64, 'sha512'))
  return { salt1, salt2, v: powG(x) }
}

/** B = k * v + g ^ b. */
export const createChallenge = (verifier: SrpVerifier): SrpChallenge => {
  const b = newExponent()
  const B = (K * toBig(verifier.v) + toBig(powG(b))) % P
  return { id: randomBytes(8).readBigInt64LE(), b, B: fromBig(B, 256) }
}

/** True when M1 proves the password. A and M1 come from the client and may be anything. */
export const checkAnswer = (
  verifier: SrpVerifier,
  challenge: SrpChallenge,
  answer: { readonly A: Uint8Array; readonly M1: Uint8Array },
): boolean => {
  if (answer.A.length > 256 || answer.M1.length !== 32) return false
  const A = pad(answer.A)
  if (toBig(A) <= 1n || toBig(A) >= P - 1n) return false
  const u = sha256(A, challenge.B)
  const base = (toBig(A) * toBig(pow(verifier.v, u))) % P
  if (base <= 1n || base >= P - 1n) return false
  const S = pow(fromBig(base, 256), challenge.b)
  const M1 = sha256(
    xor(sha256(PRIME), sha256(G_BYTES)),
    sha256(verifier.salt1),
    sha256(verifier.salt2),
    A,
    challenge.B,
    sha256(S),
  )
  return timingSafeEqual(M1, answer.M1)
}

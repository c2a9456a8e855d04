import { randomBytes } from 'node:crypto'
import { GENERATOR, PRIME } from '../crypto/dh.ts'
import { checkAnswer, createChallenge, createVerifier } from '../crypto/srp.ts'
import type { SrpChallenge, SrpVerifier } from '../crypto/srp.ts'
import { RpcError } from '../errors.ts'
import { bytes, long, object } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { createAttempts } from '../world/attempts.ts'
import type { User } from '../world/state.ts'
import { authorized } from './auth-sign-in.ts'
import type { OpenContext, OpenHandler, Passwords } from './context.ts'

/** Remembers the verifiers, challenges and wrong tries of two-step verification. `now` is in world seconds. */
export const createPasswords = (now: () => number): Passwords => {
  const verifiers = new Map<number, { password: string; verifier: SrpVerifier }>()
  const challenges = new Map<bigint, SrpChallenge>()
  return {
    attempts: createAttempts(now),
    verifier: user => {
      const password = user.login?.password
      if (password == null) return undefined
      const kept = verifiers.get(user.id)
      if (kept?.password === password) return kept.verifier
      const verifier = createVerifier(password)
      verifiers.set(user.id, { password, verifier })
      return verifier
    },
    challenge: (keyId, verifier) => {
      const challenge = createChallenge(verifier)
      challenges.set(keyId, challenge)
      return challenge
    },
    take: (keyId, srpId) => {
      const challenge = challenges.get(keyId)
      if (challenge?.id !== srpId) return undefined
      challenges.delete(keyId)
      return challenge
    },
  }
}

const ownerOf = ({ world, caller }: OpenContext): User => {
  const user = world.user(caller.key.userId ?? caller.key.pendingUserId ?? 0)
  if (!user) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED')
  return user
}

const kdf = (verifier: { salt1: Buffer; salt2: Buffer }): TlObject => ({
  _: 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow',
  ...verifier,
  g: GENERATOR,
  p: PRIME,
})

const getPassword: OpenHandler = (_request, context) => {
  const user = ownerOf(context)
  const verifier = context.passwords.verifier(user)
  const challenge = verifier && context.passwords.challenge(context.caller.key.id, verifier)
  return {
    _: 'account.password',
    has_password: verifier !== undefined,
    current_algo: verifier && kdf(verifier),
    srp_B: challenge?.B,
    srp_id: challenge?.id,
    hint: verifier && user.login?.hint !== '' ? user.login?.hint : undefined,
    new_algo: kdf({ salt1: randomBytes(8), salt2: randomBytes(16) }),
    new_secure_algo: { _: 'securePasswordKdfAlgoUnknown' },
    secure_random: randomBytes(256),
  }
}

const checkPassword: OpenHandler = (request, context) => {
  const { passwords } = context
  const { key } = context.caller
  const user = ownerOf(context)
  const whom = String(user.id)
  passwords.attempts.check(whom)
  const verifier = passwords.verifier(user)
  const proof = object(request, 'password')
  if (!verifier || proof._ !== 'inputCheckPasswordSRP') throw new RpcError(400, 'PASSWORD_HASH_INVALID')
  const challenge = passwords.take(key.id, long(proof, 'srp_id'))
  if (!challenge) throw new RpcError(400, 'SRP_ID_INVALID')
  if (!checkAnswer(verifier, challenge, { A: bytes(proof, 'A'), M1: bytes(proof, 'M1') })) {
    passwords.attempts.wrong(whom)
    throw new RpcError(400, 'PASSWORD_HASH_INVALID')
  }
  passwords.attempts.forget(whom)
  key.pendingUserId = null
  key.userId = user.id
  context.changed()
  return authorized(context, user)
}

export const passwordHandlers: Record<string, OpenHandler> = {
  'account.getPassword': getPassword,
  'auth.checkPassword': checkPassword,
}

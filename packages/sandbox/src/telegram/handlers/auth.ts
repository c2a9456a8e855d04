import { randomBytes } from 'node:crypto'
import { GENERATOR, PRIME } from '../crypto/dh.ts'
import { checkAnswer, createChallenge, createVerifier } from '../crypto/srp.ts'
import type { SrpChallenge, SrpVerifier } from '../crypto/srp.ts'
import { RpcError } from '../errors.ts'
import { bytes, long, maybe, object, text } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import type { Delivery } from '../world/codes.ts'
import type { User } from '../world/state.ts'
import { normalisePhone } from '../world/world.ts'
import type { Context, Handler, OpenHandler, Passwords, Shared } from './context.ts'
import { userView } from './views.ts'

const CODE_LENGTH = 5
const RESEND_AFTER_SECONDS = 60

/** Remembers the verifiers and challenges of two-step verification. */
export const createPasswords = (): Passwords => {
  const verifiers = new Map<number, { password: string; verifier: SrpVerifier }>()
  const challenges = new Map<bigint, SrpChallenge>()
  return {
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

const phoneOf = (request: TlObject): string => {
  const phone = normalisePhone(text(request, 'phone_number'))
  if (phone === null) throw new RpcError(400, 'PHONE_NUMBER_INVALID')
  return phone
}

type Sent = { hash: string; delivery: Delivery; next: Delivery | null }

const sentCode = ({ hash, delivery, next }: Sent): TlObject => ({
  _: 'auth.sentCode',
  type: { _: `auth.sentCodeType${delivery}`, length: CODE_LENGTH },
  phone_code_hash: hash,
  next_type: next === null ? undefined : { _: `auth.codeType${next}` },
  timeout: next === null ? undefined : RESEND_AFTER_SECONDS,
})

const authorized = ({ world }: Shared, user: User): TlObject => ({
  _: 'auth.authorization',
  user: userView({ world, viewer: user.id }, user),
})

const signIn: OpenHandler = (request, context) => {
  const { world, caller } = context
  const phone = phoneOf(request)
  world.codes.check(phone, text(request, 'phone_code_hash'), maybe(text, request, 'phone_code') ?? '')
  const user = world.byPhone(phone)
  if (!user?.login) return { _: 'auth.authorizationSignUpRequired' }
  world.codes.done(phone)
  if (user.login.password !== null) {
    caller.key.pendingUserId = user.id
    throw new RpcError(401, 'SESSION_PASSWORD_NEEDED')
  }
  caller.key.userId = user.id
  context.changed()
  return authorized(context, user)
}

const ownerOf = ({ world, caller }: Parameters<OpenHandler>[1]): User => {
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
  const { key } = context.caller
  const user = ownerOf(context)
  const verifier = context.passwords.verifier(user)
  const proof = object(request, 'password')
  if (!verifier || proof._ !== 'inputCheckPasswordSRP') throw new RpcError(400, 'PASSWORD_HASH_INVALID')
  const challenge = context.passwords.take(key.id, long(proof, 'srp_id'))
  if (!challenge) throw new RpcError(400, 'SRP_ID_INVALID')
  const right = checkAnswer(verifier, challenge, { A: bytes(proof, 'A'), M1: bytes(proof, 'M1') })
  if (!right) throw new RpcError(400, 'PASSWORD_HASH_INVALID')
  key.pendingUserId = null
  key.userId = user.id
  context.changed()
  return authorized(context, user)
}

const logOut: Handler = (_request, context: Context) => {
  context.caller.key.userId = null
  context.changed()
  return { _: 'auth.loggedOut' }
}

export const openAuthHandlers: Record<string, OpenHandler> = {
  'auth.sendCode': (request, { world }) => {
    const phone = phoneOf(request)
    return sentCode(world.codes.send(phone, world.byPhone(phone)?.login?.code ?? null))
  },
  'auth.resendCode': (request, { world }) =>
    sentCode(world.codes.resend(phoneOf(request), text(request, 'phone_code_hash'))),
  'auth.cancelCode': (request, { world }) => {
    world.codes.cancel(phoneOf(request), text(request, 'phone_code_hash'))
    return true
  },
  'auth.signIn': signIn,
  'account.getPassword': getPassword,
  'auth.checkPassword': checkPassword,
}

export const authHandlers: Record<string, Handler> = { 'auth.logOut': logOut }

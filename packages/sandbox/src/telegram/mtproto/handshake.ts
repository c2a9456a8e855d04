import { generatePrimeSync, randomBytes } from 'node:crypto'
import { fromBig } from '../crypto/big.ts'
import { GENERATOR, newExponent, pow, powG, PRIME } from '../crypto/dh.ts'
import { sha1, xor } from '../crypto/hash.ts'
import { igeDecrypt, igeEncrypt } from '../crypto/ige.ts'
import { handshakeAes } from '../crypto/message-key.ts'
import type { AesPair } from '../crypto/message-key.ts'
import type { RsaKey } from '../crypto/rsa.ts'
import { bytes, int, long, maybe } from '../tl/fields.ts'
import { TlReader } from '../tl/reader.ts'
import type { Layer } from '../tl/schema.ts'
import type { TlObject } from '../tl/value.ts'
import { TlWriter } from '../tl/writer.ts'
import { ProtocolError, TransportRefusal } from '../errors.ts'

// https://core.telegram.org/mtproto/auth_key

export type HandshakeDeps = {
  readonly dcId: number
  readonly rsa: RsaKey
  readonly service: Layer
  /** Transport time, seconds. */
  readonly seconds: () => number
  /** Told of each key agreed upon; `salt` is the one both sides can compute, `lifetime` is that of a temporary key. */
  readonly agreed: (key: Buffer, salt: bigint, lifetime: number | null) => void
}

/** One connection's key exchange: takes a plain request, gives the plain answer. Throws ProtocolError or TlError. */
type Handshake = (request: TlObject) => TlObject

const check = (condition: boolean, what: string): void => {
  if (!condition) throw new ProtocolError(what)
}

const same = (object: TlObject, field: string, expected: Uint8Array): void => {
  check(Buffer.from(expected).equals(bytes(object, field)), `${field} of ${object._} is not the one expected`)
}

/** Reads an object that a SHA-1 goes with; what follows the object is padding. */
const readHashed = (data: Buffer, hash: Buffer | undefined, service: Layer): TlObject => {
  const reader = new TlReader(data, service)
  const object = reader.boxed()
  const used = data.subarray(0, data.length - reader.left)
  check(hash === undefined || sha1(used).equals(hash), `the hash of ${object._} does not match`)
  return object
}

type Step1 = { nonce: Buffer; serverNonce: Buffer; p: Buffer; q: Buffer; pq: Buffer }
type Step2 = Step1 & { newNonce: Buffer; aes: AesPair; a: Buffer; lifetime: number | null }

export const createHandshake = ({ dcId, rsa, service, seconds, agreed }: HandshakeDeps): Handshake => {
  let first: Step1 | undefined
  let second: Step2 | undefined

  const sendPq = (request: TlObject): TlObject => {
    const [p, q] = twoPrimes()
    first = {
      nonce: Buffer.from(bytes(request, 'nonce')),
      serverNonce: randomBytes(16),
      p: fromBig(p),
      q: fromBig(q),
      pq: fromBig(p * q, 8),
    }
    second = undefined
    return {
      _: 'resPQ',
      nonce: first.nonce,
      server_nonce: first.serverNonce,
      pq: first.pq,
      server_public_key_fingerprints: [rsa.fingerprint],
    }
  }

  const sendDh = (request: TlObject): TlObject => {
    if (!first) throw new ProtocolError('req_DH_params before req_pq')
    const state = first
    same(request, 'nonce', state.nonce)
    same(request, 'server_nonce', state.serverNonce)
    same(request, 'p', state.p)
    same(request, 'q', state.q)
    check(long(request, 'public_key_fingerprint') === rsa.fingerprint, 'another RSA key')
    const opened = rsa.open(bytes(request, 'encrypted_data'))
    if (!opened) throw new ProtocolError('the inner data does not open')
    const inner = readHashed(opened.data, opened.sha1, service)
    check(inner._.startsWith('p_q_inner_data'), `${inner._} instead of the inner data`)
    same(inner, 'nonce', state.nonce)
    same(inner, 'server_nonce', state.serverNonce)
    same(inner, 'pq', state.pq)
    const dc = maybe(int, inner, 'dc')
    if (dc !== undefined && !isThisDc(dc, dcId)) throw new TransportRefusal(-444)
    const newNonce = Buffer.from(bytes(inner, 'new_nonce'))
    const aes = handshakeAes(newNonce, state.serverNonce)
    second = { ...state, newNonce, aes, a: newExponent(), lifetime: maybe(int, inner, 'expires_in') ?? null }
    const answer = new TlWriter(service)
      .boxed({
        _: 'server_DH_inner_data',
        nonce: state.nonce,
        server_nonce: state.serverNonce,
        g: GENERATOR,
        dh_prime: PRIME,
        g_a: powG(second.a),
        server_time: seconds(),
      })
      .done()
    const clear = Buffer.concat([sha1(answer), answer])
    const padding = randomBytes((16 - (clear.length % 16)) % 16)
    return {
      _: 'server_DH_params_ok',
      nonce: state.nonce,
      server_nonce: state.serverNonce,
      encrypted_answer: igeEncrypt(Buffer.concat([clear, padding]), aes.key, aes.iv),
    }
  }

  const finish = (request: TlObject): TlObject => {
    if (!second) throw new ProtocolError('set_client_DH_params before req_DH_params')
    const state = second
    same(request, 'nonce', state.nonce)
    same(request, 'server_nonce', state.serverNonce)
    const encrypted = bytes(request, 'encrypted_data')
    check(encrypted.length % 16 === 0 && encrypted.length > 32, 'encrypted_data has a wrong length')
    const clear = igeDecrypt(encrypted, state.aes.key, state.aes.iv)
    const inner = readHashed(clear.subarray(20), clear.subarray(0, 20), service)
    check(inner._ === 'client_DH_inner_data', `${inner._} instead of the inner data`)
    same(inner, 'nonce', state.nonce)
    same(inner, 'server_nonce', state.serverNonce)
    const key = agree(bytes(inner, 'g_b'), state.a)
    first = undefined
    second = undefined
    const salt = xor(state.newNonce.subarray(0, 8), state.serverNonce.subarray(0, 8)).readBigInt64LE()
    agreed(key, salt, state.lifetime)
    const hash = sha1(state.newNonce, Buffer.from([1]), sha1(key).subarray(0, 8)).subarray(4)
    return { _: 'dh_gen_ok', nonce: state.nonce, server_nonce: state.serverNonce, new_nonce_hash1: hash }
  }

  return request => {
    switch (request._) {
      case 'req_pq':
      case 'req_pq_multi':
        return sendPq(request)
      case 'req_DH_params':
        return sendDh(request)
      case 'set_client_DH_params':
        return finish(request)
      default:
        throw new ProtocolError(`${request._} in the clear`)
    }
  }
}

/** A media data centre is named by its negative number, a test one by 10,000 more (https://core.telegram.org/mtproto/auth_key). */
const isThisDc = (named: number, own: number): boolean => Math.abs(named) % 10_000 === own

/** Different and in order; their product fits the 63 bits that clients factor. */
const twoPrimes = (): [bigint, bigint] => {
  for (;;) {
    const a = generatePrimeSync(31, { bigint: true })
    const b = generatePrimeSync(31, { bigint: true })
    if (a !== b) return a < b ? [a, b] : [b, a]
  }
}

const agree = (gB: Uint8Array, a: Buffer): Buffer => {
  try {
    return pow(gB, a)
  } catch {
    throw new ProtocolError('g_b is out of range')
  }
}

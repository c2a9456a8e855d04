import { createHmac, sign } from 'node:crypto'
import { CompactSign } from 'jose'
import { describe, expect, test } from 'vitest'
import { deviceIdSchema, licenseIdSchema, type DenialClaims, type LicenseClaims } from '@autotele/shared'
import { createDeviceProof, verifyDeviceProof } from './device-proof.ts'
import { signKeySet, verifyKeySet } from './key-set.ts'
import { generatePrivateJwk, importSigningKey, toKeySetKey, toPublicJwk } from './keys.ts'
import { signDenial, signLicenseToken, verifyDenial, verifyLicenseToken } from './license-token.ts'

const now = 1_800_000_000
const signing = importSigningKey(generatePrivateJwk())
const attacker = importSigningKey(generatePrivateJwk())
const root = importSigningKey(generatePrivateJwk())
const device = importSigningKey(generatePrivateJwk())
const deviceId = deviceIdSchema.parse(device.kid)
const keys = [toKeySetKey(signing.publicJwk)]

const claims: LicenseClaims = {
  iss: 'https://license.example',
  aud: 'autotele-desktop',
  sub: licenseIdSchema.parse('lic_' + 'a'.repeat(26)),
  jti: 'tok_1',
  iat: now,
  nbf: now,
  exp: now + 86_400,
  ver: 1,
  env: 'live',
  lic: { plan: 'monthly', status: 'active', paid_through: now, grace_until: now, trial_end: null, seats: 2 },
  ent: ['core', 'something newer'],
  cnf: { jkt: deviceId },
  rfa: now + 3600,
  seq: 7,
  kset: 1,
}
const expected = { keys, issuer: claims.iss, deviceId, now, allowTest: false }
const verify = async (token: string, over: Partial<Parameters<typeof verifyLicenseToken>[1]> = {}) => {
  const result = await verifyLicenseToken(token, { ...expected, ...over })
  return result.ok ? 'ok' : result.code
}
/** Signs arbitrary text under an arbitrary header, as an attacker would. */
const forge = (payload: unknown, header: Record<string, unknown>, key = signing.privateKey) =>
  new CompactSign(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', kid: signing.kid, typ: 'license+jwt', ...header })
    .sign(key)

describe('license token', () => {
  test('what the server signs, the client verifies, and its header holds three members', async () => {
    const token = await signLicenseToken(claims, signing)
    expect(await verifyLicenseToken(token, expected)).toEqual({ ok: true, claims })
    expect(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())).toEqual({
      alg: 'EdDSA',
      kid: signing.kid,
      typ: 'license+jwt',
    })
  })

  test('the fully specified algorithm name is accepted too', async () => {
    expect(await verify(await forge(claims, { alg: 'Ed25519' }))).toBe('ok')
  })

  test.each([
    ['of another type', { typ: 'license-denial+jwt' }, 'WRONG_TYPE'],
    ['of a plain JWT type', { typ: 'JWT' }, 'WRONG_TYPE'],
    ['by an unknown key', { kid: attacker.kid }, 'UNKNOWN_KEY'],
    ['without a key id', { kid: undefined }, 'UNKNOWN_KEY'],
  ])('a token %s is refused', async (_name, header, code) => {
    expect(await verify(await forge(claims, header))).toBe(code)
  })

  test('a key carried in the header is never used', async () => {
    const own = { jwk: attacker.publicJwk }
    expect(await verify(await forge(claims, { ...own, kid: attacker.kid }, attacker.privateKey))).toBe(
      'UNKNOWN_KEY',
    )
    expect(await verify(await forge(claims, own, attacker.privateKey))).toBe('BAD_SIGNATURE')
  })

  test('neither "none" nor an HMAC keyed with the public key passes', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const head = (alg: string) => part({ alg, kid: signing.kid, typ: 'license+jwt' })
    expect(await verify(`${head('none')}.${part(claims)}.`)).not.toBe('ok')
    const input = `${head('HS256')}.${part(claims)}`
    const mac = createHmac('sha256', signing.publicJwk.x).update(input).digest('base64url')
    expect(await verify(`${input}.${mac}`)).not.toBe('ok')
  })

  test('truncated anywhere, folded, or with anything between its parts, it is refused', async () => {
    const token = await signLicenseToken(claims, signing)
    for (let length = 0; length < token.length; length += 7) {
      expect(await verify(token.slice(0, length))).not.toBe('ok')
    }
    // Some base64 decoders skip white space and take the other alphabet or padding: one token, one text.
    const [head = '', payload = '', signature = ''] = token.split('.')
    const half = Math.floor(signature.length / 2)
    for (const space of [' ', '\n', '\r\n ', '\t', '\0', '=']) {
      const folded = signature.slice(0, half) + space + signature.slice(half)
      expect(await verify(`${head}.${payload}.${folded}`)).toBe('MALFORMED')
      expect(await verify(token + space)).toBe('MALFORMED')
      expect(await verify(space + token)).toBe('MALFORMED')
      expect(await verify(`${head}${space}.${payload}.${signature}`)).toBe('MALFORMED')
    }
    expect(await verify(`${token}.`)).toBe('MALFORMED')
    expect(await verify(`${token}.${signature}`)).toBe('MALFORMED')
  })

  test.each([
    ['another issuer', { iss: 'https://other.example' }, 'WRONG_ISSUER'],
    ['another product', { aud: 'other' }, 'WRONG_AUDIENCE'],
    ['another device', { cnf: { jkt: attacker.kid } }, 'WRONG_DEVICE'],
    ['a test server', { env: 'test' }, 'TEST_TOKEN'],
    ['the future', { nbf: now + 61 }, 'NOT_YET_VALID'],
    ['the past', { exp: now - 60 }, 'EXPIRED'],
    ['year zero', { exp: 0 }, 'EXPIRED'],
    ['no expiry', { exp: undefined }, 'MALFORMED'],
    ['a later claim set', { ver: 2 }, 'MALFORMED'],
  ])('a token of %s is refused', async (_name, over, code) => {
    expect(await verify(await forge({ ...claims, ...over }, {}))).toBe(code)
  })

  test('honest clocks may differ by a minute, both ways', async () => {
    expect(await verify(await forge({ ...claims, nbf: now + 60 }, {}))).toBe('ok')
    expect(await verify(await forge({ ...claims, exp: now - 59 }, {}))).toBe('ok')
  })

  test('a token older than the newest one seen is refused', async () => {
    const token = await signLicenseToken(claims, signing)
    expect(await verify(token, { minSeq: 7 })).toBe('ok')
    expect(await verify(token, { minSeq: 8 })).toBe('OLD_SEQ')
  })

  test('a test token is accepted where tests are allowed', async () => {
    const token = await signLicenseToken({ ...claims, env: 'test' }, signing)
    expect(await verify(token, { allowTest: true })).toBe('ok')
  })

  test('one flipped bit anywhere ends in a refusal, never in an exception', async () => {
    const token = await signLicenseToken(claims, signing)
    for (let at = 0; at < token.length - 1; at += 13) {
      const flipped = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(await verify(flipped)).not.toBe('ok')
    }
    for (const junk of ['', '.', '..', 'a.b.c', '<html>', '💥']) expect(await verify(junk)).toBe('MALFORMED')
  })
})

describe('denial', () => {
  const denial: DenialClaims = {
    sub: claims.sub,
    cnf: { jkt: deviceId },
    reason: 'revoked',
    req: 'proof-1-proof-1-x',
    iat: now,
  }
  const about = { keys, deviceId, proofId: denial.req }

  test('a refusal answers one proof of one device and nothing else', async () => {
    const jws = await signDenial(denial, signing)
    expect(await verifyDenial(jws, about)).toEqual({ ok: true, claims: denial })
    expect(await verifyDenial(jws, { ...about, proofId: 'another' })).toEqual({ ok: false, code: 'NOT_OURS' })
    expect(await verifyDenial(jws, { ...about, deviceId: attacker.kid })).toEqual({
      ok: false,
      code: 'WRONG_DEVICE',
    })
    expect(await verifyDenial(await signDenial(denial, attacker), about)).toEqual({
      ok: false,
      code: 'UNKNOWN_KEY',
    })
  })

  test('a token is no refusal and a refusal is no token', async () => {
    expect(await verify(await signDenial(denial, signing))).toBe('WRONG_TYPE')
    expect(await verifyDenial(await signLicenseToken(claims, signing), about)).toEqual({
      ok: false,
      code: 'WRONG_TYPE',
    })
  })
})

describe('key set', () => {
  const set = { version: 3, keys, revoked_kids: [] as string[], iat: now }

  test('only the root key makes key sets', async () => {
    expect(await verifyKeySet(await signKeySet(set, root), root.publicJwk)).toEqual({ ok: true, claims: set })
    expect(await verifyKeySet(await signKeySet(set, attacker), root.publicJwk)).toEqual({
      ok: false,
      code: 'UNKNOWN_KEY',
    })
    const renamed = { ...attacker, kid: root.kid }
    expect(await verifyKeySet(await signKeySet(set, renamed), root.publicJwk)).toEqual({
      ok: false,
      code: 'BAD_SIGNATURE',
    })
  })

  test('an older key set than one already seen is refused', async () => {
    const jws = await signKeySet(set, root)
    expect(await verifyKeySet(jws, root.publicJwk, { minVersion: 4 })).toEqual({ ok: false, code: 'OLDER' })
    expect((await verifyKeySet(jws, root.publicJwk, { minVersion: 3 })).ok).toBe(true)
  })

  test('revoked keys, and keys under a name that is not theirs, are left out', async () => {
    const stolen = { ...toKeySetKey(attacker.publicJwk), kid: 'x'.repeat(43) }
    const revoked = toKeySetKey(device.publicJwk)
    const jws = await signKeySet(
      { ...set, keys: [...keys, stolen, revoked], revoked_kids: [revoked.kid] },
      root,
    )
    const result = await verifyKeySet(jws, root.publicJwk)
    expect(result.ok && result.claims.keys.map(key => key.kid)).toEqual([signing.kid])
  })
})

describe('device proof', () => {
  const request = { method: 'POST', url: 'https://license.example/v1/trials', body: Buffer.from('{"a":1}') }
  const make = (over = {}) => createDeviceProof({ ...request, nonce: 'n1', ...over }, device)

  test('a proof names its device, its nonce and its own id', async () => {
    const { proof, jti } = await make()
    expect(await verifyDeviceProof(proof, request)).toEqual({
      ok: true,
      proof: { deviceId, publicJwk: toPublicJwk(device.publicJwk), nonce: 'n1', jti },
    })
  })

  test.each([
    ['another method', { method: 'GET' }],
    ['another path', { url: 'https://license.example/v1/checkouts' }],
    ['another host', { url: 'https://evil.example/v1/trials' }],
    ['one more space in the body', { body: Buffer.from('{"a": 1}') }],
    ['no body', { body: undefined }],
  ])('a proof of one request does not serve for %s', async (_name, over) => {
    const { proof } = await make()
    expect(await verifyDeviceProof(proof, { ...request, ...over })).toEqual({
      ok: false,
      code: 'OTHER_REQUEST',
    })
  })

  test.each([
    ['of another type', { typ: 'license+jwt' }],
    ['without an algorithm', { alg: 'none' }],
    ['with an HMAC over the public key', { alg: 'HS256' }],
    ['without a key', { jwk: undefined }],
    ['with a key of another kind', { jwk: { kty: 'oct', k: 'AA' } }],
    ['with a critical extension that we do not know', { crit: ['exp'], exp: 1 }],
  ])('a proof %s is refused', async (_name, over) => {
    const { proof } = await make()
    const [head = '', payload = '', signature = ''] = proof.split('.')
    const header = { ...JSON.parse(Buffer.from(head, 'base64url').toString()), ...over }
    const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`
    const mac = createHmac('sha256', device.publicJwk.x).update(input).digest('base64url')
    const own = sign(null, Buffer.from(input), device.privateKey).toString('base64url')
    for (const end of [signature, mac, own, '']) {
      expect((await verifyDeviceProof(`${input}.${end}`, request)).ok).toBe(false)
    }
  })

  test('a request without body is proven by the hash of nothing', async () => {
    const bare = { method: 'GET', url: 'https://license.example/v1/licenses/me' }
    const { proof } = await createDeviceProof({ ...bare, nonce: 'n1' }, device)
    expect((await verifyDeviceProof(proof, bare)).ok).toBe(true)
    expect((await verifyDeviceProof(proof, { ...bare, body: new Uint8Array() })).ok).toBe(true)
  })

  test('a proof that shows the key of another device is refused', async () => {
    const victim = { ...attacker, publicJwk: device.publicJwk }
    const { proof } = await createDeviceProof({ ...request, nonce: 'n1' }, victim)
    expect(await verifyDeviceProof(proof, request)).toEqual({ ok: false, code: 'BAD_SIGNATURE' })
  })
})

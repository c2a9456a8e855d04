import {
  denialClaimsSchema,
  licenseClaimsSchema,
  TOKEN_AUDIENCE,
  TOKEN_TYPES,
  type DenialClaims,
  type KeySetKey,
  type LicenseClaims,
} from '@autotele/shared'
import { byKid, signJws, verifyJws, type JwsFailure, type Verified } from './jws.ts'
import type { SigningKey } from './keys.ts'

/** Seconds by which two honest clocks may differ. */
const CLOCK_TOLERANCE = 60

export type LicenseTokenFailure =
  | JwsFailure
  | 'WRONG_ISSUER'
  | 'WRONG_AUDIENCE'
  | 'WRONG_DEVICE'
  | 'TEST_TOKEN'
  | 'OLD_SEQ'
  | 'NOT_YET_VALID'
  | 'EXPIRED'

export type LicenseTokenExpectations = {
  /** Of a key set already verified against the root key. */
  readonly keys: readonly KeySetKey[]
  /** Server's public URL, compared exactly. */
  readonly issuer: string
  /** Thumbprint of this device's key: a token copied to another machine is worth nothing there. */
  readonly deviceId: string
  /** Unix seconds: the trusted clock of the caller, never read here. */
  readonly now: number
  /** Lowest `seq` accepted: that of the newest token seen. */
  readonly minSeq?: number
  /** A production build refuses tokens of test servers. */
  readonly allowTest: boolean
}

/** Signs a licence token. */
export const signLicenseToken = (claims: LicenseClaims, key: SigningKey): Promise<string> =>
  signJws(claims, key, TOKEN_TYPES.license, { kid: key.kid })

/** Verifies a licence token offline, against everything that it must be; the first reason to refuse is the answer. */
export async function verifyLicenseToken(
  token: string,
  expected: LicenseTokenExpectations,
): Promise<Verified<LicenseClaims, LicenseTokenFailure>> {
  const result = await verifyJws(token, TOKEN_TYPES.license, licenseClaimsSchema, byKid(expected.keys))
  if (!result.ok) return result
  const code = refuse(result.claims, expected)
  return code ? { ok: false, code } : result
}

function refuse(claims: LicenseClaims, expected: LicenseTokenExpectations): LicenseTokenFailure | undefined {
  if (claims.iss !== expected.issuer) return 'WRONG_ISSUER'
  if (claims.aud !== TOKEN_AUDIENCE) return 'WRONG_AUDIENCE'
  if (claims.cnf.jkt !== expected.deviceId) return 'WRONG_DEVICE'
  if (claims.env === 'test' && !expected.allowTest) return 'TEST_TOKEN'
  if (claims.seq < (expected.minSeq ?? 1)) return 'OLD_SEQ'
  if (claims.nbf > expected.now + CLOCK_TOLERANCE) return 'NOT_YET_VALID'
  if (claims.exp <= expected.now - CLOCK_TOLERANCE) return 'EXPIRED'
  return undefined
}

/** Signs a refusal that answers one device proof. */
export const signDenial = (claims: DenialClaims, key: SigningKey): Promise<string> =>
  signJws(claims, key, TOKEN_TYPES.denial, { kid: key.kid })

/**
 * Verifies a refusal. `proofId` is the `jti` of the proof that was sent with the request: an older refusal, recorded
 * on the way, answers another one and is `NOT_OURS`.
 */
export async function verifyDenial(
  denial: string,
  expected: { readonly keys: readonly KeySetKey[]; readonly deviceId: string; readonly proofId: string },
): Promise<Verified<DenialClaims, JwsFailure | 'WRONG_DEVICE' | 'NOT_OURS'>> {
  const result = await verifyJws(denial, TOKEN_TYPES.denial, denialClaimsSchema, byKid(expected.keys))
  if (!result.ok) return result
  if (result.claims.cnf.jkt !== expected.deviceId) return { ok: false, code: 'WRONG_DEVICE' }
  if (result.claims.req !== expected.proofId) return { ok: false, code: 'NOT_OURS' }
  return result
}

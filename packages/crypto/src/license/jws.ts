import { createPublicKey } from 'node:crypto'
import { compactVerify, CompactSign, errors, type CompactJWSHeaderParameters } from 'jose'
import type { z } from 'zod'
import type { PublicJwk } from '@autotele/shared'
import type { SigningKey } from './keys.ts'

/** `EdDSA` is written; `Ed25519`, its fully specified name (RFC 9864), is accepted from the first release. */
const ALGORITHMS = ['EdDSA', 'Ed25519']

const COMPACT = /^[\w-]+\.[\w-]+\.([\w-]+)$/

/**
 * One token is one text. No signature covers how it is written itself: jose's decoder would skip white space and padding
 * in it, and the bits of its last digit that are beyond its last byte (RFC 4648 section 3.5).
 */
function isOneText(jws: string): boolean {
  const signature = COMPACT.exec(jws)?.[1]
  return signature !== undefined && Buffer.from(signature, 'base64url').toString('base64url') === signature
}

export type JwsFailure = 'MALFORMED' | 'WRONG_TYPE' | 'UNKNOWN_KEY' | 'BAD_SIGNATURE'
export type Verified<T, F> =
  { readonly ok: true; readonly claims: T } | { readonly ok: false; readonly code: F }

/** Signs `claims` as JWS compact; the header holds `alg`, `typ` and what `extra` adds, nothing else. */
export function signJws(
  claims: object,
  key: SigningKey,
  typ: string,
  extra: { kid: string } | { jwk: PublicJwk },
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'EdDSA', ...extra, typ })
    .sign(key.privateKey)
}

/**
 * Verifies a JWS compact against the key that `pickKey` finds by its header, then parses the payload. The algorithm
 * and the type are always pinned (RFC 8725 sections 3.1 and 3.11); a `crit` header is refused by jose.
 */
export async function verifyJws<T>(
  jws: string,
  typ: string,
  schema: z.ZodType<T>,
  pickKey: (header: CompactJWSHeaderParameters) => PublicJwk | undefined,
): Promise<Verified<T, JwsFailure>> {
  if (!isOneText(jws)) return { ok: false, code: 'MALFORMED' }
  try {
    const { payload } = await compactVerify(
      jws,
      header => {
        if (header.typ !== typ) throw new Refused('WRONG_TYPE')
        const jwk = pickKey(header)
        if (!jwk) throw new Refused('UNKNOWN_KEY')
        return createPublicKey({ key: jwk, format: 'jwk' })
      },
      { algorithms: ALGORITHMS },
    )
    const claims = schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)))
    return claims.success ? { ok: true, claims: claims.data } : { ok: false, code: 'MALFORMED' }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, code: error.code }
    if (error instanceof errors.JWSSignatureVerificationFailed) return { ok: false, code: 'BAD_SIGNATURE' }
    if (error instanceof errors.JOSEAlgNotAllowed) return { ok: false, code: 'BAD_SIGNATURE' }
    // Anything else that a text from outside can provoke: not a JWS, not JSON, not a key.
    return { ok: false, code: 'MALFORMED' }
  }
}

class Refused extends Error {
  readonly code: JwsFailure
  constructor(code: JwsFailure) {
    super(code)
    this.code = code
  }
}

/** Finds a key by the header's `kid`; a key carried by the message itself (`jwk`) is never looked at. */
export const byKid =
  (keys: readonly (PublicJwk & { kid: string })[]) => (header: CompactJWSHeaderParameters) =>
    keys.find(key => key.kid === header.kid)

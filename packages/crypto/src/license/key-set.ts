import { keySetClaimsSchema, TOKEN_TYPES, type KeySetClaims, type PublicJwk } from '@autotele/shared'
import { signJws, verifyJws, type JwsFailure, type Verified } from './jws.ts'
import { thumbprint, type SigningKey } from './keys.ts'

/** Signs a key set with the offline root key. */
export const signKeySet = (claims: KeySetClaims, root: SigningKey): Promise<string> =>
  signJws(claims, root, TOKEN_TYPES.keySet, { kid: root.kid })

/**
 * Verifies a key set against the root key compiled into the client. Keys whose `kid` is not their own thumbprint, and
 * revoked ones, are left out of the answer. `OLDER` when its version is below `minVersion`, the highest one seen.
 */
export async function verifyKeySet(
  jws: string,
  root: PublicJwk,
  { minVersion = 1 }: { minVersion?: number } = {},
): Promise<Verified<KeySetClaims, JwsFailure | 'OLDER'>> {
  const kid = thumbprint(root)
  const result = await verifyJws(jws, TOKEN_TYPES.keySet, keySetClaimsSchema, header =>
    header.kid === kid ? root : undefined,
  )
  if (!result.ok) return result
  if (result.claims.version < minVersion) return { ok: false, code: 'OLDER' }
  const revoked = new Set(result.claims.revoked_kids)
  const keys = result.claims.keys.filter(key => key.kid === thumbprint(key) && !revoked.has(key.kid))
  return { ok: true, claims: { ...result.claims, keys } }
}

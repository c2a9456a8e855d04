import { createHash, randomBytes } from 'node:crypto'
import {
  deviceIdSchema,
  deviceProofClaimsSchema,
  publicJwkSchema,
  TOKEN_TYPES,
  type DeviceId,
  type DeviceProofClaims,
  type PublicJwk,
} from '@autotele/shared'
import { signJws, verifyJws, type JwsFailure } from './jws.ts'
import { thumbprint, type SigningKey } from './keys.ts'

/** What a proof is about: one request. `url` is the public base URL and the path, without query. */
export type ProvenRequest = {
  readonly method: string
  readonly url: string
  /** The exact bytes sent; absent when the request has no body. */
  readonly body?: Uint8Array | undefined
}

const bodyHash = (body: Uint8Array | undefined): string =>
  createHash('sha256')
    .update(body ?? new Uint8Array())
    .digest('base64url')

/**
 * Proof of possession of the device key for one request (the shape of DPoP, RFC 9449, with a nonce instead of the
 * client's clock). Returns the header's value and its `jti`, which a signed refusal must answer.
 */
export async function createDeviceProof(
  request: ProvenRequest & { readonly nonce: string | undefined },
  key: SigningKey,
  newId: () => string = () => randomBytes(16).toString('base64url'),
): Promise<{ proof: string; jti: string }> {
  const jti = newId()
  const claims: DeviceProofClaims = {
    htm: request.method,
    htu: request.url,
    bh: bodyHash(request.body),
    nonce: request.nonce,
    jti,
  }
  return { proof: await signJws(claims, key, TOKEN_TYPES.deviceProof, { jwk: key.publicJwk }), jti }
}

export type VerifiedProof = {
  readonly deviceId: DeviceId
  readonly publicJwk: PublicJwk
  readonly nonce: string | undefined
  readonly jti: string
}

/**
 * Verifies that the proof was made for this very request by the key it carries. The nonce's age and the `jti`'s
 * first use are the server's to judge.
 */
export async function verifyDeviceProof(
  proof: string,
  request: ProvenRequest,
): Promise<
  | { readonly ok: true; readonly proof: VerifiedProof }
  | { readonly ok: false; readonly code: JwsFailure | 'OTHER_REQUEST' }
> {
  let key: PublicJwk | undefined
  const result = await verifyJws(proof, TOKEN_TYPES.deviceProof, deviceProofClaimsSchema, header => {
    // Parsing drops every other member; a proof that leaks a private half still does not store it.
    key = publicJwkSchema.safeParse(header.jwk).data
    return key
  })
  if (!result.ok || !key) return { ok: false, code: result.ok ? 'UNKNOWN_KEY' : result.code }
  const { htm, htu, bh, nonce, jti } = result.claims
  if (htm !== request.method || htu !== request.url || bh !== bodyHash(request.body)) {
    return { ok: false, code: 'OTHER_REQUEST' }
  }
  return { ok: true, proof: { deviceId: deviceIdSchema.parse(thumbprint(key)), publicJwk: key, nonce, jti } }
}

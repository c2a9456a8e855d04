import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { z } from 'zod'
import { publicJwkSchema, type KeySetKey, type PublicJwk } from '@autotele/shared'

/** An Ed25519 private key as RFC 8037 writes it. Never leaves encrypted storage but in memory. */
export const privateJwkSchema = publicJwkSchema.extend({ d: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })
export type PrivateJwk = z.infer<typeof privateJwkSchema>

/** A private key ready to sign, with the thumbprint that names it. */
export type SigningKey = {
  readonly kid: string
  readonly publicJwk: PublicJwk
  readonly privateKey: KeyObject
}

/**
 * RFC 7638 thumbprint of an Ed25519 key: SHA-256, base64url, 43 characters. RFC 8037 section 2 names the three
 * members; they are written here in the order that section 3 of RFC 7638 demands.
 */
export function thumbprint(jwk: PublicJwk): string {
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x })
  return createHash('sha256').update(canonical).digest('base64url')
}

/** Makes an Ed25519 key pair from the operating system's random source. */
export function generatePrivateJwk(): PrivateJwk {
  return privateJwkSchema.parse(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))
}

/** Public half: the private member is dropped, whatever it is called with. */
export const toPublicJwk = (jwk: PublicJwk): PublicJwk => ({ kty: jwk.kty, crv: jwk.crv, x: jwk.x })

/** The public half as key sets list it. */
export const toKeySetKey = (jwk: PublicJwk): KeySetKey => ({
  ...toPublicJwk(jwk),
  kid: thumbprint(jwk),
  alg: 'EdDSA',
  use: 'sig',
})

/**
 * Prepares a private JWK for signing. The public half is computed from the private one: a file whose `x` belongs to
 * another key would otherwise sign under a name that is not its own. Throws when the JWK is not an Ed25519 key.
 */
export function importSigningKey(jwk: PrivateJwk): SigningKey {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  const publicJwk = publicJwkSchema.parse(createPublicKey(privateKey).export({ format: 'jwk' }))
  return { kid: thumbprint(publicJwk), publicJwk, privateKey }
}

import { z } from 'zod'
import { deviceIdSchema, licenseIdSchema, unixSecondsSchema } from './primitives.ts'

/** `typ` of every signed object: none can be taken for another (RFC 8725 section 3.11). */
export const TOKEN_TYPES = {
  license: 'license+jwt',
  denial: 'license-denial+jwt',
  keySet: 'license-keyset+jwt',
  deviceProof: 'device-proof+jwt',
} as const

export const planSchema = z.enum(['trial', 'monthly', 'comp'])
export const denialReasonSchema = z.enum(['expired', 'suspended', 'revoked', 'device_removed', 'trial_over'])

const base64urlSha256 = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/** An Ed25519 public key (RFC 8037); unknown members, and a private half above all, are dropped on parsing. */
export const publicJwkSchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: base64urlSha256,
})
/** The same as key sets list it. */
export const keySetKeySchema = publicJwkSchema.extend({
  kid: base64urlSha256,
  alg: z.string().optional(),
  use: z.literal('sig').optional(),
})

/** Claim-set version 1. Times in Unix seconds; those of `lic` are for display, `exp` is what is enforced. */
export const licenseClaimsSchema = z.object({
  iss: z.url(),
  aud: z.string(),
  sub: licenseIdSchema,
  jti: z.string().min(1),
  iat: unixSecondsSchema,
  nbf: unixSecondsSchema,
  exp: unixSecondsSchema,
  ver: z.literal(1),
  env: z.enum(['live', 'test']),
  lic: z.object({
    plan: planSchema,
    status: z.enum(['trialing', 'active', 'grace']),
    paid_through: unixSecondsSchema.nullable(),
    grace_until: unixSecondsSchema.nullable(),
    trial_end: unixSecondsSchema.nullable(),
    seats: z.int().positive(),
  }),
  ent: z.array(z.string()),
  cnf: z.object({ jkt: deviceIdSchema }),
  rfa: unixSecondsSchema,
  seq: z.int().positive(),
  kset: z.int().positive(),
})

/** A refusal; `req` is the `jti` of the device proof it answers, so that it cannot be replayed. */
export const denialClaimsSchema = z.object({
  sub: licenseIdSchema,
  cnf: z.object({ jkt: deviceIdSchema }),
  reason: denialReasonSchema,
  req: z.string().min(1),
  iat: unixSecondsSchema,
})

export const keySetClaimsSchema = z.object({
  version: z.int().positive(),
  keys: z.array(keySetKeySchema).min(1),
  revoked_kids: z.array(z.string()),
  iat: unixSecondsSchema,
})

export const deviceProofClaimsSchema = z.object({
  htm: z.string().min(1),
  htu: z.url(),
  bh: base64urlSha256,
  /** Absent when the client has none yet: the answer is then `USE_NONCE`, with one. */
  nonce: z.string().max(200).optional(),
  /** Kept until its nonce is too old, in a column that does not hold every character that JSON does. */
  jti: z.string().regex(/^[\x21-\x7e]{16,100}$/),
})

export type Plan = z.infer<typeof planSchema>
export type DenialReason = z.infer<typeof denialReasonSchema>
export type PublicJwk = z.infer<typeof publicJwkSchema>
export type KeySetKey = z.infer<typeof keySetKeySchema>
export type LicenseClaims = z.infer<typeof licenseClaimsSchema>
export type DenialClaims = z.infer<typeof denialClaimsSchema>
export type KeySetClaims = z.infer<typeof keySetClaimsSchema>
export type DeviceProofClaims = z.infer<typeof deviceProofClaimsSchema>

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { deriveSealingKey, verifyDeviceProof } from '@autotele/crypto'
import { HEADERS, type DeviceId } from '@autotele/shared'
import { fromUnix, toDate, toUnix, type Clock } from '../clock.ts'
import type { Run, Statement } from '../storage/database.ts'
import { ProblemError } from './problems.ts'

const BUCKET_SECONDS = 300

/** Nonces that need no storage: an HMAC of the five-minute bucket; the current one and the one before are accepted. */
export function createNonces(pepper: Uint8Array, clock: Clock) {
  const key = deriveSealingKey(pepper, 'device nonce')
  const bucketNow = () => Math.floor(toUnix(clock()) / BUCKET_SECONDS)
  const nonceOf = (bucket: number) =>
    `${String(bucket)}.${createHmac('sha256', key).update(String(bucket)).digest('base64url')}`
  return {
    issue: () => nonceOf(bucketNow()),
    /** When the nonce stops being accepted, in Unix seconds; `undefined` when it already is not. */
    accept(nonce: string): number | undefined {
      const bucket = Number(nonce.split('.')[0])
      const age = bucketNow() - bucket
      if (age !== 0 && age !== 1) return undefined
      const expected = Buffer.from(nonceOf(bucket))
      const given = Buffer.from(nonce)
      if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined
      return (bucket + 2) * BUCKET_SECONDS
    },
  }
}
export type Nonces = ReturnType<typeof createNonces>

/** Every `/v1` answer carries a nonce, so that a client always has a fresh one. */
export const offerNonce =
  (nonces: Nonces): RequestHandler =>
  (_request, response, next) => {
    response.set(HEADERS.deviceNonce, nonces.issue())
    next()
  }

export type ProvenDevice = { readonly deviceId: DeviceId; readonly proofId: string }

const USE_PROOF: Statement = {
  name: 'use-proof',
  text: `INSERT INTO used_proofs (device_id, jti, expires_at) VALUES ($1::text, $2::text, $3::timestamptz)
    ON CONFLICT DO NOTHING RETURNING jti`,
}

/**
 * Checks the proof of possession of this very request: method, public URL without query, the body's exact bytes. Throws
 * the problem to answer with. A proof that passes is remembered until its nonce is too old, in the database, so that
 * no replica accepts it again.
 */
export function createProofCheck(options: {
  readonly run: Run
  readonly nonces: Nonces
  readonly publicUrl: string
}) {
  const { run, nonces, publicUrl } = options
  return async (request: Request): Promise<ProvenDevice> => {
    const header = request.get(HEADERS.deviceProof)
    if (header === undefined) throw new ProblemError('USE_NONCE')
    const body: unknown = request.body
    const result = await verifyDeviceProof(header, {
      method: request.method,
      url: publicUrl + request.originalUrl.split('?', 1).join(''),
      body: Buffer.isBuffer(body) ? body : undefined,
    })
    if (!result.ok) throw new ProblemError('PROOF_INVALID')
    const { deviceId, jti, nonce } = result.proof
    const until = nonce === undefined ? undefined : nonces.accept(nonce)
    if (until === undefined) throw new ProblemError('USE_NONCE')
    const fresh = await run(USE_PROOF, [deviceId, jti, toDate(fromUnix(until))])
    if (fresh.length === 0) throw new ProblemError('PROOF_REPLAYED')
    return { deviceId, proofId: jti }
  }
}
export type ProofCheck = ReturnType<typeof createProofCheck>

import type { Temporal } from 'temporal-polyfill'
import { signDenial, signLicenseToken } from '@autotele/crypto'
import {
  deviceIdSchema,
  licenseIdSchema,
  PAID_TOKEN_HOURS,
  REFRESH_HOURS,
  TOKEN_AUDIENCE,
  TRIAL_TOKEN_HOURS,
  type DenialReason,
  type LicenseClaims,
  type LicenseResponse,
} from '@autotele/shared'
import { earlier, fromDate, fromUnix, toDate, toIso, toUnix, type Clock } from '../clock.ts'
import { newTokenId } from '../ids.ts'
import { RetryError, type Tx } from '../storage/database.ts'
import type { License } from '../storage/generated/client.ts'
import type { KeyRing } from './key-ring.ts'
import { graceUntil, standing, type LicenseFacts, type Standing } from './periods.ts'

/** A client that claims a larger one is not followed: the column holds 32 bits. */
const MAX_CLIENT_SEQ = 2_000_000_000

export const licenseFacts = (license: License): LicenseFacts => ({
  comp: license.comp,
  hold: license.hold === 'suspended' || license.hold === 'revoked' ? license.hold : 'none',
  trialEnd: license.trialEnd && fromDate(license.trialEnd),
  paidThrough: license.paidThrough && fromDate(license.paidThrough),
})

/** Whether a licence in this standing still gives tokens. */
export const isUsable = (status: Standing['status']): status is 'trialing' | 'active' | 'grace' =>
  status === 'trialing' || status === 'active' || status === 'grace'

/**
 * Times of a token issued at `now`, in Unix seconds. `exp` is never later than what is paid for; `jitter` between 0 and
 * 1 spreads the refreshes of a fleet over ± 10 %.
 */
export function tokenTimes(
  facts: LicenseFacts,
  now: Temporal.Instant,
  jitter: number,
): { iat: number; exp: number; rfa: number } {
  const exp = facts.paidThrough
    ? earlier(now.add({ hours: PAID_TOKEN_HOURS }), graceUntil(facts.paidThrough))
    : earlier(now.add({ hours: TRIAL_TOKEN_HOURS }), facts.trialEnd ?? now)
  const refreshIn = Math.round(REFRESH_HOURS * 3600 * (0.9 + 0.2 * jitter))
  return {
    iat: toUnix(now),
    exp: toUnix(exp),
    rfa: Math.min(toUnix(now) + refreshIn, toUnix(exp)),
  }
}

/** What the answer is about: a device that may or may not have a seat on the licence, and the proof it sent. */
type Subject = {
  readonly license: License
  readonly deviceId: string
  readonly seated: boolean
  readonly proofId: string
  /** `seq` of the newest token the device holds, 0 when unknown. */
  readonly clientSeq?: number
}

type Issuer = {
  /** A token when the licence gives one to this device, else a signed refusal with its reason. */
  readonly answer: (tx: Tx, subject: Subject) => Promise<LicenseResponse>
  /** A signed refusal for a reason already known. */
  readonly deny: (tx: Tx, subject: Subject, reason: DenialReason) => Promise<LicenseResponse>
}

/** The transaction is to be run again, with keys read anew. */
class KeyRevokedError extends RetryError {}

/** Prepares to answer one request; the keys are read before any transaction is open. */
export type OpenIssuer = () => Promise<Issuer>

export function createIssuer(options: {
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: () => number
  /** Public URL of this server. */
  readonly issuer: string
  readonly environment: 'live' | 'test'
}): OpenIssuer {
  const { keys, clock, random, issuer, environment } = options
  return async () => {
    const { signing, keySet, version } = await keys.current()
    const common = (subject: Subject) => ({
      licenseId: licenseIdSchema.parse(subject.license.id),
      keyset: keySet,
      serverTime: toIso(clock()),
    })

    /** A replica may hold the keys for some seconds after one was revoked: nothing more is signed with that one. */
    const refuseRevoked = (): never => {
      keys.forget()
      throw new KeyRevokedError()
    }

    async function deny(tx: Tx, subject: Subject, reason: DenialReason): Promise<LicenseResponse> {
      if ((await tx.signingKey.count({ where: { kid: signing.kid, state: 'revoked' } })) > 0) refuseRevoked()
      const claims = {
        sub: licenseIdSchema.parse(subject.license.id),
        cnf: { jkt: deviceIdSchema.parse(subject.deviceId) },
        reason,
        req: subject.proofId,
        iat: toUnix(clock()),
      }
      return { result: 'denied', denial: await signDenial(claims, signing), ...common(subject) }
    }

    async function answer(tx: Tx, subject: Subject): Promise<LicenseResponse> {
      const { license, deviceId } = subject
      const now = clock()
      const facts = licenseFacts(license)
      const { plan, status } = standing(facts, now)
      if (status === 'suspended' || status === 'revoked') return deny(tx, subject, status)
      if (!subject.seated) return deny(tx, subject, status === 'trial_over' ? status : 'device_removed')
      if (!isUsable(status)) return deny(tx, subject, status)

      const times = tokenTimes(facts, now, random())
      const grace = facts.paidThrough && graceUntil(facts.paidThrough)
      const claims: LicenseClaims = {
        iss: issuer,
        aud: TOKEN_AUDIENCE,
        sub: licenseIdSchema.parse(license.id),
        jti: newTokenId(),
        iat: times.iat,
        nbf: times.iat,
        exp: times.exp,
        ver: 1,
        env: environment,
        lic: {
          plan,
          status,
          paid_through: facts.paidThrough && toUnix(facts.paidThrough),
          grace_until: grace && toUnix(grace),
          trial_end: facts.trialEnd && toUnix(facts.trialEnd),
          seats: license.seats,
        },
        ent: ['core'],
        cnf: { jkt: deviceIdSchema.parse(deviceId) },
        rfa: times.rfa,
        seq: (await nextSeq(tx, deviceId, subject.clientSeq ?? 0, signing.kid)) ?? refuseRevoked(),
        kset: version,
      }
      await tx.issuance.create({
        data: {
          jti: claims.jti,
          licenseId: license.id,
          deviceId,
          seq: claims.seq,
          kid: signing.kid,
          issuedAt: toDate(fromUnix(claims.iat)),
          expiresAt: toDate(fromUnix(claims.exp)),
        },
      })
      return { result: 'granted', token: await signLicenseToken(claims, signing), ...common(subject) }
    }

    return { answer, deny }
  }
}

/**
 * One more than the larger of ours and the client's: after a restored backup ours may be the smaller. Nothing when the
 * key was revoked, which costs no round trip to know.
 */
async function nextSeq(
  tx: Tx,
  deviceId: string,
  clientSeq: number,
  kid: string,
): Promise<number | undefined> {
  const known = Math.min(clientSeq, MAX_CLIENT_SEQ)
  const rows = await tx.$queryRaw<{ seq: number }[]>`
    UPDATE devices SET seq = GREATEST(seq, ${known}::int) + 1 WHERE id = ${deviceId}
    AND NOT EXISTS (SELECT 1 FROM signing_keys WHERE kid = ${kid} AND state = 'revoked') RETURNING seq`
  return rows[0]?.seq
}

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
import { RetryError, type Run, type Statement } from '../storage/database.ts'
import type { License } from '../storage/generated/client.ts'
import type { KeyRing } from './key-ring.ts'
import { graceUntil, standing, type LicenseFacts, type Standing } from './periods.ts'

/** A client that claims a larger one is not followed: the column holds 32 bits. */
const MAX_CLIENT_SEQ = 2_000_000_000

/** What of a licence decides about its tokens. */
export type Judged = Pick<License, 'id' | 'comp' | 'hold' | 'trialEnd' | 'paidThrough' | 'seats'>

export const licenseFacts = (license: Omit<Judged, 'id' | 'seats'>): LicenseFacts => ({
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
  readonly license: Judged
  readonly deviceId: string
  readonly seated: boolean
  readonly proofId: string
  /** `seq` of the newest token the device holds, 0 when unknown. */
  readonly clientSeq?: number
  /** When the device says which version it runs now. */
  readonly appVersion?: string
}

type Issuer = {
  /** A token when the licence gives one to this device, else a signed refusal with its reason. */
  readonly answer: (run: Run, subject: Subject) => Promise<LicenseResponse>
  /** A signed refusal for a reason already known. */
  readonly deny: (run: Run, subject: Subject, reason: DenialReason) => Promise<LicenseResponse>
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

    async function deny(run: Run, subject: Subject, reason: DenialReason): Promise<LicenseResponse> {
      if ((await run(IS_REVOKED, [signing.kid])).length > 0) refuseRevoked()
      const claims = {
        sub: licenseIdSchema.parse(subject.license.id),
        cnf: { jkt: deviceIdSchema.parse(subject.deviceId) },
        reason,
        req: subject.proofId,
        iat: toUnix(clock()),
      }
      return { result: 'denied', denial: await signDenial(claims, signing), ...common(subject) }
    }

    async function answer(run: Run, subject: Subject): Promise<LicenseResponse> {
      const { license, deviceId } = subject
      const now = clock()
      const facts = licenseFacts(license)
      const { plan, status } = standing(facts, now)
      if (status === 'suspended' || status === 'revoked') return deny(run, subject, status)
      if (!subject.seated) return deny(run, subject, status === 'trial_over' ? status : 'device_removed')
      if (!isUsable(status)) return deny(run, subject, status)

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
        seq: 0,
        kset: version,
      }
      const values = [deviceId, knownSeq(subject), signing.kid, subject.appVersion ?? null, toDate(now)]
      const issued = [claims.jti, license.id, toDate(fromUnix(claims.iat)), toDate(fromUnix(claims.exp))]
      const [row] = await run<{ seq: number }>(ISSUE, [...values, ...issued])
      const token = await signLicenseToken({ ...claims, seq: row?.seq ?? refuseRevoked() }, signing)
      return { result: 'granted', token, ...common(subject) }
    }

    return { answer, deny }
  }
}

/**
 * Counts the device's `seq` up and records the token, in one round trip: one more than the larger of ours (`$1` the
 * device) and the client's (`$2`), for after a restored backup ours may be the smaller. Nothing when the key (`$3`) was
 * revoked. `$4` version or null, `$5` now, `$6` token id, `$7` licence, `$8` and `$9` its times.
 */
const ISSUE: Statement = {
  name: 'issue-token',
  text: `
    WITH device AS (
      UPDATE devices SET seq = GREATEST(seq, $2::int) + 1, app_version = COALESCE($4::text, app_version),
        last_seen_at = $5::timestamptz
      WHERE id = $1::text AND NOT EXISTS (SELECT 1 FROM signing_keys WHERE kid = $3::text AND state = 'revoked')
      RETURNING seq)
    INSERT INTO issuances (jti, license_id, device_id, seq, kid, issued_at, expires_at)
    SELECT $6::text, $7::text, $1::text, seq, $3::text, $8::timestamptz, $9::timestamptz FROM device
    RETURNING seq`,
}
const IS_REVOKED: Statement = {
  name: 'is-revoked',
  text: `SELECT kid FROM signing_keys WHERE kid = $1::text AND state = 'revoked'`,
}
const knownSeq = ({ clientSeq = 0 }: Subject): number => Math.min(clientSeq, MAX_CLIENT_SEQ)

import { verifyDenial, verifyKeySet, verifyLicenseToken } from '@autotele/crypto'
import type { DenialReason, KeySetClaims, KeySetKey, LicenseClaims, PublicJwk } from '@autotele/shared'
import type { Clock, Log } from '../ports.ts'
import { createLicenseClock, type LicenseClock } from './clock.ts'
import type { LicenseRecord, LicenseStore } from './record.ts'
import type { Held } from './standing.ts'

export type Trust = {
  readonly rootKey: PublicJwk
  /** The server's public URL, `iss` of its tokens. */
  readonly issuer: string
  readonly deviceId: string
  readonly acceptTestLicenses: boolean
}

/** What an answer may carry about the licence; the schemas of the routes are all of this shape. */
export type SignedAnswer = {
  readonly result: 'granted' | 'denied'
  readonly licenseId: string
  readonly token?: string
  readonly denial?: string
  readonly keyset: string
  readonly serverTime: string
}
/**
 * `old`: signed for this device, but not newer than what is held; asking for a refresh, which tells the server our
 * `seq`, brings one that is. `untrusted`: not signed as it must be; nothing has changed.
 */
export type Taken =
  | { readonly kind: 'granted' }
  | { readonly kind: 'denied'; readonly reason: DenialReason }
  | { readonly kind: 'old' }
  | { readonly kind: 'untrusted' }

/** Keeps the newest licence that could be verified, and the clock that it is judged by. */
export type LicenseHolder = {
  readonly clock: LicenseClock
  held(): Held
  record(): LicenseRecord
  /** Verifies an answer and, where it stands, stores it before it counts. `proofId`: the request's own. */
  take(answer: SignedAnswer, proofId: string): Promise<Taken>
  saveLicenseKey(key: string): void
  /** Stores how far the clock has come. */
  saveFloor(): void
}

/** Reads what is stored and verifies it again against the root key; what does not verify counts as absent. */
export async function openHolder(deps: {
  readonly store: LicenseStore
  readonly trust: Trust
  readonly clock: Clock
  readonly log: Log
}): Promise<LicenseHolder> {
  const { store, trust, log } = deps
  let record = store.license()
  let keySet = await readKeySet(record.keySet)
  let claims = record.token ? await readToken(record.token, keySet?.keys ?? [], record.tokenIat) : null
  const clock = createLicenseClock(deps.clock, {
    trusted: Math.max(record.tokenIat, record.lastServerTime),
    floor: record.floor,
  })
  let turn: Promise<unknown> = Promise.resolve()

  async function readKeySet(jws: string | null): Promise<KeySetClaims | null> {
    const result = jws ? await verifyKeySet(jws, trust.rootKey) : null
    return result?.ok ? result.claims : null
  }

  async function readToken(
    token: string,
    keys: readonly KeySetKey[],
    now: number,
  ): Promise<LicenseClaims | null> {
    const result = await verifyLicenseToken(token, {
      keys,
      issuer: trust.issuer,
      deviceId: trust.deviceId,
      now,
      allowTest: trust.acceptTestLicenses,
    })
    if (!result.ok) log('warning', 'license.token-refused', { code: result.code })
    return result.ok ? result.claims : null
  }

  const save = (next: LicenseRecord): void => {
    store.saveLicense(next)
    record = next
  }

  /** The newer of the held key set and the answer's; null when the answer's is not the root key's. */
  async function newerKeySet(jws: string): Promise<{ jws: string; claims: KeySetClaims } | null> {
    const result = await verifyKeySet(jws, trust.rootKey)
    if (!result.ok) return null
    return keySet && record.keySet && keySet.version > result.claims.version
      ? { jws: record.keySet, claims: keySet }
      : { jws, claims: result.claims }
  }

  async function take(answer: SignedAnswer, proofId: string): Promise<Taken> {
    const set = await newerKeySet(answer.keyset)
    if (!set) {
      log('warning', 'license.key-set-refused')
      return { kind: 'untrusted' }
    }
    const serverTime = Math.floor(Date.parse(answer.serverTime) / 1000)
    const common = { keySet: set.jws, lastContact: serverTime }
    const { keys } = set.claims

    if (answer.result === 'granted' && answer.token !== undefined) {
      // Judged by the answer's own time: a computer whose clock is wrong must be able to get well.
      const granted = await readToken(answer.token, keys, serverTime)
      if (!granted) return { kind: 'untrusted' }
      if (granted.seq <= record.seq) return stay(answer.token)
      // The time that counts is signed: what the answer adds to the token's `iat` may only be a delay.
      const time = Math.min(Math.max(serverTime, granted.iat), granted.iat + 3600)
      save({
        ...record,
        ...common,
        licenseId: granted.sub,
        licenseKey: record.licenseId === granted.sub ? record.licenseKey : null,
        token: answer.token,
        tokenIat: granted.iat,
        seq: granted.seq,
        lastServerTime: time,
        floor: time,
        denial: null,
      })
      keySet = set.claims
      claims = granted
      clock.heal(time)
      return { kind: 'granted' }
    }

    const denial = await verifyDenial(answer.denial ?? '', { keys, deviceId: trust.deviceId, proofId })
    if (!denial.ok) {
      log('warning', 'license.denial-refused', { code: denial.code })
      return { kind: 'untrusted' }
    }
    const { reason, sub, iat } = denial.claims
    // A refusal of another licence (a key tried out, a second trial) says nothing about the one that is held.
    if (!record.token || record.licenseId === sub) {
      save({ ...record, ...common, licenseId: sub, denial: reason, lastServerTime: iat, floor: iat })
      keySet = set.claims
      clock.heal(iat)
    }
    return { kind: 'denied', reason }
  }

  /** The very token that is held is no news, unless a refusal came in between; an older one never counts. */
  const stay = (token: string): Taken =>
    token === record.token && record.denial === null ? { kind: 'granted' } : { kind: 'old' }

  return {
    clock,
    held: () => ({ claims, denial: record.denial, lastContact: record.lastContact }),
    record: () => record,
    take: (answer, proofId) => {
      // One at a time: two answers verified side by side must not both count as the newest.
      const result = turn.then(() => take(answer, proofId))
      turn = result.catch(() => undefined)
      return result
    },
    saveLicenseKey: licenseKey => {
      if (record.licenseKey !== licenseKey) save({ ...record, licenseKey })
    },
    saveFloor: () => {
      const floor = clock.floorToSave()
      if (record.token && floor > record.floor) save({ ...record, floor })
    },
  }
}

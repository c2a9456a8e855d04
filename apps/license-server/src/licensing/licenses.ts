import { hashLicenseKey, parseLicenseKey } from '@autotele/crypto'
import {
  devicePath,
  HEADERS,
  licenseIdSchema,
  type ActivateRequest,
  type DeviceSummary,
  type LicenseResponse,
  type MeResponse,
  type RefreshRequest,
} from '@autotele/shared'
import { fromDate, toDate, toIso, type Clock } from '../clock.ts'
import { runIn, type Database, type Run, type Statement, type Tx } from '../storage/database.ts'
import type { License } from '../storage/generated/client.ts'
import { licenseOf, listDevices, lockLicense, registerDevice, releaseSeat, takeSeat } from './devices.ts'
import { renewKey } from './license-keys.ts'
import { graceUntil, standing } from './periods.ts'
import { licenseFacts, type Judged, type OpenIssuer } from './tokens.ts'

export type Activation =
  | { readonly ok: true; readonly body: LicenseResponse }
  | { readonly ok: false; readonly code: 'LICENSE_KEY_INVALID' }
  | { readonly ok: false; readonly code: 'SEAT_LIMIT_REACHED'; readonly devices: readonly DeviceSummary[] }

/** What the limit answer offers for each device that sits: to remove it, proving the key. */
export const removalAction = (device: DeviceSummary) => ({
  rel: 'remove-device',
  method: 'DELETE' as const,
  href: devicePath(device.id),
  header: HEADERS.licenseKey,
})

/** The licence a device holds or held last. A seat is always on that one: `takeSeat` writes both. */
const HELD: Statement = {
  name: 'license-of-device',
  text: `
    SELECT l.id, l.comp, l.hold, l.seats, l.trial_end AS "trialEnd", l.paid_through AS "paidThrough",
      EXISTS (SELECT 1 FROM seats WHERE device_id = d.id AND released_at IS NULL) AS seated
    FROM devices d JOIN licenses l ON l.id = d.license_id WHERE d.id = $1::text`,
}
const SEEN: Statement = {
  name: 'device-seen',
  text: 'UPDATE devices SET app_version = $2::text, last_seen_at = $3::timestamptz WHERE id = $1::text',
}

/** What a device may do with the licence it holds, or holds the key of. */
export function createLicenses(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  readonly openIssuer: OpenIssuer
  /** Straight to the connections under `db`. */
  readonly run: Run
}) {
  const { db, clock, pepper, openIssuer, run } = options

  const byKey = async (tx: Tx, text: string): Promise<License | null> => {
    const key = parseLicenseKey(text)
    return key ? await tx.license.findUnique({ where: { keyHash: hashLicenseKey(key, pepper) } }) : null
  }

  return {
    /** A new token or a signed refusal; `null` for a device that never had a licence. */
    async refresh(
      deviceId: string,
      request: RefreshRequest,
      proofId: string,
    ): Promise<LicenseResponse | null> {
      const issuer = await openIssuer()
      // Two statements, each whole in itself, instead of a transaction: every device comes here every day.
      const [held] = await run<Judged & { seated: boolean }>(HELD, [deviceId])
      if (!held) return null
      const { seated, ...license } = held
      const { seq: clientSeq, appVersion } = request
      const answer = await issuer.answer(run, { license, deviceId, seated, proofId, clientSeq, appVersion })
      if (answer.result === 'denied') await run(SEEN, [deviceId, appVersion, toDate(clock())])
      return answer
    },

    /** Moves the device to the licence of this key. A key that a person suspended or revoked changes nothing. */
    async activate(deviceId: string, request: ActivateRequest, proofId: string): Promise<Activation> {
      const issuer = await openIssuer()
      return await db.$transaction(async (tx): Promise<Activation> => {
        const found = await byKey(tx, request.licenseKey)
        if (!found) return { ok: false, code: 'LICENSE_KEY_INVALID' }
        const device = await registerDevice(tx, deviceId, request.device, pepper, clock)
        const license = await lockLicense(tx, found.id)
        const subject = { license, deviceId, seated: true, proofId }
        if (license.hold === 'none' && !(await takeSeat(tx, license, device, clock))) {
          return {
            ok: false,
            code: 'SEAT_LIMIT_REACHED',
            devices: await listDevices(tx, license.id, deviceId),
          }
        }
        return { ok: true, body: await issuer.answer(runIn(tx), subject) }
      })
    },

    /** State of the licence the device holds; `null` when it holds none. */
    async describe(deviceId: string): Promise<MeResponse | null> {
      const license = await licenseOf(db, deviceId)
      if (!license) return null
      const facts = licenseFacts(license)
      const now = clock()
      return {
        licenseId: licenseIdSchema.parse(license.id),
        ...standing(facts, now),
        paidThrough: facts.paidThrough && toIso(facts.paidThrough),
        graceUntil: facts.paidThrough && toIso(graceUntil(facts.paidThrough)),
        trialEnd: license.trialEnd && toIso(fromDate(license.trialEnd)),
        keyTail: license.keyTail,
        seats: license.seats,
        devices: await listDevices(db, license.id, deviceId),
        serverTime: toIso(now),
      }
    },

    /**
     * A new key for the licence the device sits on: the old one is only known as a hash, so what is lost cannot be shown
     * again. `null` when it has no seat, no key yet, or a person holds the licence.
     */
    async renewKey(deviceId: string): Promise<string | null> {
      return await db.$transaction(async tx => {
        const held = await licenseOf(tx, deviceId)
        if (!held) return null
        const license = await lockLicense(tx, held.id)
        return license.hold === 'none' ? ((await renewKey(tx, license, pepper))?.licenseKey ?? null) : null
      })
    },

    /**
     * Frees another device's seat, or the caller's own: of the licence the caller holds, or of the one whose key it
     * shows. `false` when there is no such seat.
     */
    async removeDevice(deviceId: string, removed: string, licenseKey: string | undefined): Promise<boolean> {
      const license = licenseKey === undefined ? await licenseOf(db, deviceId) : await byKey(db, licenseKey)
      return license !== null && (await releaseSeat(db, license.id, removed, clock))
    },
  }
}
export type Licenses = ReturnType<typeof createLicenses>

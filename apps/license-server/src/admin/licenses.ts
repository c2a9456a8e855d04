import { fromDate, isBefore, toDate, type Clock } from '../clock.ts'
import { newId, newLicenseId } from '../ids.ts'
import { freshKey, lockLicense, refold, releaseSeat, renewKey } from '../licensing/index.ts'
import type { Tx } from '../storage/database.ts'
import type { License } from '../storage/generated/client.ts'

export type Hold = 'none' | 'suspended' | 'revoked'

/** What people do to licences; each within the caller's transaction, which also records it. */
export function createLicenseActs(options: { readonly clock: Clock; readonly pepper: Uint8Array }) {
  const { clock, pepper } = options

  /** The licence, locked; `null` when there is none. */
  const find = async (tx: Tx, id: string): Promise<License | null> =>
    (await tx.license.count({ where: { id } })) === 0 ? null : await lockLicense(tx, id)

  async function extend(tx: Tx, license: License, days: number): Promise<License> {
    const now = toDate(clock())
    await tx.ledgerEntry.create({
      data: {
        licenseId: license.id,
        // Where a payment has its invoice: one row of its own, which a reversal could name.
        invoiceId: newId('ext'),
        revision: 0,
        kind: 'extension',
        days,
        paidAt: now,
        flags: [],
        recordedAt: now,
      },
    })
    return await refold(tx, license)
  }

  return {
    find,
    extend,

    /** Lets a trial run `days` longer, from its end or, when that has passed, from now; `null` when it is none any more. */
    async extendTrial(tx: Tx, license: License, days: number): Promise<License | null> {
      if (!license.trialEnd || license.paidThrough) return null
      const end = fromDate(license.trialEnd)
      const from = isBefore(end, clock()) ? clock() : end
      const trialEnd = toDate(from.add({ hours: days * 24 }))
      return await tx.license.update({ where: { id: license.id }, data: { trialEnd } })
    },

    /** A licence that nobody pays for, with its key, which is shown this once. */
    async issue(tx: Tx, { days, seats }: { days: number; seats: number }) {
      const { licenseKey, data } = freshKey(pepper)
      const created = await tx.license.create({
        data: { id: newLicenseId(), createdAt: toDate(clock()), seats, ...data },
      })
      return { license: await extend(tx, created, days), licenseKey }
    },

    /** Suspends, revokes or reinstates; `null` when it is so already. */
    async hold(tx: Tx, license: License, hold: Hold): Promise<License | null> {
      if (license.hold === hold) return null
      return await tx.license.update({ where: { id: license.id }, data: { hold } })
    },

    /** Another key for a licence that has one; who holds the old one can activate nothing more. */
    renewKey: (tx: Tx, license: License) => renewKey(tx, license, pepper),

    releaseDevice: (tx: Tx, licenseId: string, deviceId: string): Promise<boolean> =>
      releaseSeat(tx, licenseId, deviceId, clock),
  }
}
export type LicenseActs = ReturnType<typeof createLicenseActs>

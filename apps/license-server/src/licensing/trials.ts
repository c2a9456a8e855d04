import { MONTHLY_PLAN, TRIAL_DAYS, type Device, type LicenseResponse } from '@autotele/shared'
import { fromDate, toDate, toIso, type Clock } from '../clock.ts'
import { newLicenseId } from '../ids.ts'
import { runIn, type Database, type Tx } from '../storage/database.ts'
import type { Device as DeviceRow, License } from '../storage/generated/client.ts'
import { licenseOf, lockLicense, registerDevice, takeSeat } from './devices.ts'
import { standing } from './periods.ts'
import { createTrialBudget } from './trial-budget.ts'
import { licenseFacts, type OpenIssuer } from './tokens.ts'

export type TrialAnswer =
  | { readonly created: boolean; readonly body: LicenseResponse & { trialEnd: string } }
  /** Too many began on this network today; resuming one would have been possible. */
  | { readonly budgetSpent: true; readonly retryAfter: number }

/**
 * Starts the trial of a device, or resumes the one it has: a re-install of the same machine finds its remaining time
 * by the marker, never a second trial. A device that already holds a licence is answered for that one.
 */
export function createTrials(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  readonly openIssuer: OpenIssuer
}) {
  const { db, clock, pepper, openIssuer } = options
  const takeBudget = createTrialBudget({ clock, pepper })

  /** `network` is where the request came from; `undefined` where nobody counts. */
  return async function startTrial(
    deviceId: string,
    said: Device,
    proofId: string,
    network?: string,
  ): Promise<TrialAnswer> {
    const issuer = await openIssuer()
    return await db.$transaction(async tx => {
      const device = await registerDevice(tx, deviceId, said, pepper, clock)
      const found = (await licenseOf(tx, deviceId)) ?? (await resume(tx, device))
      if (found) {
        // Once, so that a seat that the resumed trial could not give is reported as it is.
        const seated = (await licenseOf(tx, deviceId))?.id === found.id
        const subject = { license: found, deviceId, seated, proofId }
        const spent = !seated && standing(licenseFacts(found), clock()).plan !== 'trial'
        const body = spent
          ? await issuer.deny(runIn(tx), subject, 'trial_over')
          : await issuer.answer(runIn(tx), subject)
        return { created: false, body: { ...body, trialEnd: trialEnd(found) } }
      }
      const retryAfter = network === undefined ? undefined : await takeBudget(tx, network)
      if (retryAfter !== undefined) return { budgetSpent: true, retryAfter }
      const license = await create(tx, device)
      const body = await issuer.answer(runIn(tx), { license, deviceId, seated: true, proofId })
      return { created: true, body: { ...body, trialEnd: trialEnd(license) } }
    })
  }

  /** The licence that this device's, or this machine's, trial was; seated on it again while the trial runs. */
  async function resume(tx: Tx, device: DeviceRow): Promise<License | null> {
    const marker = device.markerHash
      ? await tx.trialMarker.findUnique({ where: { markerHash: device.markerHash } })
      : null
    const id = marker?.licenseId ?? device.licenseId
    if (!id) return null
    const license = await lockLicense(tx, id)
    if (standing(licenseFacts(license), clock()).status === 'trialing') {
      await takeSeat(tx, license, device, clock)
    } else if (!device.licenseId) {
      await tx.device.update({ where: { id: device.id }, data: { licenseId: license.id } })
    }
    return license
  }

  async function create(tx: Tx, device: DeviceRow): Promise<License> {
    const now = clock()
    const license = await tx.license.create({
      data: {
        id: newLicenseId(),
        createdAt: toDate(now),
        trialEnd: toDate(now.add({ hours: TRIAL_DAYS * 24 })),
        seats: MONTHLY_PLAN.seats,
      },
    })
    if (device.markerHash) {
      // Two installs of one machine at the same instant: the second waits here, fails, and its caller tries again.
      await tx.trialMarker.create({
        data: { markerHash: device.markerHash, licenseId: license.id, startedAt: toDate(now) },
      })
    }
    await takeSeat(tx, license, device, clock)
    return license
  }
}

/** A licence bought without a trial had one of no length. */
const trialEnd = (license: License): string => toIso(fromDate(license.trialEnd ?? license.createdAt))

import { createHmac } from 'node:crypto'
import { deviceIdSchema, platformSchema, type Device, type DeviceSummary } from '@autotele/shared'
import { fromDate, toDate, toIso, type Clock } from '../clock.ts'
import type { Tx } from '../storage/database.ts'
import type { Device as DeviceRow, License } from '../storage/generated/client.ts'

/** What is stored of a marker: not even we can find the machine's from it. */
const hashMarker = (marker: string | undefined, pepper: Uint8Array): string | null =>
  marker === undefined ? null : createHmac('sha256', pepper).update(`marker:${marker}`).digest('hex')

/**
 * Registers what a device says of itself, and locks its row: all that moves a device between licences takes this lock
 * first, the licence's second.
 */
export async function registerDevice(
  tx: Tx,
  id: string,
  device: Device,
  pepper: Uint8Array,
  clock: Clock,
): Promise<DeviceRow> {
  const now = toDate(clock())
  const markerHash = hashMarker(device.marker, pepper)
  const said = {
    label: device.label,
    platform: device.platform,
    appVersion: device.appVersion,
    lastSeenAt: now,
  }
  return await tx.device.upsert({
    where: { id },
    create: { id, ...said, markerHash, createdAt: now },
    update: markerHash === null ? said : { ...said, markerHash },
  })
}

/** Locks a licence until the transaction ends and reads it. */
export async function lockLicense(tx: Tx, id: string): Promise<License> {
  await tx.$queryRaw`SELECT 1 FROM licenses WHERE id = ${id} FOR UPDATE`
  return await tx.license.findUniqueOrThrow({ where: { id } })
}

/** The licence a device holds now, if any. */
export async function licenseOf(tx: Tx, deviceId: string): Promise<License | null> {
  const seat = await tx.seat.findFirst({ where: { deviceId, releasedAt: null }, include: { license: true } })
  return seat?.license ?? null
}

/**
 * Gives the device a seat on the licence (which the caller has locked) and frees the one it had elsewhere. A device that
 * sits there already keeps its seat; when all are taken, a re-install of the same machine takes over its own. `false`
 * when there is none left: nothing has changed then.
 */
export async function takeSeat(tx: Tx, license: License, device: DeviceRow, clock: Clock): Promise<boolean> {
  const now = toDate(clock())
  const open = await tx.seat.findMany({
    where: { licenseId: license.id, releasedAt: null },
    include: { device: { select: { markerHash: true } } },
    orderBy: { takenAt: 'asc' },
  })
  if (!open.some(seat => seat.deviceId === device.id)) {
    let slot = freeSlot(open, license.seats)
    if (slot === undefined) {
      const reinstalled = device.markerHash && open.find(seat => seat.device.markerHash === device.markerHash)
      if (!reinstalled) return false
      await tx.seat.update({ where: { id: reinstalled.id }, data: { releasedAt: now } })
      slot = reinstalled.slot
    }
    await tx.seat.updateMany({ where: { deviceId: device.id, releasedAt: null }, data: { releasedAt: now } })
    await tx.seat.create({ data: { licenseId: license.id, deviceId: device.id, slot, takenAt: now } })
  }
  await tx.device.update({ where: { id: device.id }, data: { licenseId: license.id } })
  return true
}

function freeSlot(open: readonly { slot: number }[], seats: number): number | undefined {
  for (let slot = 1; slot <= seats; slot++) if (!open.some(seat => seat.slot === slot)) return slot
  return undefined
}

/** Frees a device's seat on a licence; `false` when it has none there. */
export async function releaseSeat(
  tx: Tx,
  licenseId: string,
  deviceId: string,
  clock: Clock,
): Promise<boolean> {
  const { count } = await tx.seat.updateMany({
    where: { licenseId, deviceId, releasedAt: null },
    data: { releasedAt: toDate(clock()) },
  })
  return count > 0
}

/** Who holds the licence's seats, for people. */
export async function listDevices(tx: Tx, licenseId: string, current: string): Promise<DeviceSummary[]> {
  const seats = await tx.seat.findMany({
    where: { licenseId, releasedAt: null },
    include: { device: true },
    orderBy: { slot: 'asc' },
  })
  return seats.map(({ device }) => ({
    id: deviceIdSchema.parse(device.id),
    label: device.label,
    platform: platformSchema.catch('web').parse(device.platform),
    appVersion: device.appVersion,
    lastSeenAt: toIso(fromDate(device.lastSeenAt)),
    current: device.id === current,
  }))
}

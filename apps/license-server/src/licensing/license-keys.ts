import { formatLicenseKey, generateLicenseKey, hashLicenseKey } from '@autotele/crypto'
import type { Tx } from '../storage/database.ts'
import type { License } from '../storage/generated/client.ts'

/** A new key, as people read it, and what is stored of it. */
export function freshKey(pepper: Uint8Array) {
  const key = generateLicenseKey()
  return {
    licenseKey: formatLicenseKey(key),
    data: { keyHash: hashLicenseKey(key, pepper), keyTail: key.slice(-4) },
  }
}

/**
 * Another key for a licence that has one: the old one activates nothing more, devices stay. `null` before the first
 * payment, which is what brings a key.
 */
export async function renewKey(tx: Tx, license: License, pepper: Uint8Array) {
  if (license.keyHash === null) return null
  const { licenseKey, data } = freshKey(pepper)
  return { license: await tx.license.update({ where: { id: license.id }, data }), licenseKey }
}

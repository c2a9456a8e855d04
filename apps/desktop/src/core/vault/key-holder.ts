import { createSecretKey, type KeyObject } from 'node:crypto'
import { deriveRecordKey, openRecord, sealRecord } from '@autotele/crypto'
import { CallFailure } from '../failure.ts'
import type { Random } from '../ports.ts'
import type { Sealer } from './sealer.ts'

export type OpenKey = {
  readonly vaultId: string
  readonly salt: Uint8Array
  readonly key: Uint8Array
  /** The data key before, while records under it may still be there. */
  readonly previous: Uint8Array | null
}

/** Holds the vault key while the vault is open, and seals and opens records with it. */
export type KeyHolder = {
  readonly sealer: Sealer
  held(): OpenKey | null
  /** Takes over the keys' bytes: they are zeroed by `drop`, or when others take their place. */
  take(open: OpenKey): void
  /** Zeroes the keys, and lets go of every key derived from them. */
  drop(): void
  /** A record under the previous key sealed under the present one; the very same bytes where it is already. */
  reseal(kind: string, id: string, sealed: Uint8Array): Uint8Array
}

export function createKeyHolder(random: Random): KeyHolder {
  let held: OpenKey | null = null
  const recordKeys = { present: new Map<string, KeyObject>(), previous: new Map<string, KeyObject>() }

  const open = (): OpenKey => {
    if (!held) throw new CallFailure('vault/locked')
    return held
  }
  const recordKey = (kind: string, key: Uint8Array, derived: Map<string, KeyObject>): KeyObject => {
    const known = derived.get(kind)
    if (known) return known
    const bytes = deriveRecordKey(key, open().salt, kind)
    const made = createSecretKey(bytes)
    bytes.fill(0)
    derived.set(kind, made)
    return made
  }

  const seal = (kind: string, id: string, plaintext: Uint8Array): Uint8Array => {
    const { vaultId, key } = open()
    return sealRecord(
      plaintext,
      recordKey(kind, key, recordKeys.present),
      { vaultId, kind, id },
      random.bytes,
    )
  }
  const tryOpen = (kind: string, id: string, sealed: Uint8Array, age: 'present' | 'previous') => {
    const { vaultId, key, previous } = open()
    const used = age === 'present' ? key : previous
    if (used === null) return undefined
    try {
      return openRecord(sealed, recordKey(kind, used, recordKeys[age]), { vaultId, kind, id })
    } catch {
      return undefined
    }
  }
  const damaged = (): never => {
    throw new CallFailure('vault/damaged')
  }
  const unseal = (kind: string, id: string, sealed: Uint8Array): Uint8Array =>
    tryOpen(kind, id, sealed, 'present') ?? tryOpen(kind, id, sealed, 'previous') ?? damaged()

  const drop = (): void => {
    held?.key.fill(0)
    held?.previous?.fill(0)
    // OpenSSL wipes what a key object held when it is collected.
    for (const derived of Object.values(recordKeys)) derived.clear()
    held = null
  }

  return {
    sealer: {
      seal,
      open: unseal,
      sealText: (kind, id, text) => seal(kind, id, new TextEncoder().encode(text)),
      openText: (kind, id, sealed) => new TextDecoder().decode(unseal(kind, id, sealed)),
    },
    held: () => held,
    take: next => {
      drop()
      held = next
    },
    drop,
    reseal: (kind, id, sealed) => {
      if (tryOpen(kind, id, sealed, 'present') !== undefined) return sealed
      return seal(kind, id, tryOpen(kind, id, sealed, 'previous') ?? damaged())
    },
  }
}

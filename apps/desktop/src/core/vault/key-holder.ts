import { deriveRecordKey, openRecord, sealRecord } from '@autotele/crypto'
import { CallFailure } from '../failure.ts'
import type { Random } from '../ports.ts'
import type { Sealer } from './sealer.ts'

type OpenKey = { readonly vaultId: string; readonly salt: Uint8Array; readonly key: Uint8Array }

/** Holds the vault key while the vault is open, and seals and opens records with it. */
export type KeyHolder = {
  readonly sealer: Sealer
  isOpen(): boolean
  /** Takes over the key's bytes: they are zeroed by `drop`. */
  take(open: OpenKey): void
  /** Zeroes the key and every key derived from it. */
  drop(): void
}

export function createKeyHolder(random: Random): KeyHolder {
  let held: OpenKey | null = null
  const recordKeys = new Map<string, Uint8Array>()

  const open = (): OpenKey => {
    if (!held) throw new CallFailure('vault/locked')
    return held
  }
  const recordKey = (kind: string): Uint8Array => {
    const { key, salt } = open()
    const known = recordKeys.get(kind)
    if (known) return known
    const derived = deriveRecordKey(key, salt, kind)
    recordKeys.set(kind, derived)
    return derived
  }

  const seal = (kind: string, id: string, plaintext: Uint8Array): Uint8Array =>
    sealRecord(plaintext, recordKey(kind), { vaultId: open().vaultId, kind, id }, random.bytes)
  const unseal = (kind: string, id: string, sealed: Uint8Array): Uint8Array => {
    const { vaultId } = open()
    try {
      return openRecord(sealed, recordKey(kind), { vaultId, kind, id })
    } catch {
      throw new CallFailure('vault/damaged')
    }
  }

  return {
    sealer: {
      seal,
      open: unseal,
      sealText: (kind, id, text) => seal(kind, id, new TextEncoder().encode(text)),
      openText: (kind, id, sealed) => new TextDecoder().decode(unseal(kind, id, sealed)),
    },
    isOpen: () => held !== null,
    take: key => {
      held = key
    },
    drop: () => {
      held?.key.fill(0)
      for (const key of recordKeys.values()) key.fill(0)
      recordKeys.clear()
      held = null
    },
  }
}

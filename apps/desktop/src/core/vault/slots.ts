import { createHash } from 'node:crypto'
import {
  createPassphraseSlot,
  deriveRecordKey,
  openPassphraseSlot,
  openRecord,
  sealRecord,
  VAULT_KEY_BYTES,
  type Keyslot,
  type PassphraseSlot,
} from '@autotele/crypto'
import type { VaultSlot } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Keyring, Random } from '../ports.ts'
import type { VaultFile } from './vault-file.ts'

// The ways into a vault, as functions over its file.

/** A slot has no name of its own; what it wraps is random enough to be one. */
export const slotId = (slot: Keyslot): string =>
  createHash('sha256').update(slot.wrapped).digest('hex').slice(0, 16)

export const slotView = (slot: Keyslot): VaultSlot => ({
  id: slotId(slot),
  type: slot.type,
  backend: slot.type === 'os-keyring' ? slot.backend : null,
})

export const isPassphrase = (slot: Keyslot): slot is PassphraseSlot => slot.type === 'passphrase'
export const hasPassphrase = ({ slots }: Pick<VaultFile, 'slots'>): boolean => slots.some(isPassphrase)

/**
 * The slots that a passphrase opens, with the keys in them. Every slot is tried, so that the delay does not tell which
 * of them fitted.
 */
export async function openSlots(
  vault: Pick<VaultFile, 'id' | 'slots'>,
  passphrase: string,
): Promise<{ readonly slot: PassphraseSlot; readonly key: Uint8Array }[]> {
  const opened: { slot: PassphraseSlot; key: Uint8Array }[] = []
  for (const slot of vault.slots.filter(isPassphrase)) {
    const key = await openPassphraseSlot(slot, vault.id, passphrase)
    if (key) opened.push({ slot, key })
  }
  return opened
}

/** The vault's key. Throws `vault/wrong-passphrase`, `vault/damaged` when what was wrapped is not its key. */
export async function openWithPassphrase(vault: VaultFile, passphrase: string): Promise<Uint8Array> {
  const opened = await openSlots(vault, passphrase)
  if (opened.length === 0) throw new CallFailure('vault/wrong-passphrase')
  const found = opened.find(({ key }) => key.length === VAULT_KEY_BYTES && opensCheck(vault, key))
  for (const { key } of opened) if (key !== found?.key) key.fill(0)
  if (!found) throw new CallFailure('vault/damaged')
  return found.key
}

export const passphraseSlot = (
  vaultId: string,
  key: Uint8Array,
  passphrase: string,
  { rounds, random }: { rounds: number; random: Random },
): Promise<PassphraseSlot> => createPassphraseSlot(key, vaultId, passphrase, { rounds, random: random.bytes })

export const keyringSlot = async (key: Uint8Array, keyring: Keyring): Promise<Keyslot> => ({
  type: 'os-keyring',
  backend: await keyring.backend(),
  wrapped: await keyring.wrap(key),
})

const CHECK = 'vault-check'
const PREVIOUS = { kind: 'vault-key', id: 'previous' }

const derived = <T>(key: Uint8Array, salt: Uint8Array, kind: string, work: (key: Uint8Array) => T): T => {
  const recordKey = deriveRecordKey(key, salt, kind)
  try {
    return work(recordKey)
  } finally {
    recordKey.fill(0)
  }
}

type Vault = Pick<VaultFile, 'id' | 'salt'>

/** The record that only this vault's key opens. */
export const sealCheck = ({ id, salt }: Vault, key: Uint8Array, random: Random): Uint8Array =>
  derived(key, salt, CHECK, recordKey =>
    sealRecord(new Uint8Array(), recordKey, { vaultId: id, kind: CHECK, id: CHECK }, random.bytes),
  )

export function opensCheck({ id, salt, check }: Vault & Pick<VaultFile, 'check'>, key: Uint8Array): boolean {
  try {
    derived(key, salt, CHECK, recordKey =>
      openRecord(check, recordKey, { vaultId: id, kind: CHECK, id: CHECK }),
    )
    return true
  } catch {
    return false
  }
}

/** The data key before, as the vault file keeps it while records under it may be there. */
export const sealPrevious = (
  { id, salt }: Vault,
  key: Uint8Array,
  previous: Uint8Array,
  random: Random,
): Uint8Array =>
  derived(key, salt, PREVIOUS.kind, recordKey =>
    sealRecord(previous, recordKey, { vaultId: id, ...PREVIOUS }, random.bytes),
  )

/** Throws when it was altered. */
export const openPrevious = ({ id, salt, previous }: VaultFile, key: Uint8Array): Uint8Array | null =>
  previous &&
  derived(key, salt, PREVIOUS.kind, recordKey =>
    openRecord(previous, recordKey, { vaultId: id, ...PREVIOUS }),
  )

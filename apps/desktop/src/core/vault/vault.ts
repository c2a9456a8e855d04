import {
  createPassphraseSlot,
  deriveRecordKey,
  openPassphraseSlot,
  openRecord,
  PASSPHRASE_ROUNDS,
  sealRecord,
  VAULT_KEY_BYTES,
  type Keyslot,
} from '@autotele/crypto'
import { MIN_PASSPHRASE_LENGTH, type AppState } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Keyring, Log, Random } from '../ports.ts'
import { createKeyHolder } from './key-holder.ts'
import { isWeakPassphrase } from './passphrase.ts'
import type { Sealer } from './sealer.ts'
import { installationSalt, readVaultFile, writeVaultFile, type VaultFile } from './vault-file.ts'

export type Vault = {
  readonly sealer: Sealer
  state(): AppState['vault']
  keyring(): Promise<AppState['keyring']>
  /** Its id, while it is open. */
  id(): string | null
  /** Reads the vault file and opens the vault where that needs nobody: by the host's memory or the system's keyring. */
  load(): Promise<void>
  /** Throws `vault/already-exists`, `vault/damaged`, `vault/passphrase-too-weak` (also when one is needed and missing). */
  create(passphrase: string | null): Promise<void>
  /** Throws `vault/wrong-passphrase`, `vault/damaged`, `vault/locked` (retryable: the keyring does not answer just now). */
  unlock(passphrase: string): Promise<void>
  /** False for a vault that only the keyring protects: there would be nothing to ask for. */
  canLock(): boolean
  /** Zeroes the key, here and in the host; does nothing to a vault that cannot be locked. */
  lock(): Promise<void>
  /** Zeroes the key in this process, and lets the host remember it: for the end of the process. */
  close(): void
}

export type VaultDeps = {
  /** `config/vault.json` and `config/.salt`. */
  readonly files: { readonly vault: string; readonly salt: string }
  readonly keyring: Keyring
  readonly random: Random
  readonly log: Log
  /** `security.require_password`: no vault without a passphrase. */
  readonly passphraseRequired?: boolean
  /** Rounds of a new passphrase slot; tests take the fewest allowed. */
  readonly rounds?: number
}

const CHECK = 'vault-check'

/** The vault of one installation. Calls are meant to come one after another; the caller (the router's feature) sees to it. */
export function createVault(deps: VaultDeps): Vault {
  const { keyring, random, log, files } = deps
  const holder = createKeyHolder(random)
  let file: VaultFile | 'damaged' | null = null

  const known = (): VaultFile => {
    if (file === 'damaged') throw new CallFailure('vault/damaged')
    if (!file) throw new CallFailure('vault/locked')
    return file
  }

  /** Whether the key is this vault's; a wrong one is zeroed. */
  const accept = async (vault: VaultFile, key: Uint8Array): Promise<boolean> => {
    if (key.length !== VAULT_KEY_BYTES || !opensCheck(vault, key)) {
      key.fill(0)
      return false
    }
    holder.take({ vaultId: vault.id, salt: vault.salt, key })
    await keyring.hold(key).catch(() => log('warning', 'vault.not-held'))
    return true
  }

  const openByKeyring = async (vault: VaultFile): Promise<boolean> => {
    for (const slot of vault.slots) {
      if (slot.type !== 'os-keyring') continue
      try {
        if (await accept(vault, await keyring.unwrap(slot.wrapped))) return true
      } catch {
        log('warning', 'vault.keyring-failed', { backend: slot.backend })
      }
    }
    return false
  }

  const openByPassphrase = async (vault: VaultFile, passphrase: string): Promise<void> => {
    // Every slot is tried, so that the delay does not tell which of them fitted.
    const keys: Uint8Array[] = []
    for (const slot of vault.slots) {
      if (slot.type !== 'passphrase') continue
      const key = await openPassphraseSlot(slot, vault.id, passphrase)
      if (key) keys.push(key)
    }
    if (keys.length === 0) throw new CallFailure('vault/wrong-passphrase')
    for (const key of keys) if (await accept(vault, key)) return
    throw new CallFailure('vault/damaged')
  }

  const canLock = (): boolean =>
    holder.isOpen() && file !== 'damaged' && file?.slots.some(slot => slot.type === 'passphrase') === true

  return {
    sealer: holder.sealer,
    state: () => (holder.isOpen() ? 'open' : file ? 'locked' : 'new'),
    keyring: () => keyring.strength().catch(() => 'missing' as const),
    id: () => (holder.isOpen() && file && file !== 'damaged' ? file.id : null),

    load: async () => {
      file = await readVaultFile(files.vault)
      if (!file || file === 'damaged') {
        if (file) log('error', 'vault.damaged')
        return
      }
      const remembered = await keyring.held().catch(() => null)
      if (remembered && (await accept(file, remembered))) return
      await openByKeyring(file)
    },

    create: async passphrase => {
      // Looked at again: an application started earlier may not have found the disk.
      file = await readVaultFile(files.vault)
      if (file === 'damaged') throw new CallFailure('vault/damaged')
      if (file) throw new CallFailure('vault/already-exists')
      const strength = await keyring.strength().catch(() => 'missing' as const)
      const needed = strength !== 'available' || deps.passphraseRequired === true
      if (passphrase === null ? needed : isWeakPassphrase(passphrase)) {
        throw new CallFailure('vault/passphrase-too-weak', { limit: MIN_PASSPHRASE_LENGTH })
      }

      const id = Buffer.from(random.bytes(16)).toString('hex')
      const salt = await installationSalt(files.salt, random.bytes)
      const key = random.bytes(VAULT_KEY_BYTES)
      const slot: Keyslot =
        passphrase === null
          ? { type: 'os-keyring', backend: process.platform, wrapped: await keyring.wrap(key) }
          : await createPassphraseSlot(key, id, passphrase, {
              rounds: deps.rounds ?? PASSPHRASE_ROUNDS,
              random: random.bytes,
            })
      const check = sealRecord(
        new Uint8Array(),
        deriveRecordKey(key, salt, CHECK),
        checkIdentity(id),
        random.bytes,
      )
      const created: VaultFile = { id, salt, slots: [slot], check }
      await writeVaultFile(files.vault, created)
      file = created
      await accept(created, key)
    },

    unlock: async passphrase => {
      const vault = known()
      if (holder.isOpen()) return
      if (vault.slots.some(slot => slot.type === 'passphrase')) await openByPassphrase(vault, passphrase)
      else if (!(await openByKeyring(vault))) throw new CallFailure('vault/locked', undefined, true)
    },

    canLock,
    lock: async () => {
      if (!canLock()) return
      holder.drop()
      await keyring.hold(null)
    },

    close: () => holder.drop(),
  }
}

const checkIdentity = (vaultId: string) => ({ vaultId, kind: CHECK, id: CHECK })

function opensCheck(vault: VaultFile, key: Uint8Array): boolean {
  const checkKey = deriveRecordKey(key, vault.salt, CHECK)
  try {
    openRecord(vault.check, checkKey, checkIdentity(vault.id))
    return true
  } catch {
    return false
  } finally {
    checkKey.fill(0)
  }
}

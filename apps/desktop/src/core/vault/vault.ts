import { PASSPHRASE_ROUNDS, VAULT_KEY_BYTES, type Keyslot } from '@autotele/crypto'
import { MIN_PASSPHRASE_LENGTH, type AppState } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Keyring, Log, Random } from '../ports.ts'
import { createKeyHolder, type OpenKey } from './key-holder.ts'
import { isWeakPassphrase } from './passphrase.ts'
import { createProtecting, type Protecting } from './protect.ts'
import type { Sealer } from './sealer.ts'
import {
  hasPassphrase,
  keyringSlot,
  openPrevious,
  opensCheck,
  openWithPassphrase,
  passphraseSlot,
  sealCheck,
} from './slots.ts'
import { installationSalt, mendSalt, readVaultFile, writeVaultFile, type VaultFile } from './vault-file.ts'

export type Vault = Protecting & {
  readonly sealer: Sealer
  state(): AppState['vault']
  keyring(): Promise<AppState['keyring']>
  /** Its id, while it is open. */
  id(): string | null
  /** There is a file, and it does not read as a vault's. */
  isDamaged(): boolean
  /** Its file, as it stands; throws `vault/damaged`, and `vault/locked` when there is none. */
  file(): VaultFile
  /** A copy of the data key, for a backup; the caller zeroes it. Throws `vault/locked`. */
  key(): Uint8Array
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
  /** The data key is being changed, here or in a life before: records under the old one may be there. */
  keyChanging(): boolean
  /** A record under the present data key, the same bytes where it is already. Throws `vault/damaged`. */
  reseal(kind: string, id: string, sealed: Uint8Array): Uint8Array
}

export type VaultDeps = {
  /** `config/vault.json` and `config/.salt`. */
  readonly files: { readonly vault: string; readonly salt: string }
  readonly keyring: Keyring
  readonly random: Random
  readonly log: Log
  /** `security.require_password`: no vault without a passphrase, and the keyring alone does not open it. */
  readonly passphraseRequired?: () => boolean
  /** Rounds of a new passphrase slot; tests take the fewest allowed. */
  readonly rounds?: number
}

/** The vault of one installation. Calls are meant to come one after another; the caller (the router's feature) sees to it. */
export function createVault(deps: VaultDeps): Vault {
  const { keyring, random, log, files } = deps
  const rounds = deps.rounds ?? PASSPHRASE_ROUNDS
  const required = deps.passphraseRequired ?? (() => false)
  const holder = createKeyHolder(random)
  let file: VaultFile | 'damaged' | null = null

  const known = (): VaultFile => {
    if (file === 'damaged') throw new CallFailure('vault/damaged')
    if (!file) throw new CallFailure('vault/locked')
    return file
  }
  const held = (): OpenKey => {
    const open = holder.held()
    if (!open) throw new CallFailure('vault/locked')
    return open
  }
  const strength = () => keyring.strength().catch(() => 'missing' as const)

  const take = async (vault: VaultFile, key: Uint8Array, previous: Uint8Array | null): Promise<void> => {
    holder.take({ vaultId: vault.id, salt: vault.salt, key, previous })
    await keyring.hold(key).catch(() => log('warning', 'vault.not-held'))
  }

  /** Whether the key is this vault's; a wrong one is zeroed. */
  const accept = async (vault: VaultFile, key: Uint8Array): Promise<boolean> => {
    if (key.length !== VAULT_KEY_BYTES || !opensCheck(vault, key)) {
      key.fill(0)
      return false
    }
    await take(vault, key, openPrevious(vault, key))
    return true
  }

  const openByKeyring = async (vault: VaultFile): Promise<boolean> => {
    for (const slot of vault.slots) {
      if (slot.type !== 'os-keyring') continue
      try {
        const { key, renew } = await keyring.unwrap(slot.wrapped)
        if (!(await accept(vault, key))) continue
        if (renew) await wrapAgain(vault, slot)
        return true
      } catch {
        log('warning', 'vault.keyring-failed', { backend: slot.backend })
      }
    }
    return false
  }

  /** The vault is open already; what cannot be wrapped now is asked for again at the next start. */
  const wrapAgain = async (vault: VaultFile, slot: Keyslot): Promise<void> => {
    try {
      const renewed = await keyringSlot(held().key, keyring)
      await save({ ...vault, slots: vault.slots.map(one => (one === slot ? renewed : one)) })
      log('info', 'vault.keyring-renewed')
    } catch {
      log('warning', 'vault.keyring-not-renewed')
    }
  }

  const save = async (next: VaultFile): Promise<void> => {
    await writeVaultFile(files.vault, next)
    file = next
  }

  const canLock = (): boolean =>
    holder.held() !== null && file !== 'damaged' && file !== null && hasPassphrase(file)

  return {
    ...createProtecting({
      ...{ keyring, random, rounds, save, take },
      passphraseRequired: required,
      open: () => ({ held: held(), file: known() }),
    }),
    sealer: holder.sealer,
    state: () => (holder.held() ? 'open' : file ? 'locked' : 'new'),
    keyring: strength,
    id: () => (holder.held() && file && file !== 'damaged' ? file.id : null),
    isDamaged: () => file === 'damaged',
    file: known,
    key: () => Uint8Array.from(held().key),
    keyChanging: () => (holder.held()?.previous ?? null) !== null,
    reseal: holder.reseal,

    load: async () => {
      file = await readVaultFile(files.vault)
      if (!file || file === 'damaged') {
        if (file) log('error', 'vault.damaged')
        return
      }
      const mended = await mendSalt(files.salt, file).catch(() => 'not-written')
      if (mended !== 'as-it-was') log('warning', 'vault.salt', { mended })
      const remembered = await keyring.held().catch(() => null)
      if (remembered && (await accept(file, remembered))) return
      // Where there is a passphrase, a keyring that is not to be trusted opens nothing.
      if (hasPassphrase(file) && (required() || (await strength()) === 'weak')) return
      await openByKeyring(file)
    },

    create: async passphrase => {
      // Looked at again: an application started earlier may not have found the disk.
      file = await readVaultFile(files.vault)
      if (file === 'damaged') throw new CallFailure('vault/damaged')
      if (file) throw new CallFailure('vault/already-exists')
      const needed = (await strength()) !== 'available' || required()
      if (passphrase === null ? needed : isWeakPassphrase(passphrase)) {
        throw new CallFailure('vault/passphrase-too-weak', { limit: MIN_PASSPHRASE_LENGTH })
      }

      const id = Buffer.from(random.bytes(16)).toString('hex')
      const salt = await installationSalt(files.salt, random.bytes)
      const key = random.bytes(VAULT_KEY_BYTES)
      const slot: Keyslot =
        passphrase === null
          ? await keyringSlot(key, keyring)
          : await passphraseSlot(id, key, passphrase, { rounds, random })
      const created: VaultFile = {
        ...{ id, salt, slots: [slot], previous: null },
        check: sealCheck({ id, salt }, key, random),
      }
      await save(created)
      await accept(created, key)
    },

    unlock: async passphrase => {
      const vault = known()
      if (holder.held()) return
      if (hasPassphrase(vault)) await accept(vault, await openWithPassphrase(vault, passphrase))
      else if (!(await openByKeyring(vault))) throw new CallFailure('vault/locked', undefined, true)
    },

    canLock,
    lock: async () => {
      if (!canLock()) return
      holder.drop()
      await keyring.hold(null)
    },

    close: holder.drop,
  }
}

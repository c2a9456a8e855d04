import { VAULT_KEY_BYTES, type Keyslot } from '@autotele/crypto'
import { MIN_PASSPHRASE_LENGTH, type Protection } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Keyring, Random } from '../ports.ts'
import type { OpenKey } from './key-holder.ts'
import { isWeakPassphrase } from './passphrase.ts'
import {
  hasPassphrase,
  isPassphrase,
  keyringSlot,
  openSlots,
  passphraseSlot,
  sealCheck,
  sealPrevious,
  slotId,
  slotView,
} from './slots.ts'
import type { VaultFile } from './vault-file.ts'

/** Changes of the ways into an open vault. Every one is one atomic write of its file. */
export type Protecting = {
  protection(): Promise<Protection>
  /** Throws `vault/wrong-passphrase` when there is a passphrase and this is none. */
  prove(current: string | null): Promise<void>
  changePassphrase(current: string, next: string): Promise<void>
  addPassphrase(current: string | null, next: string): Promise<void>
  addKeyring(current: string): Promise<void>
  removeSlot(id: string, current: string | null): Promise<void>
  /** Takes the keyring's slot away where it is required; the setting itself is the caller's. */
  requirePassphrase(required: boolean, current: string | null): Promise<void>
  /**
   * A new data key. From the one write that makes it the vault's, records under the old key and under the new one
   * open; `finishKeyChange`, once all are under the new one, forgets the old.
   */
  beginKeyChange(current: string | null): Promise<void>
  finishKeyChange(): Promise<void>
}

export function refuseWeak(passphrase: string): void {
  if (isWeakPassphrase(passphrase))
    throw new CallFailure('vault/passphrase-too-weak', { limit: MIN_PASSPHRASE_LENGTH })
}

export function createProtecting(deps: {
  readonly keyring: Keyring
  readonly random: Random
  readonly rounds: number
  readonly passphraseRequired: () => boolean
  /** The file and the key of the open vault; throws `vault/locked`. */
  readonly open: () => { readonly file: VaultFile; readonly held: OpenKey }
  readonly save: (file: VaultFile) => Promise<void>
  /** The saved file's key is another one from here. */
  readonly take: (file: VaultFile, key: Uint8Array, previous: Uint8Array | null) => Promise<void>
}): Protecting {
  const { keyring, random, rounds, open, save } = deps
  const strength = () => keyring.strength().catch(() => 'missing' as const)

  /** Gives the slot that the proof opens; null where only the keyring protects the vault. */
  const prove = async (file: VaultFile, current: string | null): Promise<Keyslot | null> => {
    if (!hasPassphrase(file)) return null
    const [opened, ...others] = current === null ? [] : await openSlots(file, current)
    if (!opened) throw new CallFailure('vault/wrong-passphrase')
    for (const { key } of [opened, ...others]) key.fill(0)
    return opened.slot
  }
  const makeSlot = (file: VaultFile, key: Uint8Array, passphrase: string): Promise<Keyslot> =>
    passphraseSlot(file.id, key, passphrase, { rounds, random })

  return {
    protection: async () => {
      const { file } = open()
      const found = await strength()
      const requirePassword = deps.passphraseRequired()
      const bare = !hasPassphrase(file)
      return {
        slots: file.slots.map(slotView),
        keyring: found,
        requirePassword,
        problem:
          bare && requirePassword ? 'passphrase-missing' : bare && found === 'weak' ? 'keyring-weak' : null,
      }
    },

    prove: async current => void (await prove(open().file, current)),

    changePassphrase: async (current, next) => {
      const { file, held } = open()
      refuseWeak(next)
      const proven = await prove(file, current)
      if (!proven) throw new CallFailure('vault/wrong-passphrase')
      const slot = await makeSlot(file, held.key, next)
      await save({ ...file, slots: file.slots.map(one => (one === proven ? slot : one)) })
    },

    addPassphrase: async (current, next) => {
      const { file, held } = open()
      refuseWeak(next)
      await prove(file, current)
      await save({ ...file, slots: [...file.slots, await makeSlot(file, held.key, next)] })
    },

    addKeyring: async current => {
      const { file, held } = open()
      await prove(file, current)
      if (deps.passphraseRequired() || (await strength()) !== 'available')
        throw new CallFailure('vault/keyring-unusable')
      const slot = await keyringSlot(held.key, keyring)
      await save({ ...file, slots: [...file.slots.filter(isPassphrase), slot] })
    },

    removeSlot: async (id, current) => {
      const { file } = open()
      const slots = file.slots.filter(slot => slotId(slot) !== id)
      if (slots.length === file.slots.length) throw new CallFailure('vault/slot-unknown')
      const passphraseLeft = hasPassphrase({ slots })
      const keyringLeft = slots.length > 0 && !deps.passphraseRequired() && (await strength()) === 'available'
      if (!passphraseLeft && !keyringLeft) throw new CallFailure('vault/last-slot')
      // Who does not know a passphrase that stays would have locked themselves out.
      await prove(passphraseLeft ? { ...file, slots } : file, current)
      await save({ ...file, slots })
    },

    requirePassphrase: async (required, current) => {
      const { file } = open()
      if (required && !hasPassphrase(file)) throw new CallFailure('vault/last-slot')
      await prove(file, current)
      const slots = file.slots.filter(isPassphrase)
      if (required && slots.length < file.slots.length) await save({ ...file, slots })
    },

    beginKeyChange: async current => {
      const { file, held } = open()
      const proven = await prove(file, current)
      const previous = Uint8Array.from(held.key)
      const key = new Uint8Array(random.bytes(VAULT_KEY_BYTES))
      const slots: Keyslot[] = proven && current !== null ? [await makeSlot(file, key, current)] : []
      if (file.slots.some(slot => !isPassphrase(slot)) && !deps.passphraseRequired()) {
        const safe = (await strength()) === 'available'
        if (safe) slots.push(await keyringSlot(key, keyring))
      }
      if (slots.length === 0) throw new CallFailure('vault/keyring-unusable')
      const changed: VaultFile = {
        ...file,
        slots,
        check: sealCheck(file, key, random),
        previous: sealPrevious(file, key, previous, random),
      }
      await save(changed)
      await deps.take(changed, key, previous)
    },

    finishKeyChange: async () => {
      const { file, held } = open()
      const changed: VaultFile = { ...file, previous: null }
      await save(changed)
      await deps.take(changed, Uint8Array.from(held.key), null)
    },
  }
}

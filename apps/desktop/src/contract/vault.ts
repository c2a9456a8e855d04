import { z } from 'zod'
import { event, method } from './define.ts'
import { Done, Nothing } from './common.ts'
import { AppState } from './app.ts'

export { MIN_PASSPHRASE_LENGTH } from './limits.ts'

const Passphrase = z.string().min(1).max(1024)
/** A passphrase that opens the vault now; null where only the keyring does, and there is none to ask for. */
const Proof = Passphrase.nullable()

/** One way into the vault. */
export const VaultSlot = z.object({
  id: z.string(),
  type: z.enum(['passphrase', 'os-keyring']),
  /** The system whose keyring it is (`win32`, `darwin`, `linux`); null for a passphrase. */
  backend: z.string().nullable(),
})
export type VaultSlot = z.infer<typeof VaultSlot>

/** What protects the data on this computer. */
export const Protection = z.object({
  slots: z.array(VaultSlot),
  keyring: z.enum(['available', 'weak', 'missing']),
  /** `security.require_password`: the keyring alone does not open the vault. */
  requirePassword: z.boolean(),
  /**
   * What is not as it should be; the remedy of both is to add a passphrase. `keyring-weak`: the keyring that opens the
   * vault keeps its key in clear. `passphrase-missing`: one is required and there is none.
   */
  problem: z.enum(['keyring-weak', 'passphrase-missing']).nullable(),
})
export type Protection = z.infer<typeof Protection>

/**
 * All but `create`, `unlock` and `lock` need the open vault. They throw `vault/wrong-passphrase` for a proof that
 * opens nothing (also for a missing one where there is a passphrase), `vault/passphrase-too-weak`.
 */
export const vault = {
  /** Creates the vault; without a passphrase only the operating system's keyring protects it (where it is good). */
  create: method(z.strictObject({ passphrase: z.string().max(1024).nullable() }), AppState),
  unlock: method(z.strictObject({ passphrase: Passphrase }), AppState),
  lock: method(Nothing, AppState),
  /** Somebody is there: the wait of `security.auto_logout_minutes` begins again. No other call says so. */
  stay: method(Nothing, Done),
  protection: method(Nothing, Protection),
  /** Replaces the passphrase `current` by `next`; other passphrases stay. */
  changePassphrase: method(z.strictObject({ current: Passphrase, next: Passphrase }), Protection),
  addPassphrase: method(z.strictObject({ current: Proof, next: Passphrase }), Protection),
  /** Lets the keyring open the vault too. `vault/keyring-unusable` where it is weak, missing, or may not. */
  addKeyring: method(z.strictObject({ current: Passphrase }), Protection),
  /** `vault/last-slot` when nothing safe would be left; `current` must open another slot, or the keyring does. */
  removeSlot: method(z.strictObject({ slotId: z.string().max(64), current: Proof }), Protection),
  /** Turned on, it takes the keyring's slot away; `vault/last-slot` while there is no passphrase. */
  setRequirePassword: method(z.strictObject({ required: z.boolean(), current: Proof }), Protection),
  /**
   * Gives the vault a new data key and seals everything again, for a key that somebody may have copied. The keyring
   * and `current` open it afterwards; other passphrases do not any more, and snapshots under the old key are replaced.
   */
  changeDataKey: method(z.strictObject({ current: Proof }), Protection),
  /** While the data key changes: how many records were sealed again, and that it goes on at the next start if cut short. */
  progressed: event(z.object({ done: z.int(), total: z.int() })),
} as const

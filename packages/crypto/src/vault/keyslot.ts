import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import { associatedData, decrypt, encrypt, VAULT_KEY_BYTES } from './record.ts'

/** OWASP's figure for PBKDF2-HMAC-SHA256 (Password Storage Cheat Sheet); the slot keeps its own, so that it can grow. */
export const PASSPHRASE_ROUNDS = 600_000
/** Fewer are refused on reading: a slot weakened by someone else must not be used as if it were ours. */
const MIN_ROUNDS = 100_000
/** More would only serve to keep the machine busy. */
const MAX_ROUNDS = 100_000_000
const SALT_BYTES = 16

const bytes = z.base64().transform((text): Uint8Array => new Uint8Array(Buffer.from(text, 'base64')))

const passphraseSlotSchema = z.object({
  type: z.literal('passphrase'),
  kdf: z.literal('PBKDF2-HMAC-SHA256'),
  rounds: z.int().min(MIN_ROUNDS).max(MAX_ROUNDS),
  salt: bytes.refine(salt => salt.length >= SALT_BYTES),
  wrapped: bytes,
})
const keyringSlotSchema = z.object({
  type: z.literal('os-keyring'),
  /** Which keyring of the system wrapped it, for the sentence shown when another one is found. */
  backend: z.string().max(100),
  wrapped: bytes,
})

/** One way to the vault key. In a file its bytes are base64; parsing gives bytes. */
export const keyslotSchema = z.discriminatedUnion('type', [passphraseSlotSchema, keyringSlotSchema])
export type PassphraseSlot = z.output<typeof passphraseSlotSchema>
export type KeyringSlot = z.output<typeof keyringSlotSchema>
export type Keyslot = z.output<typeof keyslotSchema>

/** What a file holds of a slot. */
export const writeKeyslot = (slot: Keyslot): z.input<typeof keyslotSchema> =>
  slot.type === 'passphrase'
    ? { ...slot, salt: base64(slot.salt), wrapped: base64(slot.wrapped) }
    : { ...slot, wrapped: base64(slot.wrapped) }

const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64')

/** Off the event loop: Node runs it on its thread pool. NFKC, so that an accent typed on another keyboard is the same. */
const passphraseKey = (passphrase: string, salt: Uint8Array, rounds: number): Promise<Uint8Array> =>
  promisify(pbkdf2)(passphrase.normalize('NFKC'), salt, rounds, VAULT_KEY_BYTES, 'sha256')

const slotData = (vaultId: string, rounds: number): Uint8Array =>
  associatedData(vaultId, 'keyslot', 'passphrase', String(rounds))

/** Wraps the vault key under a passphrase; about a quarter of a second with the default rounds. */
export async function createPassphraseSlot(
  vaultKey: Uint8Array,
  vaultId: string,
  passphrase: string,
  { rounds = PASSPHRASE_ROUNDS, random = randomBytes as (n: number) => Uint8Array } = {},
): Promise<PassphraseSlot> {
  const salt = new Uint8Array(random(SALT_BYTES))
  const key = await passphraseKey(passphrase, salt, rounds)
  try {
    const wrapped = encrypt(vaultKey, key, slotData(vaultId, rounds), random)
    return { type: 'passphrase', kdf: 'PBKDF2-HMAC-SHA256', rounds, salt, wrapped }
  } finally {
    key.fill(0)
  }
}

/** The vault key, or undefined when the passphrase is another one or the slot was altered. */
export async function openPassphraseSlot(
  slot: PassphraseSlot,
  vaultId: string,
  passphrase: string,
): Promise<Uint8Array | undefined> {
  const key = await passphraseKey(passphrase, slot.salt, slot.rounds)
  try {
    return decrypt(slot.wrapped, key, slotData(vaultId, slot.rounds))
  } catch {
    return undefined
  } finally {
    key.fill(0)
  }
}

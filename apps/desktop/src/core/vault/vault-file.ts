import { keyslotSchema, writeKeyslot, type Keyslot } from '@autotele/crypto'
import { z } from 'zod'
import { readFileIfThere, setAside, writeFileAtomic } from '../storage/index.ts'

const bytes = z.base64().transform((text): Uint8Array => new Uint8Array(Buffer.from(text, 'base64')))

const SHORTEST_SALT = 16

const vaultFileSchema = z.object({
  format: z.literal('autotele-vault'),
  version: z.literal(1),
  id: z.string().min(1).max(100),
  salt: bytes.refine(salt => salt.length >= SHORTEST_SALT),
  slots: z.array(keyslotSchema).min(1).max(16),
  check: bytes,
  previous: bytes.optional(),
})

/** `config/vault.json`: the ways to the vault key, never the key. See docs/vault-format.md. */
export type VaultFile = {
  readonly id: string
  readonly salt: Uint8Array
  readonly slots: readonly Keyslot[]
  /** A sealed record under the vault key: tells whether a key that was found is this vault's. */
  readonly check: Uint8Array
  /** While the data key changes: the one before, sealed under the present one. Records under either may be there. */
  readonly previous: Uint8Array | null
}

/** Null when there is no vault yet; `damaged` when there is a file that does not read as one. */
export async function readVaultFile(path: string): Promise<VaultFile | 'damaged' | null> {
  const contents = await readFileIfThere(path)
  return contents && (parseVaultFile(new TextDecoder().decode(contents)) ?? 'damaged')
}

/** Null when it does not read as a vault's file. */
export function parseVaultFile(text: string): VaultFile | null {
  try {
    const { previous = null, ...file } = vaultFileSchema.parse(JSON.parse(text))
    return { ...file, previous }
  } catch {
    return null
  }
}

export const writeVaultFile = (path: string, vault: VaultFile): Promise<void> =>
  writeFileAtomic(path, vaultFileText(vault))

/** What `config/vault.json` holds. */
export function vaultFileText(vault: VaultFile): string {
  const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64')
  const file: z.input<typeof vaultFileSchema> = {
    format: 'autotele-vault',
    version: 1,
    id: vault.id,
    salt: base64(vault.salt),
    slots: vault.slots.map(writeKeyslot),
    check: base64(vault.check),
    ...(vault.previous === null ? {} : { previous: base64(vault.previous) }),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/**
 * The installation's salt (32 random bytes), made at the first call. One that is too short to be it is put aside.
 */
export async function installationSalt(
  path: string,
  random: (bytes: number) => Uint8Array,
): Promise<Uint8Array> {
  const known = await readFileIfThere(path)
  if (known && known.length >= SHORTEST_SALT) return new Uint8Array(known)
  const salt = random(32)
  if (known) await setAside(path)
  await writeFileAtomic(path, salt)
  return salt
}

/** The vault carries its salt itself, so a lost or altered `.salt` is written again; an altered one is put aside. */
export async function mendSalt(path: string, vault: VaultFile): Promise<'as-it-was' | 'mended'> {
  const found = await readFileIfThere(path)
  if (found && Buffer.from(found).equals(vault.salt)) return 'as-it-was'
  if (found) await setAside(path)
  await writeFileAtomic(path, vault.salt)
  return 'mended'
}

import { keyslotSchema, writeKeyslot, type Keyslot } from '@autotele/crypto'
import { z } from 'zod'
import { readFileIfThere, writeFileAtomic } from '../storage/index.ts'

const bytes = z.base64().transform((text): Uint8Array => new Uint8Array(Buffer.from(text, 'base64')))

const vaultFileSchema = z.object({
  format: z.literal('autotele-vault'),
  version: z.literal(1),
  id: z.string().min(1).max(100),
  salt: bytes.refine(salt => salt.length >= 16),
  slots: z.array(keyslotSchema).min(1).max(16),
  check: bytes,
})

/** `config/vault.json`: the ways to the vault key, never the key. See docs/vault-format.md. */
export type VaultFile = {
  readonly id: string
  readonly salt: Uint8Array
  readonly slots: readonly Keyslot[]
  /** A sealed record under the vault key: tells whether a key that was found is this vault's. */
  readonly check: Uint8Array
}

/** Null when there is no vault yet; `damaged` when there is a file that does not read as one. */
export async function readVaultFile(path: string): Promise<VaultFile | 'damaged' | null> {
  const contents = await readFileIfThere(path)
  if (!contents) return null
  try {
    return vaultFileSchema.parse(JSON.parse(new TextDecoder().decode(contents)))
  } catch {
    return 'damaged'
  }
}

export async function writeVaultFile(path: string, vault: VaultFile): Promise<void> {
  const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64')
  const file: z.input<typeof vaultFileSchema> = {
    format: 'autotele-vault',
    version: 1,
    id: vault.id,
    salt: base64(vault.salt),
    slots: vault.slots.map(writeKeyslot),
    check: base64(vault.check),
  }
  await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`)
}

/** The installation's salt (32 random bytes), made at the first call. */
export async function installationSalt(
  path: string,
  random: (bytes: number) => Uint8Array,
): Promise<Uint8Array> {
  const known = await readFileIfThere(path)
  if (known && known.length >= 16) return new Uint8Array(known)
  const salt = random(32)
  await writeFileAtomic(path, salt)
  return salt
}

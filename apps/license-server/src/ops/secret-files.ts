import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'

/** The owner writes, PostgreSQL's container reads by its group. */
const MODE = 0o640
/** Mounted one by one into containers of other users; the folder lets nobody else through. */
const SHARED_MODE = 0o644

const password = () => randomBytes(32).toString('hex')
const key32 = () => randomBytes(32).toString('base64')

/** What the compose file mounts under /run/autotele, and how each is made. */
const SECRETS: readonly (readonly [name: string, make: () => string | Promise<string>, mode: number])[] = [
  ['postgres-password', password, MODE],
  ['database-url', () => `postgresql://autotele:${password()}@postgres:5432/autotele`, MODE],
  ['monitor-password', password, SHARED_MODE],
  ['grafana-password', password, SHARED_MODE],
  ['key-encryption-key', key32, MODE],
  ['pepper', key32, MODE],
  ['btcpay-webhook-secret', password, MODE],
  ['backup-identity', generateX25519Identity, MODE],
]

/** Makes the secrets that are missing in a folder; what is there stays. Gives what was made and the backups' recipient. */
export async function makeSecrets(
  folder: string,
): Promise<{ readonly made: readonly string[]; readonly recipient: string }> {
  await mkdir(folder, { recursive: true, mode: 0o750 })
  const made: string[] = []
  for (const [name, make, mode] of SECRETS) {
    const path = join(folder, name)
    if (await stat(path).catch(() => undefined)) continue
    await replaceSecret(path, await make(), mode)
    made.push(name)
  }
  const identity = (await readFile(join(folder, 'backup-identity'), 'utf8')).trim()
  return { made, recipient: await identityToRecipient(identity) }
}

/** Puts a secret in place of another at once: who reads the file finds the old one or the new one, whole. */
export async function replaceSecret(path: string, value: string, mode?: number): Promise<void> {
  const before = await stat(path).catch(() => undefined)
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${value}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    // Once it is whole; the process's umask has no say.
    await chmod(draft, mode ?? (before ? before.mode & 0o777 : MODE))
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}

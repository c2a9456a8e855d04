import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Reads a secret of this folder, or makes it (0600) when there is none. Written whole to a second name and then linked:
 * a power cut leaves no half secret, and of two processes that start together one wins and both use its value.
 */
export async function readOrMakeSecret(
  folder: string,
  name: string,
  make: () => string,
): Promise<{ value: string; made: boolean }> {
  const path = join(folder, name)
  const known = await readIfThere(path)
  if (known !== undefined) return { value: known, made: false }
  // As root, PostgreSQL runs as another user and must be able to pass through; each secret is 0600 all the same.
  await mkdir(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(make() + '\n')
    await file.sync()
  } finally {
    await file.close()
  }
  let made = true
  try {
    await link(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    made = false
  } finally {
    await rm(draft, { force: true })
  }
  const value = await readIfThere(path)
  if (value === undefined) throw new Error(`${path} disappeared while it was being made`)
  return { value, made }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

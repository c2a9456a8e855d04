import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { storageFailure } from './errors.ts'

/** A virus scanner may hold a fresh file open for a moment; only Windows then refuses the rename. */
const RENAME_PAUSES_MS = process.platform === 'win32' ? [10, 50, 200, 500] : []

/**
 * Replaces the file's contents: after a crash or a power cut it holds the old contents or the new, whole. Mode 0600.
 * Missing folders are made (0700). Throws `CallFailure` `storage/disk-full` or `storage/read-only`; the old file stays.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await renamePatiently(temporary, path)
    await syncFolder(folder)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw storageFailure(error)
  }
}

async function renamePatiently(from: string, to: string): Promise<void> {
  for (const pause of RENAME_PAUSES_MS) {
    try {
      await rename(from, to)
      return
    } catch {
      await wait(pause)
    }
  }
  await rename(from, to)
}

/** Without this the rename itself may be lost in a power cut. Windows offers no such call for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The file's bytes, or null when there is no such file. */
export async function readFileIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw storageFailure(error)
  }
}

/** Renames a file that cannot be used, so that nothing of it is lost: `.damaged`, `.damaged-2`… Gives its new name. */
export async function setAside(path: string): Promise<string> {
  for (let count = 1; ; count++) {
    const aside = `${path}.damaged${count === 1 ? '' : `-${count}`}`
    if ((await readFileIfThere(aside)) !== null) continue
    try {
      await renamePatiently(path, aside)
      return aside
    } catch (error) {
      throw storageFailure(error)
    }
  }
}

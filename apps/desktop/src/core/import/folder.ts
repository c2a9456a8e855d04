import { open, readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { ErrorCode } from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'

const MOST_NAMES = 2000

export type Contents = Result<Uint8Array, ErrorCode> | null

/** Somebody else's folder: only read, never left, nothing of unreasonable size. */
export type Folder = {
  /** Null when there is no such file. `name` is relative, with `/`. */
  readonly read: (name: string, mostBytes: number) => Promise<Contents>
  /** The names in a folder inside it, sorted; none when it is not there. */
  readonly list: (name: string) => Promise<readonly string[]>
}

export function openFolder(root: string): Folder {
  /** Where a name leads in the end, or null where that is outside: a link planted in the folder opens nothing else. */
  const locate = async (name: string): Promise<string | null> => {
    const base = await realpath(root)
    const real = await realpath(join(base, ...name.split('/')))
    const inside = relative(base, real)
    return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? null : real
  }
  return {
    read: async (name, mostBytes) => {
      try {
        const path = await locate(name)
        return path === null ? failure('import/outside-folder') : await readWhole(path, mostBytes)
      } catch (error) {
        return isMissing(error) ? null : failure('import/damaged')
      }
    },
    list: async name => {
      try {
        const path = await locate(name)
        return path === null ? [] : (await readdir(path)).sort().slice(0, MOST_NAMES)
      } catch {
        return []
      }
    },
  }
}

/** A regular file's bytes. Throws when it cannot be read. */
export async function readWhole(path: string, mostBytes: number): Promise<Result<Uint8Array, ErrorCode>> {
  // Before it is opened: opening a pipe would wait for whoever writes to it.
  if (!(await stat(path)).isFile()) return failure('import/foreign')
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (size > mostBytes) return failure('import/too-large')
    const bytes = Buffer.alloc(size)
    const { bytesRead } = await file.read(bytes, 0, size, 0)
    return success(new Uint8Array(bytes.subarray(0, bytesRead)))
  } finally {
    await file.close()
  }
}

export const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

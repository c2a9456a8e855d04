import type { ReleaseFile } from '@autotele/crypto'
import { createHash } from 'node:crypto'
import { openSync, readSync, closeSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Timers } from '../../core/ports.ts'
import { UpdateFailure } from '../shell/updates.ts'
import { fetchPieces, type Fetch } from './fetching.ts'

/** Windows runs what has a name that ends in `.exe`, so the name is kept. Only the owner reads or runs it. */
const MODE = 0o700

/**
 * Fetches a file of a verified release into `folder`, going on where an earlier attempt stopped, and answers its path:
 * it stands there under its name only once it is whole and its hash is the one we signed. `percent` from 0 to 100.
 * Throws `UpdateFailure`: `unreachable` (what came is kept, for the next attempt), `untrusted` or `disk`.
 */
export async function downloadVerified(options: {
  readonly fetch: Fetch
  readonly timers: Timers
  /** The feed's folder, with a slash at its end. */
  readonly base: string
  readonly file: ReleaseFile
  readonly folder: string
  readonly onProgress: (percent: number) => void
}): Promise<string> {
  const { file, folder, onProgress } = options
  const place = join(folder, file.name)
  const part = join(folder, `${file.sha512.slice(0, 32)}.part`)
  await onDisk(mkdir(folder, { recursive: true, mode: 0o700 }))
  await keepOnly(folder, [place, part])
  if (isWhole(place, file)) return place

  const handle = await onDisk(open(part, 'a+', MODE))
  try {
    let hash = createHash('sha512')
    let length = 0
    for await (const piece of handle.createReadStream({ start: 0, autoClose: false })) {
      hash.update(piece as Buffer)
      length += (piece as Buffer).byteLength
    }
    if (length > file.size) {
      await onDisk(handle.truncate(0))
      hash = createHash('sha512')
      length = 0
    }
    const range: Record<string, string> = length === 0 ? {} : { range: `bytes=${length}-` }
    const begin = async ({ status, headers }: Response): Promise<void> => {
      if (status === 206 && headers.get('content-range')?.startsWith(`bytes ${length}-`)) return
      if (status !== 200) throw new UpdateFailure('unreachable')
      // A server that knows no ranges begins again, and so do we. Another length is another thing: a portal's page.
      const announced = headers.has('content-encoding') ? null : headers.get('content-length')
      if (announced !== null && Number(announced) !== file.size) throw new UpdateFailure('unreachable')
      await onDisk(handle.truncate(0))
      hash = createHash('sha512')
      length = 0
    }
    if (length < file.size) {
      for await (const piece of fetchPieces(options, options.base + file.name, range, begin)) {
        length += piece.byteLength
        if (length > file.size) break
        hash.update(piece)
        await onDisk(handle.appendFile(piece))
        onProgress((length / file.size) * 100)
      }
    }
    if (length < file.size) {
      // The answer ended in good order: that was another thing, not the beginning of ours.
      await onDisk(handle.truncate(0))
      throw new UpdateFailure('unreachable')
    }
    if (length > file.size || hash.digest('hex') !== file.sha512) {
      await onDisk(handle.truncate(0))
      throw new UpdateFailure('untrusted')
    }
    await onDisk(handle.sync())
  } finally {
    await handle.close()
  }
  await onDisk(rename(part, place))
  return place
}

/**
 * Whether the file is there with the length and the hash that were signed. Synchronous: asked in the moment before
 * the file is run, when nothing else happens any more.
 */
export function isWhole(path: string, file: ReleaseFile): boolean {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return false
  }
  try {
    const hash = createHash('sha512')
    const buffer = Buffer.allocUnsafe(1024 * 1024)
    for (let length = 0; length <= file.size;) {
      const read = readSync(descriptor, buffer, 0, buffer.length, null)
      if (read === 0) return length === file.size && hash.digest('hex') === file.sha512
      hash.update(buffer.subarray(0, read))
      length += read
    }
    return false
  } catch {
    return false
  } finally {
    closeSync(descriptor)
  }
}

/** Installers of other versions are of no use any more. */
async function keepOnly(folder: string, kept: readonly string[]): Promise<void> {
  for (const name of await onDisk(readdir(folder))) {
    const path = join(folder, name)
    if (!kept.includes(path) && !name.endsWith('.json'))
      await onDisk(rm(path, { recursive: true, force: true }))
  }
}

export const onDisk = <T>(work: Promise<T>): Promise<T> =>
  work.catch((cause: unknown) => {
    throw new UpdateFailure('disk', { cause })
  })

import type { ErrorCode } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'

// Primary result codes of SQLite (sqlite.org/rescode.html); the extended ones keep them in their low byte.
const SQLITE: Readonly<Record<number, ErrorCode>> = {
  8: 'storage/read-only',
  11: 'storage/damaged',
  13: 'storage/disk-full',
  14: 'storage/read-only',
  26: 'storage/damaged',
}

const SYSTEM: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'storage/disk-full',
  EDQUOT: 'storage/disk-full',
  EROFS: 'storage/read-only',
  EACCES: 'storage/read-only',
  EPERM: 'storage/read-only',
}

/** The failure a person can act on, for an error of SQLite or of the file system; any other error is given back as it is. */
export function storageFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CallFailure) return error
  const { errcode, code } = error as Error & { errcode?: unknown; code?: unknown }
  const found =
    typeof errcode === 'number' ? SQLITE[errcode & 0xff] : typeof code === 'string' ? SYSTEM[code] : undefined
  return found ? new CallFailure(found, undefined, found === 'storage/disk-full') : error
}

/** Runs `work`, turning what the disk or SQLite throws into a `CallFailure` with a `storage/*` code. */
export function withStorageErrors<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storageFailure(error)
  }
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CallFailure } from '../failure.ts'
import { withStorageErrors } from './errors.ts'

const SQLITE_BUSY = 5

/** Node closes a connection that nobody refers to any more when it collects garbage, and the lock would go with it. */
const held = new Set<DatabaseSync>()

/**
 * Takes the data folder for this process, so that two copies of the application never share sessions. The lock is an
 * exclusive transaction that is never committed, on an empty SQLite file: SQLite holds it with the file locks of the
 * operating system (fcntl, LockFileEx), which the kernel releases when the process ends, however it ends. Throws
 * `CallFailure` `storage/folder-in-use`.
 */
export function lockFolder(folder: string): { release(): void } {
  return withStorageErrors(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const connection = new DatabaseSync(join(folder, '.lock'), { timeout: 0 })
    try {
      connection.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      connection.close()
      if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) {
        throw new CallFailure('storage/folder-in-use')
      }
      throw error
    }
    held.add(connection)
    return {
      release: () => {
        held.delete(connection)
        if (connection.isOpen) connection.close()
      },
    }
  })
}

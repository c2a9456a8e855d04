import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { CallFailure } from '../failure.ts'
import type { Database, Migration, Row } from './database.ts'
import { withStorageErrors } from './errors.ts'
import { migrate, refuseNewer, userVersion } from './migrate.ts'

/** Statements are compiled once; only a caller that builds SQL without end would outgrow this. */
const STATEMENTS_KEPT = 256

/** Version of the schema of a database file, 0 for a new one. Only reads. */
export function schemaOf(path: string): number {
  return withStorageErrors(() => {
    const connection = new DatabaseSync(path, { readOnly: true })
    try {
      return userVersion(connection)
    } finally {
      connection.close()
    }
  })
}

/**
 * Opens the database file (or `:memory:`) and brings it to the newest schema. `beforeMigration` is called when a
 * database that holds something is about to change, with what writes a consistent copy of it. Throws `CallFailure` with
 * `storage/newer-version` or `storage/damaged` before anything was written, `storage/read-only`, `storage/disk-full`.
 */
export function openDatabase(
  path: string,
  migrations: readonly Migration[],
  { beforeMigration }: { readonly beforeMigration?: (copyTo: (path: string) => void) => void } = {},
): Database {
  return withStorageErrors(() => {
    // SQLite gives its companion files the mode of the database, so only this one has to be made private.
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
    const connection = new DatabaseSync(path, { timeout: 5000 })
    try {
      refuseNewer(connection, migrations)
      refuseDamaged(connection)
      // FULL: a committed row survives a power cut, not only a crash. `fullfsync` is what makes that true on macOS.
      connection.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
        PRAGMA checkpoint_fullfsync = ON; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF`)
      const version = userVersion(connection)
      if (version > 0 && version < migrations.length)
        beforeMigration?.(to => connection.prepare('VACUUM INTO ?').run(to))
      migrate(connection, migrations)
    } catch (error) {
      connection.close()
      throw error
    }
    return createDatabase(connection)
  })
}

function refuseDamaged(connection: DatabaseSync): void {
  const [first] = connection.prepare('PRAGMA quick_check(1)').all()
  if (first?.['quick_check'] !== 'ok') throw new CallFailure('storage/damaged')
}

function createDatabase(connection: DatabaseSync): Database {
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const kept = statements.get(sql)
    if (kept) return kept
    const statement = connection.prepare(sql)
    // Telegram's ids and `random_id` use all 64 bits; a plain number would be refused or rounded.
    statement.setReadBigInts(true)
    if (statements.size >= STATEMENTS_KEPT) statements.clear()
    statements.set(sql, statement)
    return statement
  }

  const commit = <T>(work: () => T): T => {
    connection.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      if (result instanceof Promise) throw new TypeError('a transaction cannot wait')
      connection.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite may have rolled back by itself, as it does when the disk is full.
      if (connection.isTransaction) connection.exec('ROLLBACK')
      throw error
    }
  }
  /** Appended to the log, which the next commit syncs as a whole (sqlite.org/pragma.html#pragma_synchronous). */
  const unsynced = <T>(work: () => T): T => {
    connection.exec('PRAGMA synchronous = NORMAL')
    try {
      return work()
    } finally {
      connection.exec('PRAGMA synchronous = FULL')
    }
  }

  return {
    get: (sql, ...params) =>
      withStorageErrors(() => {
        const row = prepare(sql).get(...params)
        return row && toRow(row)
      }),
    all: (sql, ...params) =>
      withStorageErrors(() =>
        prepare(sql)
          .all(...params)
          .map(toRow),
      ),
    run: (sql, ...params) => withStorageErrors(() => Number(prepare(sql).run(...params).changes)),
    transaction: (work, durability = 'now') =>
      withStorageErrors(() => (durability === 'now' ? commit(work) : unsynced(() => commit(work)))),
    close: () => {
      if (connection.isOpen) connection.close()
    },
  }
}

/** Integers come back as numbers wherever a number is exact, as `bigint` only beyond 2^53. Changes the row it is given. */
function toRow(row: Record<string, SQLOutputValue>): Row {
  for (const name in row) {
    const value = row[name]
    if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) row[name] = Number(value)
  }
  return row as Row
}

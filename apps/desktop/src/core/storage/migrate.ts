import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { CallFailure } from '../failure.ts'
import type { Migration } from './database.ts'

const LEDGER = `CREATE TABLE IF NOT EXISTS schema_migration (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT`

/** Line ends do not count: the same file checked out on Windows is the same migration. */
const checksum = (migration: Migration): string =>
  createHash('sha256').update(migration.sql.replaceAll('\r\n', '\n')).digest('hex')

export const userVersion = (connection: DatabaseSync): number =>
  Number(connection.prepare('PRAGMA user_version').get()?.['user_version'])

/** Only reads: a database written by a later version of the application is left exactly as it is. */
export function refuseNewer(connection: DatabaseSync, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0
  if (userVersion(connection) > newest) throw new CallFailure('storage/newer-version')
}

/**
 * Applies what is missing, each migration in one transaction with its line in the ledger. `storage/damaged` when what
 * was applied before is not what the application knows under that number.
 */
export function migrate(connection: DatabaseSync, migrations: readonly Migration[]): void {
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1) throw new Error(`migration ${migration.name} is out of order`)
  })
  connection.exec(LEDGER)
  const applied = new Map(
    connection
      .prepare('SELECT version, checksum FROM schema_migration')
      .all()
      .map(row => [row['version'], row['checksum']]),
  )
  const record = connection.prepare('INSERT INTO schema_migration (version, name, checksum) VALUES (?, ?, ?)')
  for (const migration of migrations) {
    const known = applied.get(migration.version)
    if (known === checksum(migration)) continue
    if (known !== undefined) throw new CallFailure('storage/damaged')
    connection.exec('BEGIN IMMEDIATE')
    try {
      connection.exec(migration.sql)
      record.run(migration.version, migration.name, checksum(migration))
      connection.exec(`PRAGMA user_version = ${migration.version}`)
      connection.exec('COMMIT')
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK')
      throw error
    }
  }
}

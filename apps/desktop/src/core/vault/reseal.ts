import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { CallFailure } from '../failure.ts'
import type { Log } from '../ports.ts'
import { readFileIfThere, writeFileAtomic, type Database, type Row } from '../storage/index.ts'
import { SEALED_COLUMNS, type SealedColumn } from './sealed-places.ts'
import type { Vault } from './vault.ts'

/** Rows in one transaction: a cut loses no more than the work of one, and nobody waits long. */
const BATCH = 200

/**
 * Seals everything under the vault's present data key, after a change of it. What is already is left as it is, so that
 * it may be cut short at any point and done again. A record that opens under neither key was damaged before; it stays.
 */
export async function resealAll(deps: {
  readonly database: Database
  readonly vault: Pick<Vault, 'reseal'>
  readonly sessionsFolder: string
  readonly log: Log
  readonly onProgress: (done: number, total: number) => void
}): Promise<void> {
  const { database, vault, log } = deps
  const reseal = (kind: string, id: string, sealed: Uint8Array): Uint8Array => {
    try {
      return vault.reseal(kind, id, sealed)
    } catch (error) {
      if (!(error instanceof CallFailure) || error.error.code !== 'vault/damaged') throw error
      log('error', 'vault.record-damaged', { kind })
      return sealed
    }
  }

  const work = SEALED_COLUMNS.map(place => ({ place, rows: keysOf(database, place) }))
  const sessions = (await readdir(deps.sessionsFolder)).filter(name => name.endsWith(SESSION))
  const total = work.reduce((sum, { rows }) => sum + rows.length, sessions.length)
  let done = 0
  const tell = (more: number): void => {
    done += more
    deps.onProgress(done, total)
  }

  for (const { place, rows } of work) {
    for (let start = 0; start < rows.length; start += BATCH) {
      const batch = rows.slice(start, start + BATCH)
      database.transaction(() => {
        for (const row of batch) resealRow(database, place, row, reseal)
      })
      tell(batch.length)
      await yieldToOthers()
    }
  }
  for (const name of sessions) {
    const path = join(deps.sessionsFolder, name)
    const sealed = await readFileIfThere(path)
    const again = sealed && reseal('session', name.slice(0, -SESSION.length), sealed)
    if (again && again !== sealed) await writeFileAtomic(path, again)
    tell(1)
  }
}

const SESSION = '.session'

const primaryKey = (database: Database, table: string): readonly string[] =>
  database
    .all(`SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`)
    .map(row => String(row['name']))

/** Which rows there are; what they hold is read when their turn comes. */
const keysOf = (database: Database, { table, column }: SealedColumn): readonly Row[] =>
  database.all(`SELECT ${primaryKey(database, table).join(', ')} FROM ${table} WHERE ${column} IS NOT NULL`)

function resealRow(
  database: Database,
  { table, column, kind, id }: SealedColumn,
  row: Row,
  reseal: (kind: string, id: string, sealed: Uint8Array) => Uint8Array,
): void {
  const where = Object.keys(row)
    .map(name => `${name} = ?`)
    .join(' AND ')
  const found = database.get(
    `SELECT ${column} AS sealed, ${kind} AS kind, ${id} AS id FROM ${table} WHERE ${where}`,
    ...Object.values(row),
  )
  if (!found) return
  const sealed = found['sealed'] as Uint8Array
  const again = reseal(String(found['kind']), String(found['id']), sealed)
  if (again !== sealed)
    database.run(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, again, ...Object.values(row))
}

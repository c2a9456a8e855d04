import { DatabaseSync } from 'node:sqlite'
import type { ErrorCode } from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'
import type { StoredSession } from '../telegram/gateway.ts'

/** Telethon counts the versions of its file; 7 is the newest whose columns are known. */
const NEWEST_VERSION = 7
const KEY_BYTES = 256
const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1')

/**
 * Telegram's own data centres (help.getConfig). The address that comes with a session is not used: whoever wrote the
 * file must not decide where this application connects to.
 */
const DATA_CENTRES: ReadonlyMap<number, string> = new Map([
  [1, '149.154.175.50'],
  [2, '149.154.167.51'],
  [3, '149.154.175.100'],
  [4, '149.154.167.91'],
  [5, '149.154.171.5'],
])

type Found = Result<StoredSession, ErrorCode>

/** `1`, then in base64url: data centre, IPv4 or IPv6 address, port, key (telethon/sessions/string.py). */
export function readTelethonString(text: string): Found {
  const compact = text.trim()
  if (!/^1[\w-]+={0,2}$/.test(compact)) return failure('import/foreign')
  const bytes = Buffer.from(compact.slice(1), 'base64url')
  if (bytes.length !== 1 + 4 + 2 + KEY_BYTES && bytes.length !== 1 + 16 + 2 + KEY_BYTES)
    return failure('import/damaged')
  return sessionOf(bytes.readUInt8(), bytes.subarray(-KEY_BYTES))
}

export const isSqlite = (bytes: Uint8Array): boolean =>
  SQLITE_MAGIC.equals(bytes.subarray(0, SQLITE_MAGIC.length))

/**
 * The one session of a Telethon `.session` file (telethon/sessions/sqlite.py), from its bytes: the file itself is opened
 * by nobody, so that nothing can be written beside it.
 */
export function readTelethonFile(bytes: Uint8Array): Found {
  if (!isSqlite(bytes)) return failure('import/foreign')
  const database = new DatabaseSync(':memory:', { allowExtension: false })
  try {
    const own = Uint8Array.from(bytes)
    // A file in WAL mode says so here, and a database in memory has no WAL to go with it (sqlite.org/fileformat).
    own.fill(1, 18, 20)
    database.deserialize(own)
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON')
    return readSession(database)
  } catch {
    return failure('import/damaged')
  } finally {
    database.close()
  }
}

function readSession(database: DatabaseSync): Found {
  const isPlain = (table: string, columns: readonly string[]): boolean => {
    const [found] = database.prepare('SELECT type FROM sqlite_schema WHERE name = ?').all(table)
    // Views, virtual tables and computed columns would run the file's own expressions.
    const known = database.prepare(`PRAGMA table_xinfo(${table})`).all()
    return (
      found?.['type'] === 'table' &&
      known.every(column => column['hidden'] === 0) &&
      columns.every(name => known.some(column => column['name'] === name))
    )
  }
  if (!isPlain('version', ['version'])) return failure('import/foreign')
  // Another library's file (Pyrogram's, for one) has a table of that name with other columns.
  if (!isPlain('sessions', ['dc_id', 'server_address', 'port', 'auth_key'])) return failure('import/foreign')
  const version = database.prepare('SELECT version FROM version LIMIT 1').get()?.['version']
  if (typeof version !== 'number') return failure('import/damaged')
  if (version > NEWEST_VERSION) return failure('import/too-new')

  const rows = database
    .prepare(
      `SELECT dc_id, CASE WHEN length(auth_key) = ${KEY_BYTES} THEN auth_key END AS auth_key FROM sessions LIMIT 2`,
    )
    .all()
  const [row] = rows
  // Telethon makes the row before anybody signs in, with an empty key.
  if (row === undefined) return failure('import/no-session')
  if (rows.length > 1) return failure('import/damaged')
  const { dc_id: dcId, auth_key: key } = row
  if (key === null) return failure('import/no-session')
  if (typeof dcId !== 'number' || !(key instanceof Uint8Array)) return failure('import/damaged')
  return sessionOf(dcId, key)
}

function sessionOf(dcId: number, key: Uint8Array): Found {
  const host = DATA_CENTRES.get(dcId)
  if (host === undefined) return failure('import/other-data-centre')
  if (key.every(byte => byte === 0)) return failure('import/no-session')
  return success({ dcId, host, port: 443, key: new Uint8Array(key) })
}

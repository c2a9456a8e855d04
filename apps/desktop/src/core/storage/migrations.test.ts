import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { memoryDatabase, tempFolder } from '../testing/index.ts'
import { SEALED_COLUMNS } from '../vault/sealed-places.ts'
import { openDatabase } from './index.ts'
import { migrations } from './migrations/index.ts'

/** What an installation of each version had in what that version added. */
const ROWS: Readonly<Record<number, string>> = {
  1: `INSERT INTO installation VALUES (1, 'vault');
      INSERT INTO sealed_record VALUES ('draft', 'composer', x'0102'), ('license', 'device', x'03');`,
  2: `INSERT INTO account (id, tg_user_id, sealed, premium, standing, added_at) VALUES ('a', '9007199254740993', x'04', 1, 'signed-in', 5);
      INSERT INTO chat VALUES ('a', '-1001', 0, 1, 'channel', x'05', 0, NULL, 1, 1, 0, NULL);
      INSERT INTO plan (id, account_id, token, time_zone, silent, link_preview, sealed, deliveries, created_at)
        VALUES ('p', 'a', 't', 'Europe/Paris', 0, 1, x'06', 2, 7);
      INSERT INTO delivery (seq, id, plan_id, account_id, chat_id, at, state, open, random_id, run)
        VALUES (1, 'd1', 'p', 'a', '-1001', 2000000000, 'queued', 1, '-9223372036854775808', 0),
               (2, 'd2', 'p', 'a', '-1001', 1000000000, 'published', 0, '2', 0);
      INSERT INTO lane VALUES ('a', 1, 3, '{}');`,
  3: `INSERT INTO wish VALUES (1, 'a', 'edit', 'held', NULL, 9, 0, NULL);
      INSERT INTO delivery_content VALUES (1, 'wished', x'07');
      INSERT INTO chat_queue VALUES ('a', '-1001', 4, 8);
      UPDATE delivery SET published_at = 1000000001 WHERE seq = 2;`,
  4: `INSERT INTO series VALUES ('s', 'a', 'active', x'08', 9, 10);
      INSERT INTO occurrence VALUES ('s', '-1001', '2027-01-04', 'd1', 0);`,
  5: `INSERT INTO media VALUES ('m', 'file', x'09', 11);
      INSERT INTO plan_media VALUES ('p', 'm');
      INSERT INTO uploaded_media VALUES ('a', 'm', 'photo', x'0a', 12);
      INSERT INTO delivery_part VALUES (1, 1, '3', 4);`,
  6: `INSERT INTO delivery_files VALUES (1, '["8"]');`,
}

type Rows = Record<string, Record<string, unknown>[]>

function rowsOf(database: DatabaseSync): Rows {
  const tables = database
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
    .all()
    .map(row => String(row['name']))
    .filter(name => name !== 'schema_migration')
  return Object.fromEntries(
    tables.map(name => {
      const statement = database.prepare(`SELECT * FROM ${name}`)
      statement.setReadBigInts(true)
      return [name, statement.all()]
    }),
  )
}

describe.each(migrations.slice(0, -1).map(({ name, version }) => ({ name, version })))(
  'data of $name',
  ({ version }) => {
    test('is all there after the newest version opened it, and a copy of it was made before', () => {
      const path = join(tempFolder(), 'autotele.db')
      openDatabase(path, migrations.slice(0, version)).close()
      const old = new DatabaseSync(path)
      for (let at = 1; at <= version; at++) old.exec(ROWS[at] ?? '')
      const before = rowsOf(old)
      old.close()

      let copied: Rows | null = null
      openDatabase(path, migrations, {
        beforeMigration: copyTo => {
          copyTo(`${path}.copy`)
          const copy = new DatabaseSync(`${path}.copy`)
          copied = rowsOf(copy)
          copy.close()
        },
      }).close()
      expect(copied).toEqual(before)
      const now = new DatabaseSync(path)
      expect(now.prepare('PRAGMA foreign_key_check').all()).toEqual([])
      expect(now.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length })
      const after = rowsOf(now)
      now.close()
      for (const [table, rows] of Object.entries(before)) {
        expect(after[table]).toHaveLength(rows.length)
        rows.forEach((row, index) => expect(after[table]![index]).toMatchObject(row))
      }
    })

    test('stays as it was when the copy cannot be made', () => {
      const path = join(tempFolder(), 'autotele.db')
      openDatabase(path, migrations.slice(0, version)).close()
      const open = () =>
        openDatabase(path, migrations, { beforeMigration: copyTo => copyTo(join(path, 'nowhere', 'copy')) })
      expect(open).toThrow()
      const database = new DatabaseSync(path)
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: version })
      database.close()
    })
  },
)

test('a new database is not copied first, nor one that is up to date', () => {
  const path = join(tempFolder(), 'autotele.db')
  const beforeMigration = (copyTo: (to: string) => void): void => copyTo(`${path}.copy`)
  openDatabase(path, migrations, { beforeMigration }).close()
  openDatabase(path, migrations, { beforeMigration }).close()
  expect(existsSync(`${path}.copy`)).toBe(false)
})

test('what has been released is never changed', () => {
  const released = migrations
    .slice(0, 4)
    .map(({ sql }) => createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex').slice(0, 16))
  expect(released).toMatchInlineSnapshot(`
    [
      "1e9ae176ca81f6f7",
      "97f7e785b4155526",
      "61e6539151008e26",
      "10b812b0e541d27c",
    ]
  `)
})

test('every column of bytes is known to a change of the data key, with an id for each row', () => {
  const database = memoryDatabase()
  const columns = database
    .all(
      `SELECT m.name || '.' || c.name AS place FROM sqlite_master AS m, pragma_table_info(m.name) AS c
       WHERE m.type = 'table' AND c.type = 'BLOB'`,
    )
    .map(row => String(row['place']))
  expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(columns.sort())
  for (const { table, column, kind, id } of SEALED_COLUMNS)
    expect(database.all(`SELECT ${column}, ${kind}, ${id} FROM ${table}`)).toEqual([])
})

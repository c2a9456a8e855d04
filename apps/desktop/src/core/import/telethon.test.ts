import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTelethonFile, readTelethonString } from './telethon.ts'
import { telethonFile, telethonString } from './testing/old-program.ts'

const key = new Uint8Array(randomBytes(256))
const session = { dcId: 4, host: '149.154.167.91', port: 443, key }
const refused = (error: string) => ({ ok: false, error })
const sqlite = (sql: string): Uint8Array => {
  const database = new DatabaseSync(':memory:')
  database.exec(sql)
  const bytes = Uint8Array.from(database.serialize())
  database.close()
  return bytes
}

describe('a Telethon string', () => {
  test.each([
    ['149.154.167.91', 353],
    ['2001:067c:04e8:f004:0000:0000:0000:000a', 369],
  ])('with the address %s gives its key back', (host, length) => {
    const text = telethonString({ ...session, host })
    expect(text).toHaveLength(length)
    expect(readTelethonString(` ${text}\n`)).toEqual({ ok: true, value: session })
    expect(readTelethonString(text.replace(/=+$/, ''))).toEqual({ ok: true, value: session })
  })

  test('the address it carries is not where this application goes', () => {
    expect(readTelethonString(telethonString({ ...session, host: '6.6.6.6', port: 6666 }))).toEqual({
      ok: true,
      value: session,
    })
  })

  test.each([
    ['', 'import/foreign'],
    ['bonjour', 'import/foreign'],
    [`2${telethonString(session).slice(1)}`, 'import/foreign'],
    [telethonString(session).slice(0, 200), 'import/damaged'],
    [telethonString({ ...session, dcId: 9 }), 'import/other-data-centre'],
    [telethonString({ ...session, key: new Uint8Array(256) }), 'import/no-session'],
  ])('%s is refused', (text, error) => {
    expect(readTelethonString(text)).toEqual(refused(error))
  })

  test('whatever is pasted is refused with a reason or read, never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ maxLength: 600 })), text => {
        const read = readTelethonString(`1${text}`)
        expect(read.ok ? read.value.key.length : read.error).toBeTruthy()
      }),
    )
  })
})

describe('a Telethon file', () => {
  test('of every known version gives its session', () => {
    for (let version = 1; version <= 7; version++)
      expect(readTelethonFile(telethonFile(session, { version }))).toEqual({ ok: true, value: session })
  })

  test('left in WAL mode is read as well', () => {
    const bytes = telethonFile(session)
    bytes.fill(2, 18, 20)
    expect(readTelethonFile(bytes)).toEqual({ ok: true, value: session })
  })

  test('of a later version is refused, and so is one of another library', () => {
    expect(readTelethonFile(telethonFile(session, { version: 8 }))).toEqual(refused('import/too-new'))
    const pyrogram = sqlite(`
      CREATE TABLE version (number INTEGER PRIMARY KEY);
      CREATE TABLE sessions (dc_id INTEGER PRIMARY KEY, api_id INTEGER, test_mode INTEGER, auth_key BLOB, date INTEGER)`)
    expect(readTelethonFile(pyrogram)).toEqual(refused('import/foreign'))
    expect(readTelethonFile(sqlite('CREATE TABLE notes (text)'))).toEqual(refused('import/foreign'))
    expect(readTelethonFile(new TextEncoder().encode('{"not":"a database"}'))).toEqual(
      refused('import/foreign'),
    )
  })

  test('in which nobody has signed in says so', () => {
    const empty = { ...session, key: new Uint8Array(0) }
    expect(readTelethonFile(telethonFile(empty))).toEqual(refused('import/no-session'))
    const none = telethonFile(session, { extra: 'DELETE FROM sessions' })
    expect(readTelethonFile(none)).toEqual(refused('import/no-session'))
  })

  test('with more than one session, or a key that is no bytes, is damaged', () => {
    const two = telethonFile(session, {
      extra: "INSERT INTO sessions VALUES (1, '', 443, zeroblob(256), NULL)",
    })
    expect(readTelethonFile(two)).toEqual(refused('import/damaged'))
    const text = telethonFile(session, { extra: "UPDATE sessions SET auth_key = printf('%256s', 'x')" })
    expect(readTelethonFile(text)).toEqual(refused('import/damaged'))
  })

  test('whose tables would run expressions of the file’s own is refused', () => {
    const view = telethonFile(session, {
      extra: `ALTER TABLE sessions RENAME TO hidden;
        CREATE VIEW sessions AS SELECT dc_id, server_address, port, auth_key FROM hidden`,
    })
    expect(readTelethonFile(view)).toEqual(refused('import/foreign'))
    const computed = telethonFile(session, {
      extra: `DROP TABLE sessions; CREATE TABLE sessions (dc_id INTEGER, server_address TEXT, port INTEGER,
        auth_key BLOB GENERATED ALWAYS AS (zeroblob(256)) VIRTUAL); INSERT INTO sessions (dc_id) VALUES (2)`,
    })
    expect(readTelethonFile(computed)).toEqual(refused('import/foreign'))
  })

  test('cut or altered anywhere is refused or read, and never takes the program with it', () => {
    const whole = telethonFile(session)
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 40 }),
        (length, changes) => {
          const bytes = whole.slice()
          for (const [at, value] of changes) bytes[at] = value
          for (const candidate of [bytes, whole.slice(0, length)]) {
            const read = readTelethonFile(candidate)
            expect(read.ok ? read.value.key.length === 256 : read.error.startsWith('import/')).toBe(true)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

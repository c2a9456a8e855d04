import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { eventually, memoryDatabase, tempFolder } from '../testing/index.ts'
import type { Migration } from './database.ts'
import { storageFailure } from './errors.ts'
import { lockFolder, openDatabase, readFileIfThere, writeFileAtomic } from './index.ts'

const one: Migration = {
  version: 1,
  name: 'one',
  sql: 'CREATE TABLE t (id INTEGER PRIMARY KEY, big INTEGER, bytes BLOB) STRICT',
}
const two: Migration = { version: 2, name: 'two', sql: 'ALTER TABLE t ADD COLUMN more TEXT' }
const file = () => join(tempFolder(), 'test.db')
const failing = (code: string) => expect.objectContaining({ message: code })

describe('database', () => {
  test('integers come back exact: numbers while they are, bigint beyond', () => {
    const db = openDatabase(':memory:', [one])
    db.run('INSERT INTO t (id, big, bytes) VALUES (1, ?, ?)', -(2n ** 63n), Uint8Array.of(1, 2))
    expect(db.get('SELECT * FROM t')).toEqual({ id: 1, big: -(2n ** 63n), bytes: Uint8Array.of(1, 2) })
    expect(db.run('UPDATE t SET big = ?', 5)).toBe(1)
    expect(db.all('SELECT big FROM t')).toEqual([{ big: 5 }])
    db.close()
  })

  test('a transaction that throws leaves nothing behind', () => {
    const db = openDatabase(':memory:', [one])
    expect(() =>
      db.transaction(() => {
        db.run('INSERT INTO t (id) VALUES (1)')
        throw new Error('half way')
      }),
    ).toThrow('half way')
    expect(db.all('SELECT * FROM t')).toEqual([])
    expect(db.transaction(() => db.run('INSERT INTO t (id) VALUES (1)'))).toBe(1)
    db.close()
  })

  test('a committed row survives kill -9', async () => {
    const path = file()
    const script = `
      import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'sqlite.ts'))}
      const db = openDatabase(${JSON.stringify(path)}, [{ version: 1, name: 'k', sql: 'CREATE TABLE k (n INTEGER)' }])
      for (let n = 1; ; n++) { db.run('INSERT INTO k VALUES (?)', n); process.stdout.write(n + '\\n') }`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    let seen = 0
    child.stdout.on('data', data => {
      seen = Number(String(data).trim().split('\n').at(-1))
      if (seen >= 50) child.kill('SIGKILL')
    })
    await once(child, 'exit')
    const db = new DatabaseSync(path)
    expect(Number(db.prepare('SELECT max(n) AS n FROM k').get()!['n'])).toBeGreaterThanOrEqual(seen)
    expect(seen).toBeGreaterThanOrEqual(50)
    db.close()
  })

  test('migrations are applied once, in order, and the rest of the file is kept', () => {
    const path = file()
    const first = openDatabase(path, [one])
    first.run('INSERT INTO t (id) VALUES (7)')
    first.close()
    const second = openDatabase(path, [one, two])
    expect(second.get('SELECT id, more FROM t')).toEqual({ id: 7, more: null })
    expect(second.get('PRAGMA user_version')).toEqual({ user_version: 2 })
    second.close()
    openDatabase(path, [one, two]).close()
  })

  test('a migration that fails half way leaves the schema as it was', () => {
    const path = file()
    openDatabase(path, [one]).close()
    const broken = { ...two, sql: 'CREATE TABLE u (id INTEGER); CREATE TABLE t (id INTEGER)' }
    expect(() => openDatabase(path, [one, broken])).toThrow()
    const db = openDatabase(path, [one, two])
    expect(db.all("SELECT name FROM sqlite_master WHERE name = 'u'")).toEqual([])
    db.close()
  })

  test('a database of a later version is refused and not one byte of it changes', () => {
    const path = file()
    openDatabase(path, [one, two]).close()
    const before = readFileSync(path)
    expect(() => openDatabase(path, [one])).toThrow(failing('storage/newer-version'))
    expect(readFileSync(path)).toEqual(before)
  })

  test('a migration changed after it was applied is refused', () => {
    const path = file()
    openDatabase(path, [one]).close()
    expect(() => openDatabase(path, [{ ...one, sql: `${one.sql}; ` }])).toThrow(failing('storage/damaged'))
    openDatabase(path, [{ ...one, sql: one.sql.replaceAll('\n', '\r\n') }]).close()
  })

  test.each([
    ['that is no database', (bytes: Buffer) => bytes.fill(0x41)],
    ['with an overwritten page', (bytes: Buffer) => bytes.fill(0x41, 4096)],
  ])('a file %s is refused and left as it is', (_name, damage) => {
    const path = file()
    const db = openDatabase(path, [one])
    for (let id = 0; id < 500; id++) db.run('INSERT INTO t (id, bytes) VALUES (?, ?)', id, new Uint8Array(50))
    db.close()
    writeFileSync(path, damage(readFileSync(path)))
    const before = readFileSync(path)
    expect(() => openDatabase(path, [one])).toThrow(failing('storage/damaged'))
    expect(readFileSync(path)).toEqual(before)
  })

  test('a full disk is named, and the row is not there', () => {
    const db = memoryDatabase()
    db.get('PRAGMA max_page_count = 12')
    const fill = () => db.run("INSERT INTO sealed_record VALUES ('k', 'i', zeroblob(1000000))")
    expect(fill).toThrow(failing('storage/disk-full'))
    expect(db.all('SELECT * FROM sealed_record')).toEqual([])
  })

  test.runIf(process.platform !== 'win32')('nobody else may read the database', () => {
    const path = file()
    const db = openDatabase(path, [one])
    db.run('INSERT INTO t (id) VALUES (1)')
    for (const name of ['', '-wal', '-shm']) expect(statSync(path + name).mode & 0o077).toBe(0)
    db.close()
  })
})

describe('files', () => {
  test('a file is replaced whole, privately, and no temporary file stays', async () => {
    const folder = tempFolder()
    const path = join(folder, 'deep', 'a.json')
    await writeFileAtomic(path, 'one')
    await writeFileAtomic(path, Uint8Array.of(0x32))
    expect(new TextDecoder().decode((await readFileIfThere(path))!)).toBe('2')
    expect(readdirSync(join(folder, 'deep'))).toEqual(['a.json'])
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await readFileIfThere(join(folder, 'absent'))).toBeNull()
  })

  test('when writing fails the old file stays and no temporary file is left', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'in-the-way'), 'file, not folder')
    await expect(writeFileAtomic(join(folder, 'in-the-way', 'a'), 'x')).rejects.toThrow()
    const target = join(folder, 'target')
    await writeFileAtomic(join(target, 'child'), 'a folder that a rename cannot replace')
    await expect(writeFileAtomic(target, 'x')).rejects.toThrow()
    expect(readdirSync(folder).sort()).toEqual(['in-the-way', 'target'])
  })

  test.each([
    ['ENOSPC', 'storage/disk-full'],
    ['EDQUOT', 'storage/disk-full'],
    ['EROFS', 'storage/read-only'],
    ['EACCES', 'storage/read-only'],
  ])('%s is told as %s', (code, told) => {
    expect(storageFailure(Object.assign(new Error(), { code }))).toEqual(failing(told))
  })

  test('an error without a remedy stays what it is', () => {
    const error = Object.assign(new Error('x'), { code: 'EIO' })
    expect(storageFailure(error)).toBe(error)
  })
})

describe('folder lock', () => {
  test('a second holder in the same process is refused, until the first lets go', () => {
    const folder = tempFolder()
    const lock = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(failing('storage/folder-in-use'))
    lock.release()
    lockFolder(folder).release()
  })

  test('another process holds it until it is killed, and leaves nothing that blocks', async () => {
    const folder = tempFolder()
    const script = `
      import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))}
      lockFolder(${JSON.stringify(folder)})
      process.stdout.write('held')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    await once(child.stdout, 'data')
    expect(() => lockFolder(folder)).toThrow(failing('storage/folder-in-use'))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await eventually(() => lockFolder(folder))
    lock.release()
  })
})

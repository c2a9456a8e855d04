import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionOf } from '../storage/connection.ts'
import { createDatabase } from '../testing/harness.ts'
import { changeDatabasePassword, OutOfTurnError, pairs } from './rotate.ts'
import { makeSecrets } from './secret-files.ts'

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'autotele-rotate-'))))
afterAll(() => rm(folder, { recursive: true }))
const read = async (file: string) => (await readFile(file, 'utf8')).trim()

describe('the database’s password', () => {
  let database: { url: string; drop: () => Promise<void> }
  let owner: pg.Client
  const role = `rotated_${randomBytes(6).toString('hex')}`
  const file = () => join(folder, 'database-url')
  const url = () => {
    const first = new URL(database.url)
    first.username = role
    first.password = 'first'
    return first
  }
  beforeAll(async () => {
    database = await createDatabase()
    owner = new pg.Client({ connectionString: database.url })
    await owner.connect()
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'first'`)
    await writeFile(file(), url().href)
  })
  afterAll(async () => {
    await owner.query(`DROP ROLE ${role}`)
    await owner.end()
    await database.drop()
  })
  const connect = async (pool = openPool()) => {
    const client = await pool.connect()
    client.release(true)
  }
  const openPool = () => new pg.Pool({ ...connectionOf({ url: url().href, file: file() }), max: 1 })

  test('changes while connections are made all the time, and none of them is refused', async () => {
    const before = await read(file())
    let over = false
    let made = 0
    const pool = openPool()
    const connecting = (async () => {
      while (!over) {
        await connect(pool)
        made++
      }
    })()
    await changeDatabasePassword(file())
    over = true
    await connecting
    expect(made).toBeGreaterThan(1)
    expect(await read(file())).not.toBe(before)
    await expect(new pg.Client({ connectionString: before }).connect()).rejects.toThrow(
      'password authentication',
    )
  })

  test.each(['before', 'after'])(
    'a change that was cut off %s the database knew of it is taken up',
    async when => {
      const next = new URL(await read(file()))
      next.password = randomBytes(8).toString('hex')
      await writeFile(`${file()}.next`, next.href)
      if (when === 'after') await owner.query(`ALTER ROLE ${role} PASSWORD '${next.password}'`)
      await changeDatabasePassword(file())
      expect(await read(file())).toBe(next.href)
      expect((await readdir(folder)).filter(name => name.includes('next'))).toEqual([])
      await connect()
    },
  )
})

test('a pair of secrets goes through its steps in turn, and a step out of turn changes nothing', async () => {
  const file = join(folder, 'pair')
  await writeFile(file, 'old')
  await expect(pairs.finish(file)).rejects.toThrow(OutOfTurnError)
  await expect(pairs.switch(file)).rejects.toThrow(OutOfTurnError)
  await pairs.begin(file, () => 'new', 'last')
  expect(await read(file)).toBe('old,new')
  await expect(pairs.begin(file, () => 'newer', 'last')).rejects.toThrow('under way')
  await pairs.switch(file)
  expect(await read(file)).toBe('new,old')
  await pairs.finish(file)
  expect(await read(file)).toBe('new')
})

test('secrets are made once, strong, each for those who need it, and what is there stays', async () => {
  const place = join(folder, 'secrets')
  const first = await makeSecrets(place)
  expect(first.recipient).toMatch(/^age1[0-9a-z]{58}$/)
  expect(first.made).toContain('pepper')
  expect(Buffer.from(await read(join(place, 'pepper')), 'base64')).toHaveLength(32)
  expect(new URL(await read(join(place, 'database-url'))).password).toMatch(/^[0-9a-f]{64}$/)
  if (process.platform !== 'win32') {
    expect((await stat(join(place, 'pepper'))).mode & 0o777).toBe(0o640)
    expect((await stat(place)).mode & 0o007).toBe(0)
  }
  await rm(join(place, 'pepper'))
  const again = await makeSecrets(place)
  expect(again).toEqual({ made: ['pepper'], recipient: first.recipient })
})

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, until } from '../testing/harness.ts'
import { openStorage } from './database.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { prepareLedgerRole } from './ledger-role.ts'
import { migrate } from './migrate.ts'

async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

describe('migrations', () => {
  test('replicas that start together on an empty database apply each migration once', async () => {
    const database = await createDatabase()
    const applied = await Promise.all([1, 2, 3].map(() => migrate(database.url)))
    expect(applied.flat()).toEqual([...new Set(applied.flat())])
    expect(applied.flat().length).toBeGreaterThan(0)
    expect(await migrate(database.url)).toEqual([])
    const rows = await query<{ migration_name: string; finished_at: Date | null }>(
      database.url,
      'SELECT migration_name, finished_at, rolled_back_at FROM _prisma_migrations ORDER BY started_at',
    )
    expect(rows.map(row => row.migration_name)).toEqual(applied.flat())
    expect(rows.every(row => row.finished_at)).toBe(true)
    await database.drop()
  })
})

describe('the role that the server works as', () => {
  test('reads and adds to the ledger and can do no more to it, while every other table is open to it', async () => {
    const database = await createDatabase()
    await migrate(database.url)
    const notices: string[] = []
    const role = await prepareLedgerRole(database.url, text => notices.push(text))
    expect(notices).toEqual([])
    const { db } = openStorage({ url: database.url, file: undefined }, () => undefined, role)
    await db.license.create({ data: { id: 'lic', createdAt: new Date(), seats: 2 } })
    await db.license.update({ where: { id: 'lic' }, data: { seats: 3 } })
    const row = { licenseId: 'lic', invoiceId: 'inv', revision: 0, kind: 'grant', paidAt: new Date() }
    await db.ledgerEntry.create({ data: { ...row, recordedAt: new Date() } })
    // Refused by the privilege, before any trigger is asked.
    for (const statement of ['UPDATE ledger SET flags = flags', 'DELETE FROM ledger', 'TRUNCATE ledger']) {
      await expect(db.$executeRawUnsafe(statement)).rejects.toThrow(/permission denied|42501/)
    }
    await expect(db.$executeRawUnsafe('ALTER TABLE ledger DISABLE TRIGGER ALL')).rejects.toThrow()
    expect(await db.ledgerEntry.count()).toBe(1)
    await db.$disconnect()
    await database.drop()
  })

  test('is made once by replicas that start together, and kept by the next ones', async () => {
    const database = await createDatabase()
    await migrate(database.url)
    const notices: string[] = []
    const make = () => prepareLedgerRole(database.url, text => notices.push(text))
    const roles = [...(await Promise.all([make(), make(), make()])), await make()]
    expect(new Set(roles).size).toBe(1)
    expect(notices).toEqual([])
    await database.drop()
  })

  test('an owner that may not make roles is told so, and its triggers still refuse', async () => {
    const database = await createDatabase()
    const name = `owner_${randomUUID().replaceAll('-', '')}`
    await query(database.url, `CREATE ROLE ${name} LOGIN PASSWORD 'secret-of-the-owner'`)
    await query(database.url, `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} OWNER TO ${name}`)
    const url = new URL(database.url)
    url.username = name
    url.password = 'secret-of-the-owner'
    await migrate(url.href)
    const notices: string[] = []
    expect(await prepareLedgerRole(url.href, text => notices.push(text))).toBeUndefined()
    expect(notices).toHaveLength(1)
    expect(notices.join()).not.toContain('secret-of-the-owner')
    await query(
      url.href,
      `INSERT INTO licenses (id, created_at, seats) VALUES ('lic', now(), 2);
       INSERT INTO ledger (license_id, invoice_id, revision, kind, paid_at, recorded_at)
       VALUES ('lic', 'inv', 0, 'grant', now(), now())`,
    )
    await expect(query(url.href, 'DELETE FROM ledger')).rejects.toThrow('append-only')
    await database.drop()
  })
})

describe('embedded PostgreSQL', () => {
  let folder: string
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'autotele-embedded-'))))
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const postmaster = async () =>
    Number((await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])

  test('a second server on the same folder is refused and the first is not disturbed', async () => {
    const first = await startEmbeddedPostgres(folder)
    await query(first.databaseUrl, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)')
    await expect(startEmbeddedPostgres(folder)).rejects.toThrow('already running')
    expect(await query(first.databaseUrl, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
    await first.stop()
  })

  test('what its killed owner left running is taken over, with its data', async () => {
    const script = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./embedded-postgres.ts', import.meta.url).href)})
      await startEmbeddedPostgres(${JSON.stringify(folder)})
      console.log('ready')
      setInterval(() => undefined, 1000)`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: dirname(fileURLToPath(import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(owner.stdout, 'data')
    const orphan = await postmaster()
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    // The kernel closes the dead owner's session; the server notices in its own time.
    const adopted = await until(() => startEmbeddedPostgres(folder).catch(() => false as const))
    expect(await postmaster()).toBe(orphan)
    expect(await query(adopted.databaseUrl, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
    await adopted.stop()
  })

  test('PostgreSQL itself killed loses nothing that was committed', async () => {
    const first = await startEmbeddedPostgres(folder)
    await query(first.databaseUrl, 'INSERT INTO kept VALUES (2)')
    const pid = await postmaster()
    process.kill(pid, 'SIGKILL')
    const again = await until(() => startEmbeddedPostgres(folder).catch(() => false as const))
    expect(await query(again.databaseUrl, 'SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }])
    await again.stop()
  })
})

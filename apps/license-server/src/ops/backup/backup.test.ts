import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../../cli/commands.ts'
import { openDatabase } from '../../storage/database.ts'
import { createDatabase, startHarness, type Harness } from '../../testing/harness.ts'
import { nextRun } from './next-run.ts'
import { readStatus, toMetrics } from './status.ts'
import { copyAway, listBackups, pruneBackups } from './store.ts'

let harness: Harness
let folder: string
let env: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autotele-backup-'))
  harness = await startHarness()
  const identity = await generateX25519Identity()
  env = {
    DATABASE_URL: harness.config.databaseUrl!,
    AUTOTELE_DATA_DIR: harness.config.dataDir,
    AUTOTELE_BTCPAY_URL: harness.btcpay.url,
    AUTOTELE_BTCPAY_API_KEY: 'test-key',
    AUTOTELE_BTCPAY_STORE_ID: 'store',
    AUTOTELE_BACKUP_DIR: join(folder, 'backups'),
    AUTOTELE_BACKUP_IDENTITY: identity,
    AUTOTELE_BACKUP_RECIPIENTS: await identityToRecipient(identity),
  }
  const device = harness.device()
  const checkout = await harness.checkout(device)
  await harness.pay(checkout.invoiceId)
  await harness.poll(device, checkout)
  await run(['admin:create', '--email', 'owner@example.com'])
})
afterAll(async () => {
  await harness.stop()
  await rm(folder, { recursive: true, force: true })
})

type Answer = {
  readonly [name: string]: unknown
  readonly failed: boolean
  readonly problems: readonly string[]
  readonly rehearsal: { readonly ok: boolean; readonly problems: readonly string[]; readonly rows: unknown }
}
async function run(args: string[], more: Record<string, string> = {}): Promise<Answer> {
  const lines: string[] = []
  const streams = { out: (line: string) => lines.push(line), error: () => undefined }
  await runCommand([...args, '--json'], { ...env, ...more }, streams)
  const failed = process.exitCode === 1
  process.exitCode = 0
  return { ...(JSON.parse(lines.join('')) as Answer), failed }
}
const allRows = async (url: string) => {
  const db = openDatabase(url, () => undefined)
  try {
    return {
      licenses: await db.license.findMany(),
      ledger: await db.ledgerEntry.findMany(),
      checkouts: await db.checkout.findMany(),
      seats: await db.seat.findMany(),
      inbox: await db.inboxEvent.findMany(),
      audit: await db.auditEntry.findMany(),
      keys: await db.signingKey.findMany(),
    }
  } finally {
    await db.$disconnect()
  }
}

describe('a backup', () => {
  test('is encrypted, checksummed, copied away, rehearsed, and shown in the metrics', async () => {
    const copies = join(folder, 'copies')
    await mkdir(copies)
    const made = await run(['backup:create', '--rehearse'], { AUTOTELE_BACKUP_COPY_TO: copies })
    expect(made).toMatchObject({ copied: true, rehearsal: { ok: true, problems: [] }, failed: false })
    expect(made['rehearsal'].rows).toMatchObject({ licenses: 1, ledger: 1, audit_log: 1 })
    const name = String(made['backup'])
    expect(await readdir(copies)).toEqual([name, `${name}.sha256`])
    const bytes = await readFile(join(folder, 'backups', name))
    expect(bytes.subarray(0, 21).toString()).toBe('age-encryption.org/v1')
    const metrics = await readFile(join(folder, 'backups', 'metrics', 'autotele_backup.prom'), 'utf8')
    expect(metrics).toContain('autotele_backup_rehearsal_ok 1\n')
    expect(metrics).toMatch(/autotele_backup_copy_last_success_timestamp_seconds \d{10}\n/)
    // No scratch database stays behind.
    expect(
      await harness.db.$queryRaw`SELECT datname FROM pg_database WHERE datname LIKE 'autotele_rehearsal%'`,
    ).toEqual([])
  })

  test('restores every row as it was into an empty database, whose server goes on where the old one stopped', async () => {
    const target = await createDatabase()
    const restored = await run(['backup:restore'], { DATABASE_URL: target.url })
    expect(restored['rows']).toMatchObject({ licenses: 1 })
    expect(await allRows(target.url)).toEqual(await allRows(harness.config.databaseUrl!))
    await expect(run(['backup:restore'], { DATABASE_URL: target.url })).rejects.toThrow('is not empty')
    const db = openDatabase(target.url, () => undefined)
    const [entry] = await db.ledgerEntry.findMany()
    const { id: _id, ...row } = entry!
    // The sequence was moved along, and the append-only triggers stand.
    expect((await db.ledgerEntry.create({ data: { ...row, invoiceId: 'next' } })).id).toBe(entry!.id + 1n)
    await expect(db.$executeRaw`DELETE FROM ledger`).rejects.toThrow('append-only')
    await db.$disconnect()
    await target.drop()
  })

  test('with one bit changed, cut off, or for another identity is refused before anything is filled', async () => {
    const backups = join(folder, 'backups')
    const [backup] = await listBackups(backups)
    const whole = await readFile(backup!.path)
    await appendFile(backup!.path, 'x')
    expect(await run(['backup:rehearse'])).toMatchObject({
      ok: false,
      failed: true,
      problems: [expect.stringContaining('its checksum differs')],
    })
    expect(await readStatus(backups)).toMatchObject({ rehearsalOk: false })
    await writeFile(backup!.path, whole)
    const other = { AUTOTELE_BACKUP_IDENTITY: await generateX25519Identity() }
    expect(await run(['backup:rehearse'], other)).toMatchObject({ ok: false })
    expect(await run(['backup:rehearse'])).toMatchObject({ ok: true, failed: false })
  })

  test('whose keys are not the server’s, or that breaks an invariant, does not pass the rehearsal', async () => {
    const wrong = Buffer.alloc(32, 9).toString('base64')
    const rehearsal = await run(['backup:rehearse'], {
      AUTOTELE_KEY_ENCRYPTION_KEY: wrong,
      AUTOTELE_PEPPER: wrong,
    })
    expect(rehearsal['problems'].join('\n')).toMatch(
      /AUTOTELE_PEPPER is another[^]*signing key .* cannot be opened[^]*authenticator/,
    )
    await harness.db.license.updateMany({ data: { paidThrough: new Date() } })
    const broken = await run(['backup:create', '--rehearse'])
    expect(broken['rehearsal'].problems).toEqual(['1 rows break paid_through_is_fold'])
  })
})

describe('what is kept', () => {
  test('thirty days, and the newest however old it is', async () => {
    const place = await mkdtemp(join(folder, 'kept-'))
    for (const day of ['01', '02', '20']) {
      for (const end of ['', '.sha256'])
        await writeFile(join(place, `autotele-202610${day}T020000Z.backup.age${end}`), '')
    }
    const at = (text: string) => Temporal.Instant.from(text)
    const [first, second] = ['01', '02'].map(day => `autotele-202610${day}T020000Z.backup.age`)
    expect(await pruneBackups(place, 30, at('2026-10-31T12:00:00Z'))).toEqual([first])
    expect(await pruneBackups(place, 30, at('2027-11-02T02:00:00Z'))).toEqual([second])
    expect(await readdir(place)).toEqual([
      'autotele-20261020T020000Z.backup.age',
      'autotele-20261020T020000Z.backup.age.sha256',
    ])
  })

  test('a copy goes over WebDAV with its credentials in a header, and a refusal is an error that names no address', async () => {
    const place = await mkdtemp(join(folder, 'dav-'))
    const name = 'autotele-20261101T020000Z.backup.age'
    await writeFile(join(place, name), 'sealed')
    await writeFile(join(place, `${name}.sha256`), 'sum')
    const seen: string[] = []
    let status = 201
    const server = createServer((request, response) => {
      void buffer(request).then(body => {
        seen.push(
          `${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''} ${String(body)}`,
        )
        response.writeHead(status).end()
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const copyTo = `http://us%40er:pass@127.0.0.1:${String((server.address() as AddressInfo).port)}/dav`
    const [backup] = await listBackups(place)
    await copyAway(backup!, copyTo, ['old'])
    const basic = `Basic ${Buffer.from('us@er:pass').toString('base64')}`
    expect(seen).toEqual([
      `PUT /dav/${name}.sha256 ${basic} sum`,
      `PUT /dav/${name} ${basic} sealed`,
      `DELETE /dav/old ${basic} `,
      `DELETE /dav/old.sha256 ${basic} `,
    ])
    status = 507
    await expect(copyAway(backup!, copyTo, [])).rejects.toThrow(/^the place for copies answered HTTP 507$/)
    server.close()
  })
})

test.each([
  ['2026-11-22T00:30:00Z', '2026-11-21T01:00:00Z', '2026-11-22T01:00:00Z'],
  ['2026-11-22T01:00:00Z', '2026-11-22T01:00:00Z', '2026-11-23T01:00:00Z'],
  // Clocks go forward: 02:00 is not on the clock that night, and 03:00 takes its place.
  ['2027-03-27T22:00:00Z', '2027-03-27T01:00:00Z', '2027-03-28T01:00:00Z'],
  ['2026-11-22T12:00:00Z', '2026-11-20T01:00:00Z', '2026-11-22T12:00:00Z'],
])('at %s, after one at %s, the next backup at 02:00 in Paris is due at %s', (now, newest, due) => {
  const at = (text: string) => Temporal.Instant.from(text)
  expect(nextRun(at(now), 'Europe/Paris', '02:00', at(newest)).toString()).toBe(due)
  expect(nextRun(at(now), 'Europe/Paris', '02:00', undefined).toString()).toBe(at(now).toString())
})

test('a value that is not known is no metric', () => {
  expect(toMetrics({ rehearsalOk: false })).toBe(
    '# HELP autotele_backup_rehearsal_ok 1 when the newest rehearsal was a good one\n# TYPE autotele_backup_rehearsal_ok gauge\nautotele_backup_rehearsal_ok 0\n',
  )
})

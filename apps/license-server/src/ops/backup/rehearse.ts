import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { createAudit, totpContext } from '../../admin/index.ts'
import type { Clock } from '../../clock.ts'
import type { Secrets } from '../../config/secrets.ts'
import { countViolations } from '../../http/invariants.ts'
import { signingKeyContext } from '../../licensing/index.ts'
import { openDatabase, type Database } from '../../storage/database.ts'
import { migrate } from '../../storage/migrate.ts'
import { fillFrom, type RowCounts, type SnapshotHeader } from './snapshot.ts'
import { readBackup, verifyChecksum } from './store.ts'

export type Restored = { readonly header: SnapshotHeader; readonly rows: RowCounts }
export type Rehearsal = {
  readonly ok: boolean
  /** What is wrong with the backup, in words; empty when it is good. */
  readonly problems: readonly string[]
  readonly rows: RowCounts
}

/** Restores a backup into an empty database and brings it to the newest migration. */
export async function restoreBackup(path: string, identity: string, databaseUrl: string): Promise<Restored> {
  await verifyChecksum(path)
  const restored = await fillFrom({
    lines: readBackup(path, identity),
    databaseUrl,
    prepare: async migrations => void (await migrate(databaseUrl, migrations)),
  })
  await migrate(databaseUrl)
  return restored
}

/** Whether a database has no table of ours: only such a one is restored into. */
export async function isEmpty(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ n: string }>(
      `SELECT count(*) AS n FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    )
    return rows[0]?.n === '0'
  } finally {
    await client.end()
  }
}

/**
 * Restores a backup into a database that is made for it and dropped again, and looks whether it would do: no invariant
 * broken, the audit log whole to its end, every sealed key openable with the keys this server has.
 */
export async function rehearse(options: {
  readonly path: string
  readonly identity: string
  /** Of the cluster to do it in; its user may make databases. */
  readonly databaseUrl: string
  readonly secrets: Pick<Secrets, 'pepper' | 'sealing'>
  readonly clock: Clock
}): Promise<Rehearsal> {
  const { path, identity, databaseUrl, secrets, clock } = options
  const name = `autotele_rehearsal_${randomBytes(6).toString('hex')}`
  const scratch = new URL(databaseUrl)
  scratch.pathname = `/${name}`
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${name}`)
    const { header, rows } = await restoreBackup(path, identity, scratch.href)
    const db = openDatabase(scratch.href, () => undefined)
    try {
      const problems = await judge(db, header, secrets, clock)
      return { ok: problems.length === 0, problems, rows }
    } finally {
      await db.$disconnect()
    }
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch(() => undefined)
    await client.end()
  }
}

async function judge(
  db: Database,
  header: SnapshotHeader,
  { pepper, sealing }: Pick<Secrets, 'pepper' | 'sealing'>,
  clock: Clock,
): Promise<string[]> {
  const problems: string[] = []
  for (const [invariant, n] of Object.entries(await countViolations(db, clock))) {
    if (n > 0) problems.push(`${String(n)} rows break ${invariant}`)
  }
  const audit = await createAudit({ pepper, clock }).verify(db, header.auditHead ?? undefined)
  if (!audit.ok)
    problems.push(`the audit log is broken at ${audit.brokenAt ?? 'its end'}, or AUTOTELE_PEPPER is another`)
  const opens = (sealed: Uint8Array, context: string): boolean => {
    try {
      sealing.open(sealed, context)
      return true
    } catch {
      return false
    }
  }
  const keys = await db.signingKey.findMany({ where: { state: { not: 'revoked' } } })
  for (const { kid, sealedPrivate } of keys) {
    if (!opens(sealedPrivate, signingKeyContext(kid))) problems.push(`signing key ${kid} cannot be opened`)
  }
  for (const { id, sealedTotp } of await db.administrator.findMany()) {
    if (!opens(sealedTotp, totpContext(id))) problems.push(`the authenticator of ${id} cannot be opened`)
  }
  return problems
}

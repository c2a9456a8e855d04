import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { RestorePart, RestorePreview } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Random } from '../ports.ts'
import { parseConfig } from '../settings/index.ts'
import { migrations, openDatabase, schemaOf, vaultOf, type Database } from '../storage/index.ts'
import { createKeyHolder, openPrevious, opensCheck, parseVaultFile, type VaultFile } from '../vault/index.ts'
import { CONFIG_FILE, DATABASE, filesIn, MEDIA_FILE, SESSION_FILE, SESSIONS, VAULT_FILE } from './layout.ts'

export type Counts = RestorePreview['counts']

/** What is in a staged folder, once it was found to be whole. */
export type Staged = {
  readonly parts: readonly RestorePart[]
  readonly vault: VaultFile
  readonly counts: Counts
  readonly accounts: RestorePreview['accounts']
  readonly sessionMissing: boolean
  readonly migrated: boolean
}

export const countsOf = (database: Database): Counts => {
  const count = (sql: string): number => Number(database.get(`SELECT count(*) AS n FROM ${sql}`)?.['n'])
  return {
    accounts: count(`account WHERE standing <> 'removed'`),
    chats: count('chat WHERE present = 1'),
    waiting: count('delivery WHERE open = 1'),
    messages: count('delivery'),
    series: count('series'),
  }
}

/**
 * Verifies what was staged, brings it up to date, and makes it safe to go on with: what was not placed yet is paused.
 * It may have been placed since, by this computer or another, and would come out twice. `key` is the vault's, where it
 * is known. Throws `backup/damaged`, `storage/newer-version`.
 */
export function prepareStaged(folder: string, key: Uint8Array | null, random: Random): Staged {
  const path = join(folder, DATABASE)
  const vaultPath = join(folder, VAULT_FILE)
  const vault = existsSync(vaultPath) ? parseVaultFile(readFileSync(vaultPath, 'utf8')) : null
  const before = existsSync(path) ? schemaOf(path) : 0
  if (!existsSync(path) || !vault) throw new CallFailure('backup/damaged')
  const database = openStaged(path)
  try {
    refuseForeign(database)
    const owner = vaultOf(database)
    if (owner !== null && owner !== vault.id) throw new CallFailure('backup/damaged')
    const ids = database
      .all(`SELECT id FROM account WHERE standing <> 'removed'`)
      .map(row => String(row['id']))
    const sessions = new Set(filesIn(join(folder, SESSIONS)).filter(name => SESSION_FILE.test(name)))
    const has = (id: string): boolean => sessions.has(`${id}.session`)
    const accounts = key && readAccounts(database, { vault, key, random, folder, has })
    pauseEverything(database)
    return {
      parts: [
        'database',
        ...(sessions.size > 0 || ids.length === 0 ? (['sessions'] as const) : []),
        'vault',
        ...(existsSync(join(folder, CONFIG_FILE)) ? (['settings'] as const) : []),
      ],
      vault,
      counts: countsOf(database),
      accounts,
      sessionMissing: !ids.every(has),
      migrated: before < (migrations.at(-1)?.version ?? 0),
    }
  } finally {
    database.close()
    // Everything is in the file itself once its last connection is closed.
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  }
}

function openStaged(path: string): Database {
  try {
    return openDatabase(path, migrations)
  } catch (error) {
    if (error instanceof CallFailure && error.error.code === 'storage/damaged')
      throw new CallFailure('backup/damaged')
    throw error
  }
}

/**
 * A backup is opened by a passphrase, and whoever gave it may have made the rest as well: nothing in the database may act
 * by itself, and no name in it may lead out of the folder that it is a name in.
 */
function refuseForeign(database: Database): void {
  const ours = openDatabase(':memory:', migrations)
  const parts = (of: Database): string =>
    JSON.stringify(
      of.all(
        `SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*' ORDER BY type, name`,
      ),
    )
  try {
    if (parts(database) !== parts(ours)) throw new CallFailure('backup/damaged')
  } finally {
    ours.close()
  }
  const names = (sql: string): readonly string[] => database.all(sql).map(row => String(row['name']))
  if (
    !names('SELECT id AS name FROM account').every(id => SESSION_FILE.test(`${id}.session`)) ||
    !names('SELECT file AS name FROM media').every(file => MEDIA_FILE.test(file))
  )
    throw new CallFailure('backup/damaged')
}

const Person = z.object({ name: z.string(), phone: z.string() })

/** Also shows that the key opens what is there: each account, and each session. */
function readAccounts(
  database: Database,
  at: {
    readonly vault: VaultFile
    readonly key: Uint8Array
    readonly random: Random
    readonly folder: string
    readonly has: (id: string) => boolean
  },
): NonNullable<RestorePreview['accounts']> {
  const { vault, key, random, folder, has } = at
  if (!opensCheck(vault, key)) throw new CallFailure('backup/damaged')
  const holder = createKeyHolder(random)
  try {
    const open = { vaultId: vault.id, salt: vault.salt, key: Uint8Array.from(key) }
    holder.take({ ...open, previous: openPrevious(vault, key) })
    return database
      .all(`SELECT id, sealed FROM account WHERE standing <> 'removed' ORDER BY added_at, rowid`)
      .map(row => {
        const id = String(row['id'])
        const person = Person.parse(
          JSON.parse(holder.sealer.openText('account', id, row['sealed'] as Uint8Array)),
        )
        if (has(id))
          holder.sealer.open('session', id, readFileSync(join(folder, SESSIONS, `${id}.session`))).fill(0)
        return { ...person, session: has(id) }
      })
  } catch {
    throw new CallFailure('backup/damaged')
  } finally {
    holder.drop()
  }
}

function pauseEverything(database: Database): void {
  database.transaction(() => {
    database.run(`INSERT INTO lane (account_id, paused, pace)
      SELECT id, 1, '{}' FROM account WHERE id NOT IN (SELECT account_id FROM lane)`)
    database.run('UPDATE lane SET paused = 1')
    database.run(`UPDATE series SET state = 'paused' WHERE state = 'active'`)
  })
}

/** Where things are is this computer's business: `paths` stays what it is here. */
export function keepPaths(staged: string, here: string): void {
  const path = join(staged, CONFIG_FILE)
  if (!existsSync(path)) return
  const object = (file: string) => parseConfig(readFileSync(file, 'utf8')).raw ?? {}
  const { paths: _theirs, ...rest } = object(path)
  const { paths: ours } = existsSync(here) ? object(here) : {}
  const next = ours === undefined ? rest : { ...rest, paths: ours }
  writeFileSync(path, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600, flush: true })
}

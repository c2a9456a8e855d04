import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { Temporal } from 'temporal-polyfill'
import { systemClock } from '../clock.ts'
import type { BackupConfig, Config } from '../config/config.ts'
import { loadConfig } from '../config/config.ts'
import { readOrMakeSecret } from '../config/files.ts'
import { resolveSecrets } from '../config/secrets.ts'
import { createLog } from '../log.ts'
import {
  isEmpty,
  listBackups,
  nextRun,
  readStatus,
  rehearseInto,
  restoreBackup,
  runNightly,
} from '../ops/backup/index.ts'
import { fail, withDatabaseUrl, type Invocation } from './environment.ts'

const clock = systemClock
type Settled = BackupConfig & { readonly folder: string }

/** Where backups go and who can open them; outside production both are made in the data folder. */
export async function backupSettings(config: Config, say: (text: string) => void): Promise<Settled> {
  const { backup, production, dataDir } = config
  if (production) {
    if (backup.folder === undefined) return fail('AUTOTELE_BACKUP_DIR is not set')
    if (backup.recipients.length === 0) {
      return fail(
        'AUTOTELE_BACKUP_RECIPIENTS is not set: deploy/generate-secrets.sh makes an identity and its recipient',
      )
    }
    return { ...backup, folder: backup.folder }
  }
  const folder = backup.folder ?? join(dataDir, 'backups')
  if (backup.recipients.length > 0) return { ...backup, folder }
  const draft = await generateX25519Identity()
  const made = await readOrMakeSecret(dataDir, 'backup-identity', () => draft)
  if (made.made) say(`made backup-identity in ${dataDir}, for trying only`)
  return { ...backup, folder, identity: made.value, recipients: [await identityToRecipient(made.value)] }
}

async function open({ env, say }: Invocation) {
  const config = loadConfig(env)
  return { config, backup: await backupSettings(config, say), secrets: await resolveSecrets(config, say) }
}

const failing = (say: (text: string) => void) => (step: string, error: unknown) => {
  process.exitCode = 1
  say(`${step} failed: ${error instanceof Error ? error.message : 'unknown'}`)
}

/** `backup:create [--rehearse]`: what is done every night, now. */
export async function backupCreate(invocation: Invocation): Promise<unknown> {
  const { options, env, say } = invocation
  const { backup, secrets } = await open(invocation)
  return await withDatabaseUrl(env, async databaseUrl => {
    const rehearsing = options['rehearse'] === true
    if (rehearsing && backup.identity === undefined) return fail('AUTOTELE_BACKUP_IDENTITY is not set')
    const report = await runNightly({
      databaseUrl,
      backup,
      secrets,
      clock,
      rehearsing,
      onError: failing(say),
    })
    say(`${report.backup.path}\n${String(report.bytes)} bytes, sha256 ${report.sha256}`)
    if (report.copied) say('copied away')
    if (report.rehearsal?.ok) say(`rehearsed well: ${describe(report.rehearsal.rows)}`)
    return { ...report, backup: report.backup.name }
  })
}

const describe = (rows: Readonly<Record<string, number>>): string =>
  `${String(Object.values(rows).reduce((sum, n) => sum + n, 0))} rows in ${String(Object.keys(rows).length)} tables`

/** `backup:list`: the backups there are, newest first, and what is known of them. */
export async function backupList(invocation: Invocation): Promise<unknown> {
  const { backup } = await open(invocation)
  const backups = (await listBackups(backup.folder)).map(one => one.name)
  const status = await readStatus(backup.folder)
  for (const name of backups) invocation.say(name)
  const { rehearsedAt } = status
  const when = rehearsedAt === undefined ? 'never' : new Date(rehearsedAt * 1000).toISOString()
  invocation.say(
    `${String(backups.length)} backups in ${backup.folder}; a restore was last rehearsed well: ${when}`,
  )
  return { folder: backup.folder, backups, status }
}

async function chosen(
  backup: Settled,
  words: readonly string[],
): Promise<{ path: string; identity: string }> {
  const [file] = words
  const path = file === undefined ? (await listBackups(backup.folder))[0]?.path : resolve(backup.folder, file)
  if (path === undefined) return fail(`there is no backup in ${backup.folder}`)
  return { path, identity: backup.identity ?? fail('AUTOTELE_BACKUP_IDENTITY is not set') }
}

/** `backup:restore [file]`: into the server's database, which must be empty. */
export async function backupRestore(invocation: Invocation): Promise<unknown> {
  const { words, env, say } = invocation
  const { backup } = await open(invocation)
  const { path, identity } = await chosen(backup, words)
  return await withDatabaseUrl(env, async databaseUrl => {
    if (!(await isEmpty(databaseUrl))) {
      return fail(
        'the database is not empty. Stop the servers, rename it (ALTER DATABASE autotele RENAME TO autotele_old), ' +
          'make an empty one (CREATE DATABASE autotele OWNER autotele) and restore again',
      )
    }
    const { header, rows } = await restoreBackup(path, identity, databaseUrl)
    say(`restored ${describe(rows)} as of ${header.createdAt}`)
    say('Start the servers, then run: reconcile --from-zero, for what was paid since.')
    return { path, createdAt: header.createdAt, rows }
  })
}

/** `backup:rehearse [file]`: restores into a scratch database, looks whether it would do, and drops it. */
export async function backupRehearse(invocation: Invocation): Promise<unknown> {
  const { words, env, say } = invocation
  const { backup, secrets } = await open(invocation)
  const { path, identity } = await chosen(backup, words)
  return await withDatabaseUrl(env, async databaseUrl => {
    const rehearsal = await rehearseInto(backup.folder, { path, identity, databaseUrl, secrets, clock })
    if (rehearsal.ok) say(`${path} would do: ${describe(rehearsal.rows)}`)
    else for (const problem of rehearsal.problems) failing(say)('rehearsal', new Error(problem))
    return { path, ...rehearsal }
  })
}

/** How long at most before the clock is looked at again: a suspended host, a changed clock. */
const LOOK_MS = 60_000
/** After a night that failed. */
const RETRY_MS = 15 * 60_000

/** `backup:schedule`: runs until it is told to stop; every night a backup and its rehearsal. */
export async function backupSchedule(invocation: Invocation): Promise<unknown> {
  const { config, backup, secrets } = await open(invocation)
  const log = createLog(config.logLevel)
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())
  const pause = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined)
  const zone = Temporal.Now.timeZoneId()
  log.info({ at: backup.at, zone, keptDays: backup.keptDays }, 'backups scheduled')
  while (!stopping.signal.aborted) {
    const now = clock()
    const next = nextRun(now, zone, backup.at, (await listBackups(backup.folder))[0]?.at)
    const wait = next.since(now).total('milliseconds')
    if (wait > 0) {
      await pause(Math.min(wait, LOOK_MS))
      continue
    }
    try {
      await withDatabaseUrl(invocation.env, async databaseUrl => {
        const onError = (step: string, error: unknown) =>
          log.error({ err: error, step }, 'a step of the backup failed')
        const report = await runNightly({ databaseUrl, backup, secrets, clock, rehearsing: true, onError })
        const { bytes, copied, pruned, rehearsal } = report
        log.info(
          { backup: report.backup.name, bytes, copied, pruned, rehearsed: rehearsal?.ok },
          'backup made',
        )
      })
    } catch (error) {
      log.error({ err: error }, 'no backup could be made; it is tried again in 15 minutes')
      await pause(RETRY_MS)
    }
  }
  return { stopped: true }
}

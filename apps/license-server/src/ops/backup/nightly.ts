import type { Clock } from '../../clock.ts'
import { toUnix } from '../../clock.ts'
import type { BackupConfig } from '../../config/config.ts'
import type { Secrets } from '../../config/secrets.ts'
import { rehearse, type Rehearsal } from './rehearse.ts'
import { readSnapshot } from './snapshot.ts'
import { updateStatus } from './status.ts'
import { copyAway, listBackups, pruneBackups, writeBackup, type Backup } from './store.ts'

export type NightlyReport = {
  readonly backup: Backup
  readonly bytes: number
  readonly sha256: string
  readonly pruned: readonly string[]
  /** `undefined` when no place for copies is configured. */
  readonly copied: boolean | undefined
  /** `undefined` when it was not asked for, or when this machine has no identity to open backups with. */
  readonly rehearsal: Rehearsal | undefined
}

/**
 * A night's work: dump, encrypt, checksum, prune, copy, rehearse, each step recorded for the metrics as it succeeds. A copy
 * or a rehearsal that fails does not undo the backup: `onError` is told, and its age becomes an alert.
 */
export async function runNightly(options: {
  readonly databaseUrl: string
  readonly backup: BackupConfig & { readonly folder: string }
  readonly secrets: Pick<Secrets, 'pepper' | 'sealing'>
  readonly clock: Clock
  readonly rehearsing: boolean
  readonly onError: (step: 'copy' | 'rehearsal', error: unknown) => void
  readonly fetch?: typeof fetch
}): Promise<NightlyReport> {
  const { databaseUrl, secrets, clock, rehearsing, onError } = options
  const { folder, recipients, identity, copyTo, keptDays } = options.backup
  const at = clock()
  const lines = readSnapshot(databaseUrl, at.toString())
  const { backup, bytes, sha256 } = await writeBackup({ folder, recipients, at, lines })
  const pruned = await pruneBackups(folder, keptDays, at)
  const kept = (await listBackups(folder)).length
  await updateStatus(folder, { createdAt: toUnix(at), bytes, kept })

  let copied: boolean | undefined
  if (copyTo !== undefined) {
    copied = false
    try {
      await copyAway(backup, copyTo, pruned, options.fetch)
      copied = true
      await updateStatus(folder, { copiedAt: toUnix(clock()) })
    } catch (error) {
      onError('copy', error)
    }
  }
  let rehearsal: Rehearsal | undefined
  if (rehearsing && identity !== undefined) {
    rehearsal = await rehearseInto(folder, { path: backup.path, identity, databaseUrl, secrets, clock })
    if (!rehearsal.ok) onError('rehearsal', new Error(rehearsal.problems.join('; ')))
  }
  return { backup, bytes, sha256, pruned, copied, rehearsal }
}

/** Rehearses and records how it went; a backup that cannot even be read is a bad rehearsal. */
export async function rehearseInto(
  folder: string,
  options: Parameters<typeof rehearse>[0],
): Promise<Rehearsal> {
  const rehearsal = await rehearse(options).catch((error: unknown): Rehearsal => {
    const problem = error instanceof Error ? error.message : 'unknown'
    return { ok: false, problems: [problem], rows: {} }
  })
  await updateStatus(folder, {
    rehearsalOk: rehearsal.ok,
    ...(rehearsal.ok ? { rehearsedAt: toUnix(options.clock()) } : {}),
  })
  return rehearsal
}

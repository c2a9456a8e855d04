import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const seconds = z.number().int().nonnegative().optional()
/** Unix seconds, of what went well last. */
const statusSchema = z.object({
  createdAt: seconds,
  bytes: seconds,
  kept: seconds,
  copiedAt: seconds,
  rehearsedAt: seconds,
  /** Whether the newest rehearsal was a good one. */
  rehearsalOk: z.boolean().optional(),
})
export type BackupStatus = z.infer<typeof statusSchema>

/** Folder that node_exporter's textfile collector reads, within the folder of the backups. */
const METRICS = 'metrics'

const SHOWN: readonly (readonly [keyof BackupStatus, string, string])[] = [
  ['createdAt', 'autotele_backup_last_success_timestamp_seconds', 'When the newest backup was made'],
  ['bytes', 'autotele_backup_last_size_bytes', 'Size of the newest backup'],
  ['kept', 'autotele_backup_kept', 'Backups in the folder'],
  ['copiedAt', 'autotele_backup_copy_last_success_timestamp_seconds', 'When a backup was last copied away'],
  [
    'rehearsedAt',
    'autotele_backup_rehearsal_last_success_timestamp_seconds',
    'When a restore was last rehearsed well',
  ],
  ['rehearsalOk', 'autotele_backup_rehearsal_ok', '1 when the newest rehearsal was a good one'],
]

/** What is known of the backups of a folder; empty when nothing ever happened there. */
export async function readStatus(folder: string): Promise<BackupStatus> {
  const text = await readFile(join(folder, 'status.json'), 'utf8').catch(() => '{}')
  return statusSchema.catch({}).parse(JSON.parse(text))
}

/** Adds to what is known, and writes it as metrics as well. */
export async function updateStatus(folder: string, change: BackupStatus): Promise<BackupStatus> {
  const status = { ...(await readStatus(folder)), ...change }
  await mkdir(join(folder, METRICS), { recursive: true, mode: 0o755 })
  await replace(join(folder, 'status.json'), JSON.stringify(status) + '\n')
  await replace(join(folder, METRICS, 'autotele_backup.prom'), toMetrics(status))
  return status
}

/** As Prometheus reads it; a value that is not known is not there, rather than 0. */
export function toMetrics(status: BackupStatus): string {
  return SHOWN.flatMap(([key, name, help]) => {
    const value = status[key]
    if (value === undefined) return []
    return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${String(Number(value))}`]
  })
    .join('\n')
    .concat('\n')
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text, { mode: 0o644 })
  await rename(`${path}.part`, path)
}

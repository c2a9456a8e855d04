import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Log } from '../core/ports.ts'
import { LOG_FILE, logFileName } from '../core/logs/file-name.ts'
import { fromLevel, logLevel } from '../core/settings/index.ts'
import { dataPaths } from '../core/storage/paths.ts'
import { redactField } from './redaction.ts'

export type { Log } from '../core/ports.ts'

const KEPT_DAYS = 90

/**
 * Writes `autotele_YYYYMMDD.log` in the data folder's `logs`, one line each: local time with its offset, level,
 * `source` (which process), event, fields as JSON (which escapes line breaks: no value can forge a line). `level` is
 * `AUTOTELE_LOG_LEVEL`. Files older than 90 days are removed when a day begins. A log that cannot be written never
 * stops the program.
 */
export function openLog(options: {
  readonly dataFolder: string
  readonly source: 'core' | 'host' | 'main'
  readonly level: string | undefined
  readonly clock: Clock
}): Log {
  const { source, clock } = options
  const folder = logFolder(options.dataFolder)
  let today = ''

  const write: Log = (level, event, fields = {}) => {
    const { day, time } = localTime(clock.now())
    const safe = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, redactField(name, value)]),
    )
    const line = `${time} ${level.toUpperCase().padEnd(7)} [${source}] ${event} ${JSON.stringify(safe)}\n`
    try {
      if (day !== today) {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        removeOld(folder, clock.now())
        today = day
      }
      appendFileSync(join(folder, logFileName(day)), line, { mode: 0o600 })
    } catch {
      today = ''
    }
  }
  return fromLevel(logLevel(options.level), write)
}

/** The last lines of today's file, as they were written: without secrets. Empty when it cannot be read. */
export function logTail(dataFolder: string, clock: Clock, lines: number): readonly string[] {
  try {
    const file = join(logFolder(dataFolder), logFileName(localTime(clock.now()).day))
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines)
  } catch {
    return []
  }
}

function removeOld(folder: string, now: number): void {
  const oldest = localTime(now - KEPT_DAYS * 86_400_000).day
  for (const name of readdirSync(folder)) {
    const day = LOG_FILE.exec(name)?.[1]
    if (day !== undefined && day < oldest) rmSync(join(folder, name), { force: true })
  }
}

function localTime(now: number): { day: string; time: string } {
  const offsetMinutes = -new Date(now).getTimezoneOffset()
  const local = new Date(now + offsetMinutes * 60_000).toISOString().slice(0, -1)
  const minutes = Math.abs(offsetMinutes)
  const two = (value: number): string => String(value).padStart(2, '0')
  const offset = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
  return { day: local.slice(0, 10).replaceAll('-', ''), time: local + offset }
}

/** `paths.logs_dir` of the configuration file, read before the core reads it in earnest; a bad file is the core's to report. */
function logFolder(dataFolder: string): string {
  const standard = dataPaths(dataFolder)
  try {
    const config = JSON.parse(readFileSync(standard.configFile, 'utf8')) as { paths?: { logs_dir?: unknown } }
    const logs = config.paths?.logs_dir
    return typeof logs === 'string' && logs !== ''
      ? dataPaths(dataFolder, { logs_dir: logs }).logs
      : standard.logs
  } catch {
    return standard.logs
  }
}

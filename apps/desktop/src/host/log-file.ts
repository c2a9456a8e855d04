import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Log } from '../core/ports.ts'
import { LOG_FILE, logFileName } from '../core/logs/file-name.ts'
import { fromLevel, logLevel, parseConfig } from '../core/settings/index.ts'
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
        removeOld(folder, day)
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

/** Counted from the last day that was written before this one: a clock that is ahead for a moment clears nothing. */
function removeOld(folder: string, today: string): void {
  const days = readdirSync(folder).flatMap(name => LOG_FILE.exec(name)?.[1] ?? [])
  const last =
    days
      .filter(day => day < today)
      .sort()
      .at(-1) ?? today
  const oldest = daysBefore(last, KEPT_DAYS - 1)
  for (const day of days) if (day < oldest) rmSync(join(folder, logFileName(day)), { force: true })
}

/** Of a day as log files have it in their names. */
function daysBefore(day: string, count: number): string {
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6)].map(Number)
  const before = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, (date ?? 1) - count))
  return before.toISOString().slice(0, 10).replaceAll('-', '')
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
    const { values } = parseConfig(readFileSync(standard.configFile, 'utf8'))
    return dataPaths(dataFolder, { logs_dir: values['paths.logs_dir'] }).logs
  } catch {
    return standard.logs
  }
}

import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LogLevelName, LogLine, type Handlers } from '../../contract/index.ts'
import type { Emit, LogLevel, Timers } from '../ports.ts'
import { LOG_FILE, logFileName } from './file-name.ts'

export type Logs = {
  readonly handlers: Pick<Handlers, 'logs.read' | 'logs.follow'>
  /** Days there is a file of, newest first. */
  days(): Promise<readonly string[]>
  /** The end of one day's file as it is written, whole lines, at most `bytes` of it. */
  tail(day: string, bytes: number): Promise<string>
  stop(): void
}

const LOOK_EVERY_MS = 1000
const FOLLOWED_FOR_MS = 60_000
const LINES_PER_EVENT = 500
/** What is read of one file: at debug level a day can be large, and its end is what is asked for. */
const LONGEST_TAIL = 4 * 1024 * 1024
const LINE = /^(\S+) (DEBUG|INFO|WARNING|ERROR)\s+\[(\w+)\] (\S+) (\{.*\})$/

/** Reads what `host/log-file` writes, of all processes of this installation. */
export function createLogs(deps: {
  readonly folder: string
  /** What is written at all. */
  readonly level: LogLevel
  readonly timers: Timers
  readonly emit: Emit
}): Logs {
  const { folder, level, timers, emit } = deps
  let cancelLook = (): void => undefined
  let looksLeft = 0
  /** How far the newest file has been told. */
  let told: { readonly day: string; readonly offset: number } | null = null

  const days = async (): Promise<readonly string[]> => {
    const names = await readdir(folder).catch(() => [])
    return names
      .flatMap(name => LOG_FILE.exec(name)?.[1] ?? [])
      .sort()
      .reverse()
  }
  const fileOf = (day: string): string => join(folder, logFileName(day))
  const sizeOf = (day: string): Promise<number> =>
    stat(fileOf(day)).then(
      ({ size }) => size,
      () => 0,
    )

  /** From `offset` on, without a last line that is still being written. */
  const readFrom = async (day: string, offset: number, most: number): Promise<Buffer> => {
    const file = await open(fileOf(day), 'r').catch(() => null)
    if (file === null) return Buffer.alloc(0)
    try {
      const bytes = Buffer.alloc(most)
      const { bytesRead } = await file.read(bytes, 0, most, offset)
      return bytes.subarray(0, bytes.subarray(0, bytesRead).lastIndexOf(10) + 1)
    } finally {
      await file.close()
    }
  }

  const tail = async (day: string, most: number): Promise<string> => {
    const from = Math.max(0, (await sizeOf(day)) - most)
    const bytes = await readFrom(day, from, most)
    // Cut within a line: that line is left out.
    return bytes.toString('utf8', from === 0 ? 0 : bytes.indexOf(10) + 1)
  }

  /** What was written after `place`, its own day's end first when there is a newer one; `told` moves on. */
  const since = async (place: NonNullable<typeof told>, newest: string): Promise<LogLine[]> => {
    const bytes = await readFrom(place.day, place.offset, LONGEST_TAIL)
    const lines = linesOf(bytes.toString('utf8'))
    if (place.day === newest) {
      told = { day: newest, offset: place.offset + bytes.length }
      return lines
    }
    return [...lines, ...(await since({ day: newest, offset: 0 }, newest))]
  }

  const look = async (): Promise<void> => {
    const [newest] = await days()
    if (newest !== undefined) {
      const lines = told === null ? [] : await since(told, newest)
      told ??= { day: newest, offset: await sizeOf(newest) }
      if (lines.length > 0) emit('logs.appended', { lines: lines.slice(-LINES_PER_EVENT) })
    }
    if (--looksLeft > 0) cancelLook = timers.after(LOOK_EVERY_MS, () => void look())
    else told = null
  }

  const read: Handlers['logs.read'] = async ({ level: least, lines: wanted, day }) => {
    const all = await days()
    const asked = day === null ? all : all.filter(one => one === day)
    let lines: LogLine[] = []
    for (const one of asked) {
      if (lines.length >= wanted) break
      const older = linesOf(await tail(one, LONGEST_TAIL)).filter(line => isAtLeast(line.level, least))
      lines = [...older, ...lines].slice(-wanted)
    }
    return { lines, days: [...all], folder, level }
  }

  return {
    handlers: {
      'logs.read': read,
      'logs.follow': ({ on }) => {
        const idle = looksLeft <= 0
        looksLeft = on ? FOLLOWED_FOR_MS / LOOK_EVERY_MS : 0
        if (!on) {
          cancelLook()
          told = null
        } else if (idle) void look()
        return {}
      },
    },
    days,
    tail,
    stop: () => {
      looksLeft = 0
      cancelLook()
    },
  }
}

const isAtLeast = (level: LogLevel, least: LogLevel): boolean =>
  LogLevelName.options.indexOf(level) >= LogLevelName.options.indexOf(least)

const linesOf = (text: string): LogLine[] => text.split('\n').flatMap(line => readLine(line) ?? [])

/** Null for what our log did not write. */
function readLine(text: string): LogLine | null {
  const [, at, level, source, event, fields] = LINE.exec(text) ?? []
  if (fields === undefined) return null
  try {
    const line = { at, level: level?.toLowerCase(), source, event, fields: JSON.parse(fields) as unknown }
    const parsed = LogLine.safeParse(line)
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

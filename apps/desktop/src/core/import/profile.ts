import { z } from 'zod'
import type { ErrorCode, ImportWarning } from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'

// The files of the older AutoTele, as its sources write them. Each entry is read for itself: one that is broken takes
// nothing else with it.

/** The older program saved no more of a text, in characters as Python counts them: code points. */
const SAVED_TEXT = 200
const MOST_ENTRIES = 50_000

const short = (most: number) => z.string().transform(text => text.slice(0, most))
const Title = short(300)

const IndexEntry = z.object({
  phone: short(40).catch(''),
  account_name: short(200).catch(''),
  default_message: short(20_000).nullish().catch(null),
  default_schedules: z.array(z.unknown()).max(200).nullish().catch(null),
})

const Task = z.object({
  task_id: short(100),
  session_id: short(200).catch(''),
  account_name: short(200).catch(''),
  groups: z
    .array(z.object({ id: z.union([z.int(), z.string()]).nullish(), title: Title.catch('') }))
    .max(5000)
    .catch([]),
  message: short(20_000),
  schedule_time: short(60).catch(''),
  file_path: z.string().nullish().catch(null),
  status: short(40).catch('pending'),
})

const HistoryEntry = z.object({
  timestamp: short(60),
  account: short(200).catch(''),
  groups: z.array(Title).max(5000).catch([]),
  message_preview: short(200).catch(''),
  schedule_time: short(60).nullish().catch(null),
  status: short(60).catch(''),
})

export type OldAccount = {
  readonly sessionId: string
  /** Digits only; empty when the index does not say. */
  readonly phone: string
  readonly name: string
  readonly text: string
  /** `09:00`. */
  readonly hours: readonly string[]
}

export type OldTask = {
  readonly id: string
  readonly sessionId: string
  readonly accountName: string
  readonly chats: readonly { readonly id: string | null; readonly title: string }[]
  readonly text: string
  readonly date: string | null
  readonly warnings: readonly ImportWarning[]
}

export type OldEntry = {
  readonly notedAt: string
  readonly plannedFor: string | null
  readonly accountName: string
  readonly chats: readonly string[]
  readonly preview: string
  readonly status: string
}

/** `sessions/sessions_index.json`. */
export function readIndex(bytes: Uint8Array): Result<readonly OldAccount[], ErrorCode> {
  const parsed = z.record(z.string().max(200), z.unknown()).safeParse(jsonOf(bytes))
  if (!parsed.success) return failure('import/damaged')
  return success(
    Object.entries(parsed.data)
      .slice(0, 1000)
      .flatMap(([sessionId, value]) => {
        const entry = IndexEntry.safeParse(value)
        if (!entry.success) return []
        const { phone, account_name: name, default_message: text, default_schedules: hours } = entry.data
        return [
          {
            sessionId,
            phone: phone.replace(/\D/g, ''),
            name: name || phone || sessionId,
            text: text?.trim() ?? '',
            hours: (hours ?? []).flatMap(hourOf),
          },
        ]
      }),
  )
}

/** `config/scheduled_tasks.json`: only what had not left yet. */
export function readTasks(bytes: Uint8Array): Result<readonly OldTask[], ErrorCode> {
  return eachOf(bytes, Task, task => {
    if (!['pending', 'processing'].includes(task.status)) return null
    const date = localDate(task.schedule_time)
    const warnings: ImportWarning[] = []
    if ([...task.message].length >= SAVED_TEXT) warnings.push('text-cut')
    if (task.file_path != null && task.file_path !== '') warnings.push('file-left-out')
    if (date === null) warnings.push('date-unreadable')
    return {
      id: task.task_id,
      sessionId: task.session_id,
      accountName: task.account_name,
      // Telethon's marked ids; a positive one is a person, to whom nothing is sent from here.
      chats: task.groups.map(({ id, title }) => ({
        id: /^-\d{1,20}$/.test(String(id)) ? String(id) : null,
        title,
      })),
      text: task.message,
      date,
      warnings,
    }
  })
}

/** `logs/send_history.json`. */
export function readHistory(bytes: Uint8Array): Result<readonly OldEntry[], ErrorCode> {
  return eachOf(bytes, HistoryEntry, entry => {
    const notedAt = localDate(entry.timestamp)
    if (notedAt === null) return null
    return {
      notedAt,
      plannedFor: localDate(entry.schedule_time ?? ''),
      accountName: entry.account,
      chats: entry.groups,
      preview: entry.message_preview,
      status: entry.status,
    }
  })
}

function eachOf<S extends z.ZodType, T>(
  bytes: Uint8Array,
  schema: S,
  read: (value: z.output<S>) => T | null,
): Result<readonly T[], ErrorCode> {
  const list = jsonOf(bytes)
  if (!Array.isArray(list)) return failure('import/damaged')
  return success(
    list.slice(-MOST_ENTRIES).flatMap((value: unknown) => {
      const entry = schema.safeParse(value)
      const result = entry.success ? read(entry.data) : null
      return result === null ? [] : [result]
    }),
  )
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** Python's `isoformat()` of a time without a zone, to the minute; null when it is no date. */
function localDate(text: string): string | null {
  const [, date] = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?$/.exec(text.replace(' ', 'T')) ?? []
  if (date === undefined) return null
  const read = new Date(`${date}Z`)
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(date) ? date : null
}

function hourOf(value: unknown): string[] {
  const [, hour, minute] =
    /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(typeof value === 'string' ? value.trim() : '') ?? []
  return hour === undefined || minute === undefined ? [] : [`${hour.padStart(2, '0')}:${minute}`]
}

import { addDays, readDay, readTime, toInstant, toLocal, typedDay } from '../../lib/time.ts'

/** A date as it is being typed; `null` fields of `readRow` say what is not readable yet. */
export type DateRow = { readonly id: number; readonly day: string; readonly time: string }

export type ReadRow = {
  /** `YYYY-MM-DDTHH:MM`, once both fields are readable. */
  readonly local: string | null
  readonly dayWrong: boolean
  readonly timeWrong: boolean
  readonly past: boolean
  readonly blank: boolean
}

/** What a row means on the wall clock of `zone`. `now`: milliseconds since 1970. */
export function readRow({ day, time }: DateRow, zone: string, now: number): ReadRow {
  const date = readDay(day, toLocal(now, zone).slice(0, 10))
  const clock = readTime(time)
  const local = date !== null && clock !== null ? `${date}T${clock}` : null
  return {
    local,
    dayWrong: day.trim() !== '' && date === null,
    timeWrong: time.trim() !== '' && clock === null,
    past: local !== null && Date.parse(toInstant(local, zone)) <= now,
    blank: day.trim() === '' && time.trim() === '',
  }
}

/** A row that shows a stored date. */
export const rowOf = (id: number, local: string): DateRow => ({
  id,
  day: typedDay(local.slice(0, 10)),
  time: local.slice(11, 16),
})

/** In one hour, to the next five minutes, so that there is time to finish and to check. */
export function inOneHour(now: number, zone: string): string {
  const step = 5 * 60_000
  return toLocal(Math.ceil((now + 3_600_000) / step) * step, zone)
}

export const tomorrowAtNine = (now: number, zone: string): string =>
  `${addDays(toLocal(now, zone).slice(0, 10), 1)}T09:00`

/** The day after a date, at the same time of day. */
export const dayAfter = (local: string): string => `${addDays(local.slice(0, 10), 1)}T${local.slice(11, 16)}`

/** Reads `9h 12h30, 18:00`. Null when one of them is no time of day, or there is none. */
export function readTimes(typed: string): readonly string[] | null {
  const parts = typed.split(/[\s,;]+/).filter(part => part !== '')
  const times = parts.flatMap(part => readTime(part) ?? [])
  return parts.length === 0 || times.length < parts.length ? null : [...new Set(times)].sort()
}

/** Telegram takes dates up to a year ahead, and a plan as many (contract). */
const MOST_DATES = 366

/** Every day from `first` to `last` that falls on one of `weekdays` (1 is Monday), at each of `times`. */
export function crossed(
  first: string,
  last: string,
  weekdays: readonly number[],
  times: readonly string[],
): readonly string[] {
  const dates: string[] = []
  for (let day = first; day <= last && dates.length < MOST_DATES; day = addDays(day, 1)) {
    const weekday = ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1
    if (weekdays.includes(weekday)) dates.push(...times.map(time => `${day}T${time}`))
  }
  return dates.slice(0, MOST_DATES)
}

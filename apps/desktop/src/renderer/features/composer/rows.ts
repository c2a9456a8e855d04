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

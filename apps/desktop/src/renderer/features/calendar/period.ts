import { addDays } from '../../lib/time.ts'

/** `chats` is a week with a row for each chat of each account. */
export type Span = 'month' | 'week' | 'day' | 'chats'

/** How far a message is moved: by days on the wall clock of its own zone, or by hours of real time. */
export type Step = { readonly days: number } | { readonly hours: number }

/** The Monday of a day's week, `YYYY-MM-DD`. */
export function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return addDays(day, -weekday)
}

/** The days that a calendar shows around `day`: itself, its week, or the whole weeks of its month. */
export function daysShown(span: Span, day: string): readonly string[] {
  if (span === 'day') return [day]
  if (span !== 'month') return seven(mondayOf(day))
  const first = `${day.slice(0, 7)}-01`
  const days: string[] = []
  for (let monday = mondayOf(first); monday <= lastOf(day); monday = addDays(monday, 7))
    days.push(...seven(monday))
  return days
}

/** The same place one period later (`by` 1) or earlier (-1); the 31st becomes the last of a shorter month. */
export function shifted(span: Span, day: string, by: 1 | -1): string {
  if (span !== 'month') return addDays(day, (span === 'day' ? 1 : 7) * by)
  const there = by === 1 ? addDays(lastOf(day), 1) : addDays(`${day.slice(0, 7)}-01`, -1)
  const wanted = `${there.slice(0, 7)}-${day.slice(8)}`
  return wanted < lastOf(there) ? wanted : lastOf(there)
}

/** What an arrow does to a message, with Alt; undefined for other keys. Up and down mean an hour where hours are shown. */
export function stepOf(key: string, span: Span): Step | undefined {
  if (key === 'ArrowLeft') return { days: -1 }
  if (key === 'ArrowRight') return { days: 1 }
  const sign = { ArrowUp: -1, ArrowDown: 1 }[key]
  if (sign === undefined || span === 'chats') return undefined
  return span === 'month' ? { days: 7 * sign } : { hours: sign }
}

const seven = (monday: string): readonly string[] => Array.from({ length: 7 }, (_, i) => addDays(monday, i))
const lastOf = (day: string): string => {
  const [year = 0, month = 0] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
}

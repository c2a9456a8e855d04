import { addDays } from '../../lib/time.ts'

export type Span = 'month' | 'week'

/** The Monday of a day's week, `YYYY-MM-DD`. */
export function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return addDays(day, -weekday)
}

/** The days that a calendar shows around `day`: its week, or the whole weeks of its month. */
export function daysShown(span: Span, day: string): readonly string[] {
  if (span === 'week') return seven(mondayOf(day))
  const first = `${day.slice(0, 7)}-01`
  const days: string[] = []
  for (let monday = mondayOf(first); monday <= lastOf(day); monday = addDays(monday, 7))
    days.push(...seven(monday))
  return days
}

/** The same place one period later (`by` 1) or earlier (-1); the 31st becomes the last of a shorter month. */
export function shifted(span: Span, day: string, by: 1 | -1): string {
  if (span === 'week') return addDays(day, 7 * by)
  const there = by === 1 ? addDays(lastOf(day), 1) : addDays(`${day.slice(0, 7)}-01`, -1)
  const wanted = `${there.slice(0, 7)}-${day.slice(8)}`
  return wanted < lastOf(there) ? wanted : lastOf(there)
}

const seven = (monday: string): readonly string[] => Array.from({ length: 7 }, (_, i) => addDays(monday, i))
const lastOf = (day: string): string => {
  const [year = 0, month = 0] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
}

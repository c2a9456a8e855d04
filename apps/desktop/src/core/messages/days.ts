import { resolveLocalTime } from '@autotele/shared'
import { CallFailure } from '../failure.ts'
import { secondsOf } from '../time.ts'

/** A calendar day and when it begins and ends where it is counted, Unix seconds. */
export type Day = { readonly day: string; readonly start: number; readonly end: number }

const DAY_MS = 86_400_000
const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)

/** The days from `from` to `to` (`2027-07-14`), both included, `most` of them; throws `plan/zone-unknown`. */
export function daysBetween(from: string, to: string, zone: string, most: number): readonly Day[] {
  const startOf = (day: string): number => {
    const found = resolveLocalTime(`${day}T00:00`, zone)
    if (found === null) throw new CallFailure('plan/zone-unknown', { zone })
    return secondsOf(found.instant)
  }
  const days: Day[] = []
  let start = startOf(from)
  for (let day = from; day <= to && days.length < most; day = dayAfter(day)) {
    const end = startOf(dayAfter(day))
    days.push({ day, start, end })
    start = end
  }
  return days
}

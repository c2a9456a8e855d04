import { z } from 'zod'
import { Temporal } from 'temporal-polyfill'
import { isLocalTime, resolveLocalTime, type LocalTimeAdjustment } from './local-time.ts'

/** A day of the calendar, without a zone: `2027-07-14`. */
export const CalendarDay = z.string().refine(day => isLocalTime(`${day}T00:00`))

/** ISO 8601: 1 is Monday, 7 is Sunday. */
export const Weekday = z.int().min(1).max(7)
export type Weekday = z.infer<typeof Weekday>

const Frequency = z.discriminatedUnion('unit', [
  z.strictObject({ unit: z.literal('day'), every: z.int().min(1).max(365) }),
  /** Weeks begin on Monday; the first is the one of `from`. */
  z.strictObject({
    unit: z.literal('week'),
    every: z.int().min(1).max(52),
    days: z.array(Weekday).min(1).max(7),
  }),
  z.strictObject({
    unit: z.literal('month'),
    every: z.int().min(1).max(24),
    on: z.discriminatedUnion('by', [
      /** `missing`: what a month without that day gets, its last day or nothing. */
      z.strictObject({
        by: z.literal('day'),
        day: z.int().min(1).max(31),
        missing: z.enum(['last', 'skip']),
      }),
      /** The second Tuesday; -1 is the last of the month. */
      z.strictObject({
        by: z.literal('weekday'),
        nth: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(-1)]),
        weekday: Weekday,
      }),
    ]),
  }),
])

/** When something comes again, on the wall clock of a zone that is named beside it. */
export const Recurrence = z.strictObject({
  /** The first day it may fall on. */
  from: CalendarDay,
  /** `09:00`: it stays so on both sides of a change of clocks. */
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/),
  frequency: Frequency,
  end: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('never') }),
    /** The last day it may fall on. */
    z.strictObject({ kind: z.literal('until'), day: CalendarDay }),
    z.strictObject({ kind: z.literal('count'), count: z.int().min(1).max(1000) }),
  ]),
})
export type Recurrence = z.infer<typeof Recurrence>

/** One time of a rule. `day` names it: it stays the same whatever the clocks do. */
export type Occurrence = {
  readonly day: string
  readonly instant: string
  /** On the zone's wall clock, after the rules for gaps and overlaps. */
  readonly local: string
  readonly adjustment: LocalTimeAdjustment
}

/** A rule that never ends is followed this far, so that a rule that falls on no day at all ends too. */
const LAST_YEAR = 2200
const DAY_HOURS = 24

/**
 * The first `n` times of `rule` after the instant `after` (ISO 8601), in order; fewer where the rule ends, none in a zone
 * that does not exist. In a gap the time moves forward, in an overlap the first of the two is taken (RFC 5545, 3.3.5). A
 * day that the zone's calendar leaves out (Apia, 30 December 2011) is no occurrence.
 */
export function nextOccurrences(
  rule: Recurrence,
  timeZone: string,
  after: string,
  n: number,
): readonly Occurrence[] {
  const found: Occurrence[] = []
  const from = Temporal.Instant.from(after).epochMilliseconds
  for (const occurrence of occurrences(rule, timeZone, from)) {
    if (found.length >= n) break
    if (Temporal.Instant.from(occurrence.instant).epochMilliseconds > from) found.push(occurrence)
  }
  return found
}

/** Every time of the rule, from some moment not later than `from` (milliseconds) on; all of them where they are counted. */
function* occurrences(rule: Recurrence, timeZone: string, from: number): Generator<Occurrence> {
  const counted = rule.end.kind === 'count'
  let left = rule.end.kind === 'count' ? rule.end.count : Infinity
  const last = rule.end.kind === 'until' ? rule.end.day : `${LAST_YEAR}-12-31`
  for (const day of days(rule, counted ? null : from)) {
    const text = day.toString()
    if (text > last || left <= 0) return
    const resolved = resolveLocalTime(`${text}T${rule.time}`, timeZone)
    if (resolved === null) return
    const wanted = day.toPlainDateTime(Temporal.PlainTime.from(rule.time))
    const moved = wanted.until(Temporal.PlainDateTime.from(resolved.local), { largestUnit: 'hours' }).hours
    if (moved >= DAY_HOURS) continue
    left -= 1
    yield { day: text, ...resolved }
  }
}

/** The days of the rule in order. `near` (milliseconds) lets what lies well before it be passed over. */
function* days({ from, frequency }: Recurrence, near: number | null): Generator<Temporal.PlainDate> {
  const first = Temporal.PlainDate.from(from)
  // Two days cover every zone and every move of the clock.
  const target =
    near === null
      ? first
      : Temporal.Instant.fromEpochMilliseconds(near)
          .toZonedDateTimeISO('UTC')
          .toPlainDate()
          .subtract({ days: 2 })
  const start = Temporal.PlainDate.compare(target, first) > 0 ? target : first
  const { every } = frequency
  switch (frequency.unit) {
    case 'day': {
      const passed = Math.ceil(first.until(start).days / every)
      for (
        let day = first.add({ days: passed * every });
        day.year <= LAST_YEAR;
        day = day.add({ days: every })
      )
        yield day
      return
    }
    case 'week': {
      const monday = first.subtract({ days: first.dayOfWeek - 1 })
      const passed = Math.floor(monday.until(start).days / (every * 7))
      const offsets = [...new Set(frequency.days)].sort((a, b) => a - b).map(day => day - 1)
      let week = monday.add({ days: passed * every * 7 })
      for (; week.year <= LAST_YEAR; week = week.add({ days: every * 7 }))
        for (const offset of offsets) {
          const day = week.add({ days: offset })
          if (Temporal.PlainDate.compare(day, first) >= 0) yield day
        }
      return
    }
    case 'month': {
      const begin = first.toPlainYearMonth()
      const months = begin.until(start.toPlainYearMonth(), { largestUnit: 'months' }).months
      let month = begin.add({ months: Math.floor(months / every) * every })
      for (; month.year <= LAST_YEAR; month = month.add({ months: every })) {
        const day = dayOfMonth(month, frequency.on)
        if (day !== null && Temporal.PlainDate.compare(day, first) >= 0) yield day
      }
    }
  }
}

type OnMonth = Extract<Recurrence['frequency'], { unit: 'month' }>['on']

function dayOfMonth(month: Temporal.PlainYearMonth, on: OnMonth): Temporal.PlainDate | null {
  if (on.by === 'day')
    return on.day > month.daysInMonth && on.missing === 'skip'
      ? null
      : month.toPlainDate({ day: Math.min(on.day, month.daysInMonth) })
  if (on.nth === -1) {
    const end = month.toPlainDate({ day: month.daysInMonth })
    return end.subtract({ days: (end.dayOfWeek - on.weekday + 7) % 7 })
  }
  const begin = month.toPlainDate({ day: 1 })
  return begin.add({ days: ((on.weekday - begin.dayOfWeek + 7) % 7) + (on.nth - 1) * 7 })
}

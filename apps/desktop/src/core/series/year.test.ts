import { DateTime } from 'luxon'
import { describe, expect, test } from 'vitest'
import type { AccountId, ChatId, Recurrence, SeriesId } from '../../contract/index.ts'
import { momentsAfter } from '../plans/index.ts'
import { missingOf } from './missing.ts'
import type { StoredSeries } from './store.ts'

// Another calendar than the product's computes what has to come out: Luxon, which is built on Intl and knows no Temporal.

const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Africa/Lagos',
] as const
/** In the middle of what the clocks skip or repeat in one of the zones, and by day. */
const TIMES = ['01:15', '01:45', '02:10', '02:30', '09:00'] as const
const FIRST = '2027-01-01'
const DAYS = 366
const CHAT = '-1001' as ChatId

const FREQUENCIES: Readonly<Record<string, Recurrence['frequency']>> = {
  'every day': { unit: 'day', every: 1 },
  'every third day': { unit: 'day', every: 3 },
  'Sundays and Wednesdays of every second week': { unit: 'week', every: 2, days: [3, 7] },
  'the last Sunday of a month': { unit: 'month', every: 1, on: { by: 'weekday', nth: -1, weekday: 7 } },
  'the 31st or the last of a month': { unit: 'month', every: 1, on: { by: 'day', day: 31, missing: 'last' } },
}

/** Does the rule fall on this day? From its words, not from the product's code. */
function fallsOn(frequency: Recurrence['frequency'], day: DateTime): boolean {
  const first = DateTime.fromISO(FIRST, { zone: 'utc' })
  const since = Math.round(day.diff(first, 'days').days)
  if (frequency.unit === 'day') return since % frequency.every === 0
  if (frequency.unit === 'week') {
    const weeks = Math.round(day.startOf('week').diff(first.startOf('week'), 'weeks').weeks)
    return weeks % frequency.every === 0 && frequency.days.includes(day.weekday)
  }
  const { on } = frequency
  const last = day.endOf('month').day
  return on.by === 'day'
    ? day.day === Math.min(on.day, last)
    : day.weekday === on.weekday && day.day + 7 > last
}

/** What it says on the clocks: skipped times move on by what was skipped, of repeated ones the first counts. */
function expected(frequency: Recurrence['frequency'], time: string, zone: string, until: number): number[] {
  const dates: number[] = []
  for (let n = 0; n < DAYS; n++) {
    const day = DateTime.fromISO(FIRST, { zone: 'utc' }).plus({ days: n })
    if (!fallsOn(frequency, day)) continue
    const local = DateTime.fromISO(`${day.toISODate() ?? ''}T${time}`, { zone })
    const at = Math.min(...local.getPossibleOffsets().map(one => one.toSeconds()))
    if (at <= until) dates.push(at)
  }
  return dates
}

const startIn = (zone: string): number => DateTime.fromISO(`${FIRST}T00:00`, { zone }).toSeconds() - 3600
const YEAR_SECONDS = DAYS * 24 * 3600
const ruleOf = (frequency: Recurrence['frequency'], time: string): Recurrence => ({
  ...{ from: FIRST, time, frequency, end: { kind: 'never' } },
})

describe.each(ZONES)('a year in %s', zone => {
  const start = startIn(zone)
  const until = start + YEAR_SECONDS

  test.each(Object.keys(FREQUENCIES))('%s: every date is where another calendar puts it', name => {
    const frequency = FREQUENCIES[name]!
    for (const time of TIMES) {
      const dates = momentsAfter(ruleOf(frequency, time), zone, start, DAYS + 1).map(({ at }) => at)
      const got = dates.filter(at => at <= until)
      expect(got, `${time} ${zone}`).toEqual(expected(frequency, time, zone, until))
    }
  })

  test('topped up every three weeks, each date is placed once and at its time, none is missed', () => {
    const frequency = FREQUENCIES['every day']!
    const series: StoredSeries = {
      ...{ id: 's' as SeriesId, accountId: 'a' as AccountId, state: 'active', chatIds: [CHAT] },
      ...{ text: 'Bonjour', entities: [], files: [], places: [], silent: false, linkPreview: true },
      rule: ruleOf(frequency, '02:10'),
      ...{ timeZone: zone, staggerMinutes: 0, language: 'fr', checkedUntil: start },
    }
    const placed = new Map<string, number>()
    for (let now = start; now <= until; now += 21 * 24 * 3600) {
      const { items, missed } = missingOf({
        ...{ series: { ...series, checkedUntil: Math.max(start, now - 24 * 3600) }, now },
        has: (_, key) => placed.has(key),
        room: () => 90,
        taken: () => new Set(placed.values()),
      })
      expect(missed).toEqual([])
      for (const { key, at } of items) {
        expect(placed.has(key)).toBe(false)
        placed.set(key, at)
      }
    }
    const got = [...placed.values()].filter(at => at <= until).sort((a, b) => a - b)
    expect(got).toEqual(expected(frequency, '02:10', zone, until))
  })
})

test('the times fall into the hour that is skipped and the one that is repeated, in every zone that has them', () => {
  const met = (zone: string) => {
    const locals = Array.from({ length: DAYS }, (_, n) =>
      DateTime.fromISO(FIRST, { zone: 'utc' }).plus({ days: n }),
    )
    const moments = locals.flatMap(day =>
      TIMES.map(time => {
        const local = DateTime.fromISO(`${day.toISODate() ?? ''}T${time}`, { zone })
        return { skipped: local.toFormat('HH:mm') !== time, repeated: local.getPossibleOffsets().length > 1 }
      }),
    )
    return [moments.some(({ skipped }) => skipped), moments.some(({ repeated }) => repeated)]
  }
  for (const zone of ZONES.slice(0, 4)) expect(met(zone), zone).toEqual([true, true])
  expect(met('Africa/Lagos')).toEqual([false, false])
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextOccurrences, Recurrence } from './recurrence.ts'

const rule = (over: Partial<Recurrence> & Pick<Recurrence, 'frequency'>): Recurrence =>
  Recurrence.parse({ from: '2027-01-01', time: '09:00', end: { kind: 'never' }, ...over })
const daysOf = (wanted: Recurrence, n: number, zone = 'Europe/Paris', after = '2026-12-31T00:00:00Z') =>
  nextOccurrences(wanted, zone, after, n).map(({ day }) => day)

describe('a rule falls on the days it names', () => {
  test('every third day, from its first', () => {
    const wanted = rule({ frequency: { unit: 'day', every: 3 } })
    expect(daysOf(wanted, 3)).toEqual(['2027-01-01', '2027-01-04', '2027-01-07'])
    expect(daysOf(wanted, 1, 'Europe/Paris', '2027-01-04T08:00:00Z')).toEqual(['2027-01-07'])
    expect(daysOf(wanted, 1, 'Europe/Paris', '2027-01-04T07:59:59Z')).toEqual(['2027-01-04'])
  })

  test('Tuesdays and Fridays of every second week, in order whatever the order they were named in', () => {
    const wanted = rule({ frequency: { unit: 'week', every: 2, days: [5, 2, 5] } })
    // 1 January 2027 is a Friday; its week counts.
    expect(daysOf(wanted, 5)).toEqual(['2027-01-01', '2027-01-12', '2027-01-15', '2027-01-26', '2027-01-29'])
  })

  test('the 31st is the last day of shorter months, or skips them, as chosen', () => {
    const on = (missing: 'last' | 'skip') =>
      rule({
        from: '2028-01-31',
        frequency: { unit: 'month', every: 1, on: { by: 'day', day: 31, missing } },
      })
    const after = '2028-01-01T00:00:00Z'
    expect(daysOf(on('last'), 4, 'UTC', after)).toEqual([
      '2028-01-31',
      '2028-02-29',
      '2028-03-31',
      '2028-04-30',
    ])
    expect(daysOf(on('skip'), 4, 'UTC', after)).toEqual([
      '2028-01-31',
      '2028-03-31',
      '2028-05-31',
      '2028-07-31',
    ])
  })

  test('the last Friday and the second Tuesday of the month', () => {
    const on = (nth: 2 | -1, weekday: number) =>
      rule({ frequency: { unit: 'month', every: 1, on: { by: 'weekday', nth, weekday } } })
    expect(daysOf(on(-1, 5), 3)).toEqual(['2027-01-29', '2027-02-26', '2027-03-26'])
    expect(daysOf(on(2, 2), 3)).toEqual(['2027-01-12', '2027-02-09', '2027-03-09'])
  })

  test('a month whose day lies before the first day of the rule is left out', () => {
    const wanted = rule({
      from: '2027-01-20',
      frequency: { unit: 'month', every: 2, on: { by: 'day', day: 5, missing: 'last' } },
    })
    expect(daysOf(wanted, 2)).toEqual(['2027-03-05', '2027-05-05'])
  })

  test('it ends after its last day, that day included, or after its count, wherever one begins to look', () => {
    const daily = { unit: 'day', every: 1 } as const
    expect(daysOf(rule({ frequency: daily, end: { kind: 'until', day: '2027-01-03' } }), 9).at(-1)).toBe(
      '2027-01-03',
    )
    const counted = rule({ frequency: daily, end: { kind: 'count', count: 4 } })
    expect(daysOf(counted, 9)).toHaveLength(4)
    expect(daysOf(counted, 9, 'Europe/Paris', '2027-01-03T12:00:00Z')).toEqual(['2027-01-04'])
  })

  test('a rule that falls on no day ends, and a zone that does not exist has no time', () => {
    const never = rule({
      from: '2027-02-01',
      frequency: { unit: 'month', every: 12, on: { by: 'day', day: 31, missing: 'skip' } },
    })
    expect(daysOf(never, 1)).toEqual([])
    expect(daysOf(rule({ frequency: { unit: 'day', every: 1 } }), 1, 'Mars/Olympus')).toEqual([])
  })
})

describe('the wall clock is kept', () => {
  const weekly = (time: string, from: string) => rule({ from, time, frequency: { unit: 'day', every: 7 } })

  test('09:00 in Paris is 08:00Z before the change of clocks and 07:00Z after it', () => {
    const found = nextOccurrences(weekly('09:00', '2027-03-21'), 'Europe/Paris', '2027-03-20T00:00:00Z', 2)
    expect(found.map(({ instant }) => instant)).toEqual(['2027-03-21T08:00:00Z', '2027-03-28T07:00:00Z'])
  })

  test('a time that does not exist moves forward, one that exists twice is the first, and each says so', () => {
    const gap = nextOccurrences(weekly('02:30', '2027-03-28'), 'Europe/Paris', '2027-03-20T00:00:00Z', 2)
    expect(gap).toMatchObject([
      { local: '2027-03-28T03:30:00', adjustment: 'gap' },
      { local: '2027-04-04T02:30:00', adjustment: 'none' },
    ])
    const overlap = nextOccurrences(weekly('02:30', '2027-10-31'), 'Europe/Paris', '2027-10-20T00:00:00Z', 1)
    expect(overlap).toMatchObject([{ instant: '2027-10-31T00:30:00Z', adjustment: 'overlap' }])
  })

  test('a day that a zone leaves out is no occurrence, and takes nothing from the count', () => {
    const wanted = rule({
      from: '2011-12-29',
      frequency: { unit: 'day', every: 1 },
      end: { kind: 'count', count: 2 },
    })
    expect(daysOf(wanted, 9, 'Pacific/Apia', '2011-12-01T00:00:00Z')).toEqual(['2011-12-29', '2011-12-31'])
  })
})

const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/St_Johns',
]
const DAY_MS = 86_400_000
const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The same rules again, said day by day over the calendar of `Date`, which knows nothing of Temporal. */
function naiveDays({ from, frequency, end }: Recurrence, until: number): string[] {
  const first = Date.parse(from)
  const weekday = (ms: number): number => new Date(ms).getUTCDay() || 7
  const monthOf = (ms: number): number => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth()
  const found: string[] = []
  for (let day = first; day <= until; day += DAY_MS) {
    if (end.kind === 'until' && dayText(day) > end.day) break
    if (end.kind === 'count' && found.length >= end.count) break
    const date = new Date(day).getUTCDate()
    const isLast = monthOf(day + DAY_MS) !== monthOf(day)
    const months = monthOf(day) - monthOf(first)
    const falls = (): boolean => {
      if (frequency.unit === 'day') return ((day - first) / DAY_MS) % frequency.every === 0
      if (frequency.unit === 'week') {
        const monday = first - (weekday(first) - 1) * DAY_MS
        const week = Math.floor((day - monday) / (7 * DAY_MS))
        return week % frequency.every === 0 && frequency.days.includes(weekday(day))
      }
      const { on } = frequency
      if (months % frequency.every !== 0) return false
      if (on.by === 'day') return date === on.day || (on.missing === 'last' && isLast && date < on.day)
      if (weekday(day) !== on.weekday) return false
      return on.nth === -1 ? monthOf(day + 7 * DAY_MS) !== monthOf(day) : Math.ceil(date / 7) === on.nth
    }
    if (falls()) found.push(dayText(day))
  }
  return found
}

/** What a clock on the wall shows, by `Intl`, which is not what the rules are computed with. */
function wallClock(instant: string, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(new Date(instant))
  return parts.replace(' ', 'T')
}

const weekday = fc.integer({ min: 1, max: 7 })
const frequency: fc.Arbitrary<Recurrence['frequency']> = fc.oneof(
  fc.record({ unit: fc.constant('day' as const), every: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    unit: fc.constant('week' as const),
    every: fc.integer({ min: 1, max: 6 }),
    days: fc.array(weekday, { minLength: 1, maxLength: 7 }),
  }),
  fc.record({
    unit: fc.constant('month' as const),
    every: fc.integer({ min: 1, max: 7 }),
    on: fc.oneof(
      fc.record({
        by: fc.constant('day' as const),
        day: fc.integer({ min: 1, max: 31 }),
        missing: fc.constantFrom('last' as const, 'skip' as const),
      }),
      fc.record({
        by: fc.constant('weekday' as const),
        nth: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, -1 as const),
        weekday,
      }),
    ),
  }),
)
const FIRST = Date.parse('2025-01-01')
const anyRule: fc.Arbitrary<Recurrence> = fc.record({
  from: fc.integer({ min: 0, max: 400 }).map(days => dayText(FIRST + days * DAY_MS)),
  time: fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`),
  frequency,
  end: fc.oneof(
    fc.constant({ kind: 'never' as const }),
    fc
      .integer({ min: 0, max: 1800 })
      .map(days => ({ kind: 'until' as const, day: dayText(FIRST + days * DAY_MS) })),
    fc.integer({ min: 1, max: 200 }).map(count => ({ kind: 'count' as const, count })),
  ),
})

test('over five years, in every zone, a rule falls where a look at each single day says, always later than before', () => {
  const end = FIRST + 5 * 365 * DAY_MS
  fc.assert(
    fc.property(anyRule, fc.constantFrom(...ZONES), (wanted, zone) => {
      expect(Recurrence.safeParse(wanted).success).toBe(true)
      const all = nextOccurrences(wanted, zone, '2024-12-01T00:00:00Z', 2000)
      const found = all.filter(({ day }) => Date.parse(day) <= end)
      expect(found.map(({ day }) => day)).toEqual(naiveDays(wanted, end).slice(0, 2000))
      if (wanted.end.kind === 'count') expect(all.length).toBeLessThanOrEqual(wanted.end.count)
      for (const [index, { day, instant, local, adjustment }] of found.entries()) {
        if (index > 0) expect(instant > (found[index - 1]?.instant ?? '')).toBe(true)
        expect(wallClock(instant, zone)).toBe(local)
        if (adjustment !== 'gap') expect(local).toBe(`${day}T${wanted.time}:00`)
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)

test('the times after any moment are those of the whole rule that lie after it', () => {
  fc.assert(
    fc.property(
      anyRule,
      fc.constantFrom(...ZONES),
      fc.integer({ min: -40, max: 1500 }),
      (wanted, zone, days) => {
        const after = new Date(FIRST + days * DAY_MS + 12_345_000).toISOString().replace('.000', '')
        const all = nextOccurrences(wanted, zone, '2024-11-01T00:00:00Z', 1700)
        const later = all.filter(({ instant }) => instant > after).slice(0, 5)
        const found = nextOccurrences(wanted, zone, after, 5)
        expect(found.slice(0, later.length)).toEqual(later)
        if (all.length < 1700) expect(found).toEqual(later)
      },
    ),
    { numRuns: 100 },
  )
}, 60_000)

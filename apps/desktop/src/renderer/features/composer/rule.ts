import type { Recurrence } from '../../../contract/index.ts'
import { readDay, readTime, toLocal, typedDay } from '../../lib/time.ts'

/** A rule as it is being typed: words and numbers that may not be readable yet. Weekdays: 1 is Monday. */
export type RuleForm = {
  readonly unit: 'day' | 'week' | 'month'
  readonly every: string
  readonly days: readonly number[]
  readonly on: 'day' | 'weekday'
  readonly monthDay: string
  readonly missing: 'last' | 'skip'
  readonly nth: '1' | '2' | '3' | '4' | '-1'
  readonly weekday: string
  readonly from: string
  readonly time: string
  readonly end: 'never' | 'until' | 'count'
  readonly until: string
  readonly count: string
}

export const blankRule: RuleForm = {
  unit: 'week',
  every: '1',
  days: [],
  on: 'day',
  monthDay: '1',
  missing: 'last',
  nth: '1',
  weekday: '1',
  from: '',
  time: '',
  end: 'never',
  until: '',
  count: '10',
}

/** What the form says, and which of its fields say nothing readable. */
export type ReadRule = {
  readonly rule: Recurrence | null
  readonly wrong: ReadonlySet<'every' | 'days' | 'monthDay' | 'from' | 'time' | 'until' | 'count'>
}

const whole = (text: string, most: number): number | null => {
  const value = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0
  return value >= 1 && value <= most ? value : null
}
const MOST = { day: 365, week: 52, month: 24 } as const

/** Reads the form on the wall clock of `zone`. `now`: milliseconds since 1970. */
export function readRule(form: RuleForm, zone: string, now: number): ReadRule {
  const today = toLocal(now, zone).slice(0, 10)
  const every = whole(form.every, MOST[form.unit])
  const monthDay = whole(form.monthDay, 31)
  const from = readDay(form.from, today)
  const time = readTime(form.time)
  const until = readDay(form.until, today)
  const count = whole(form.count, 1000)
  const byDay = form.unit === 'month' && form.on === 'day'
  const checks = {
    every: every === null,
    days: form.unit === 'week' && form.days.length === 0,
    monthDay: byDay && monthDay === null,
    from: from === null,
    time: time === null,
    until: form.end === 'until' && (until === null || (from !== null && until < from)),
    count: form.end === 'count' && count === null,
  }
  const wrong = new Set((Object.keys(checks) as (keyof typeof checks)[]).filter(field => checks[field]))
  if (wrong.size > 0 || every === null || from === null || time === null) return { rule: null, wrong }

  const frequency = (): Recurrence['frequency'] => {
    if (form.unit === 'day') return { unit: 'day', every }
    if (form.unit === 'week') return { unit: 'week', every, days: [...form.days].sort((a, b) => a - b) }
    const on = byDay
      ? ({ by: 'day', day: monthDay ?? 1, missing: form.missing } as const)
      : ({
          by: 'weekday',
          nth: Number(form.nth) as 1 | 2 | 3 | 4 | -1,
          weekday: Number(form.weekday),
        } as const)
    return { unit: 'month', every, on }
  }
  const end = (): Recurrence['end'] => {
    if (form.end === 'until' && until !== null) return { kind: 'until', day: until }
    if (form.end === 'count' && count !== null) return { kind: 'count', count }
    return { kind: 'never' }
  }
  return { rule: { from, time, frequency: frequency(), end: end() }, wrong }
}

/** A form that shows a stored rule. */
export function formOf({ from, time, frequency, end }: Recurrence): RuleForm {
  const on = frequency.unit === 'month' ? frequency.on : null
  return {
    ...blankRule,
    unit: frequency.unit,
    every: String(frequency.every),
    ...(frequency.unit === 'week' ? { days: frequency.days } : {}),
    ...(on?.by === 'day' ? { on: 'day', monthDay: String(on.day), missing: on.missing } : {}),
    ...(on?.by === 'weekday'
      ? { on: 'weekday', nth: String(on.nth) as RuleForm['nth'], weekday: String(on.weekday) }
      : {}),
    from: typedDay(from),
    time: time.slice(0, 5),
    end: end.kind,
    ...(end.kind === 'until' ? { until: typedDay(end.day) } : {}),
    ...(end.kind === 'count' ? { count: String(end.count) } : {}),
  }
}

import type { Recurrence } from '../../../contract/index.ts'
import type { UseText } from '../../i18n/index.ts'
import { formatInstant } from '../../lib/time.ts'

/** `lundi` for 1, `dimanche` for 7; 1 January 2024 was a Monday. */
export const weekdayName = (day: number, tag: string): string =>
  new Intl.DateTimeFormat(tag, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, day))

/** Where the name of an ordinal stands among the sentences; -1 is the last. */
export const NTH = {
  1: 'series.nth.n1',
  2: 'series.nth.n2',
  3: 'series.nth.n3',
  4: 'series.nth.n4',
  [-1]: 'series.nth.last',
} as const

/** A rule in plain words: `Toutes les 2 semaines, le mardi et le vendredi, à 09:00, 10 fois`. */
export function ruleWords({ time, frequency, end }: Recurrence, { t, plural, tag }: UseText): string {
  const list = new Intl.ListFormat(tag.value, { type: 'conjunction' })
  const said = (): string => {
    const { every } = frequency
    if (frequency.unit === 'day') return plural('series.everyDays', every, { time })
    if (frequency.unit === 'week') {
      const days = frequency.days.map(day => t('series.weekdayItem', { day: weekdayName(day, tag.value) }))
      return plural('series.everyWeeks', every, { time, days: list.format(days) })
    }
    const { on } = frequency
    if (on.by === 'weekday') {
      const nth = t(NTH[on.nth])
      return plural('series.everyMonthsWeekday', every, {
        time,
        nth,
        weekday: weekdayName(on.weekday, tag.value),
      })
    }
    const day = on.day === 1 && tag.value.startsWith('fr') ? '1er' : on.day
    return plural('series.everyMonthsDay', every, { time, day })
  }
  const ends = (): string => {
    if (end.kind === 'until')
      return t('series.endsUntil', { date: formatInstant(`${end.day}T12:00:00Z`, 'date', tag.value, 'UTC') })
    return end.kind === 'count' ? plural('series.endsCount', end.count) : ''
  }
  return [said(), ends()].filter(part => part !== '').join(', ')
}

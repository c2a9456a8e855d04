import type { Words } from './words/index.ts'

export type Times = {
  /** A day and a time of this machine's zone, to the second. */
  readonly full: (seconds: number) => string
  /** The time alone when it is today, otherwise day and time. */
  readonly short: (seconds: number, now: number) => string
  /** "in 3 h", "2 min ago". */
  readonly relative: (seconds: number, now: number) => string
  /** "+1 d 2 h", how far a clock is ahead. */
  readonly distance: (ms: number) => string
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** Dates in words, from seconds. */
export const timesIn = (words: Words): Times => {
  // The days of the page are those of Europe, in both languages.
  const tag = words.locale === 'fr' ? 'fr-FR' : 'en-GB'
  const full = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium' })
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'short' })
  const hour = new Intl.DateTimeFormat(tag, { timeStyle: 'medium' })
  const near = new Intl.RelativeTimeFormat(tag, { numeric: 'always', style: 'short' })
  return {
    full: seconds => full.format(seconds * 1000),
    short: (seconds, now) => {
      const ms = seconds * 1000
      const today = day.format(ms) === day.format(now * 1000)
      return today ? hour.format(ms) : `${day.format(ms)} ${hour.format(ms)}`
    },
    relative: (seconds, now) => {
      const away = seconds - now
      const unit = UNITS.find(([, size]) => Math.abs(away) >= size)
      return unit ? near.format(Math.trunc(away / unit[1]), unit[0]) : near.format(away, 'second')
    },
    distance: ms => {
      const sign = ms < 0 ? '−' : '+'
      let left = Math.abs(Math.round(ms / 1000))
      const parts: string[] = []
      for (const [unit, size] of UNITS) {
        const count = Math.floor(left / size)
        left -= count * size
        if (count > 0) parts.push(`${count} ${words.units[unit]}`)
      }
      if (left > 0 && parts.length < 2) parts.push(`${left} s`)
      return `${sign}${parts.slice(0, 2).join(' ')}`
    },
  }
}

import {
  CalendarDate,
  parseAbsolute,
  parseDateTime,
  toCalendarDate,
  toCalendarDateTime,
  toZoned,
} from '@internationalized/date'

/** The zone of this machine, as an IANA id. */
export const machineZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** Every zone the runtime knows, `UTC` included. */
export const allZones = (): readonly string[] => [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])]

const styles = {
  /** mercredi 14 juillet 2027 à 09:00 */
  full: { dateStyle: 'full', timeStyle: 'short' },
  /** 14 juillet 2027 à 09:00 */
  long: { dateStyle: 'long', timeStyle: 'short' },
  /** mercredi 14 juillet 2027 */
  day: { dateStyle: 'full' },
  /** 14 juillet 2027 */
  date: { dateStyle: 'long' },
  /** juillet 2027 */
  month: { month: 'long', year: 'numeric' },
  /** 09:00 */
  time: { timeStyle: 'short' },
  /** mer. 14 juil. 09:00 */
  short: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

const formats = new Map<string, Intl.DateTimeFormat>()

/** `at` in words, on the wall clock of `zone`. `at`: ISO instant. An unreadable one comes back as it is. */
export function formatInstant(at: string, style: keyof typeof styles, tag: string, zone: string): string {
  const instant = Date.parse(at)
  if (Number.isNaN(instant)) return at
  const key = `${style} ${tag} ${zone}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(tag, { ...styles[style], timeZone: zone })
    formats.set(key, format)
  }
  const words = format.format(instant)
  // French writes the first of a month as an ordinal, which CLDR's patterns do not.
  return tag.startsWith('fr') ? words.replace(/(^|\s)1(?= \p{L})/u, '$11er') : words
}

/** `16 – 22 novembre 2026`, from one day to another (`YYYY-MM-DD`). */
export const formatDays = (first: string, last: string, tag: string): string =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' }).formatRange(
    Date.parse(`${first}T12:00:00Z`),
    Date.parse(`${last}T12:00:00Z`),
  )

/** The instant (ISO, UTC) at which the wall clock of `zone` shows `local`; in a gap or an overlap, as Temporal's "compatible". */
export const toInstant = (local: string, zone: string): string =>
  toZoned(parseDateTime(local), zone).toAbsoluteString()

/** `YYYY-MM-DDTHH:MM` on the wall clock of `zone`. `at`: ISO instant or milliseconds since 1970. */
export function toLocal(at: string | number, zone: string): string {
  const iso = typeof at === 'number' ? new Date(at).toISOString() : at
  return toCalendarDateTime(parseAbsolute(iso, zone)).toString().slice(0, 16)
}

/** The calendar day of an instant in `zone`, `YYYY-MM-DD`. */
export const dayOf = (at: string | number, zone: string): string => toLocal(at, zone).slice(0, 10)

/** `days` after `day` (`YYYY-MM-DD`). */
export const addDays = (day: string, days: number): string =>
  toCalendarDate(parseDateTime(`${day}T00:00`))
    .add({ days })
    .toString()

/** Reads `14/07/2027`, `14.7.27`, `14 07 2027` or `2027-07-14`; without a year, the next such day from `today`. Null when it is no day. */
export function readDay(typed: string, today: string): string | null {
  const parts = typed.trim().split(/[\s/.-]+/)
  if (parts.some(part => !/^\d{1,4}$/.test(part))) return null
  const numbers = parts.map(Number)
  const [a = 0, b = 0, c] = numbers
  if (parts.length === 3 && parts[0]?.length === 4) return realDay(a, b, c ?? 0)
  if (parts.length === 3) return realDay((c ?? 0) < 100 ? 2000 + (c ?? 0) : (c ?? 0), b, a)
  if (parts.length !== 2) return null
  const thisYear = Number(today.slice(0, 4))
  const first = realDay(thisYear, b, a)
  return first !== null && first >= today ? first : realDay(thisYear + 1, b, a)
}

function realDay(year: number, month: number, day: number): string | null {
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1) return null
  const date = new CalendarDate(year, month, 1)
  return day > date.calendar.getDaysInMonth(date) ? null : date.set({ day }).toString()
}

/** Reads `9`, `9h`, `9h30`, `9:30`, `0930`, `09.30`. Null when it is no time of day. */
export function readTime(typed: string): string | null {
  const match = /^(\d{1,2})\s*(?:[h:.]\s*(\d{2})?|(\d{2}))?$/i.exec(typed.trim())
  if (match === null) return null
  const hour = Number(match[1])
  const minute = Number(match[2] ?? match[3] ?? 0)
  if (hour > 23 || minute > 59) return null
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

/** `2027-07-14` as it is typed in both languages: `14/07/2027`. */
export const typedDay = (day: string): string => day.split('-').reverse().join('/')

/** `UTC+2`, `UTC−3:30` at an instant (milliseconds). */
export function offsetOf(zone: string, at: number, tag: string): string {
  const parts = new Intl.DateTimeFormat(tag, { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(
    at,
  )
  const name = parts.find(part => part.type === 'timeZoneName')?.value ?? ''
  return name.replace('GMT', 'UTC')
}

/** Seconds as a short clock: `45 s`, `2 min 05 s`, `1 h 04 min`. The unit names are the same in both languages. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  if (whole < 60) return `${String(whole)} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60)
    return whole % 60 === 0 ? `${String(minutes)} min` : `${String(minutes)} min ${two(whole % 60)} s`
  const hours = `${String(Math.floor(minutes / 60))} h`
  return minutes % 60 === 0 ? hours : `${hours} ${two(minutes % 60)} min`
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** `lun.`, `Mon`: the weekday of a day (`YYYY-MM-DD`). */
export function weekdayName(day: string, tag: string): string {
  let format = formats.get(tag)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(tag, { weekday: 'short', timeZone: 'UTC' })
    formats.set(tag, format)
  }
  return format.format(Date.parse(`${day}T12:00:00Z`))
}

/** `1er` in French, as in the day's full name, else the number alone. */
export const dayNumber = (day: string, tag: string): string =>
  day.endsWith('-01') && tag.startsWith('fr') ? '1er' : String(Number(day.slice(8)))

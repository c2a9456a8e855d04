import { Temporal } from 'temporal-polyfill'

/**
 * When the next backup is due: at `at` (`02:00`) in the zone, today or tomorrow; at once when the newest one is older
 * than a day, as after a night in which the host was off.
 */
export function nextRun(
  now: Temporal.Instant,
  zone: string,
  at: string,
  newest: Temporal.Instant | undefined,
): Temporal.Instant {
  if (!newest || now.since(newest).total('hours') > 24) return now
  const here = now.toZonedDateTimeISO(zone)
  const today = here.withPlainTime(Temporal.PlainTime.from(at))
  const next = Temporal.ZonedDateTime.compare(today, here) > 0 ? today : today.add({ days: 1 })
  return next.toInstant()
}

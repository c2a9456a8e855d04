import { Temporal } from 'temporal-polyfill'

/**
 * How a wall-clock time met the zone's rules. `gap`: the clock jumps over it, so it was moved forward by the length of
 * the jump; `overlap`: it happens twice, so the first of the two was taken.
 */
export type LocalTimeAdjustment = 'none' | 'gap' | 'overlap'

export type ResolvedLocalTime = {
  /** ISO 8601 in UTC: `2027-07-14T07:00:00Z`. */
  readonly instant: string
  /** The same moment on the zone's wall clock, to the second: `2027-07-14T09:00:00`. */
  readonly local: string
  readonly adjustment: LocalTimeAdjustment
}

/** Is it an IANA zone id that this machine knows? Offsets such as `+02:00` are not zones: they know no daylight saving. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    new Temporal.ZonedDateTime(0n, zone)
    return true
  } catch {
    return false
  }
}

/** Is it a wall-clock time of the calendar (`2027-07-14T09:00`, seconds allowed)? 30 February is not. */
export function isLocalTime(local: string): boolean {
  return parseLocal(local) !== null
}

/**
 * The instant at which the wall clock of `zone` shows `local`; null when either is not valid. The rules for gaps and
 * overlaps are those of RFC 5545 section 3.3.5, which are also Temporal's `compatible`.
 */
export function resolveLocalTime(local: string, zone: string): ResolvedLocalTime | null {
  const wanted = parseLocal(local)
  if (wanted === null || !isTimeZone(zone)) return null
  const taken = wanted.toZonedDateTime(zone, { disambiguation: 'compatible' })
  return {
    instant: taken.toInstant().toString({ smallestUnit: 'second' }),
    local: taken.toPlainDateTime().toString({ smallestUnit: 'second' }),
    adjustment: adjustmentOf(wanted, taken),
  }
}

/** What the wall clock of `zone` shows at `instant` (ISO 8601 with an offset or `Z`), to the second; throws on invalid input. */
export function localTimeAt(instant: string, zone: string): string {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' })
}

function parseLocal(local: string): Temporal.PlainDateTime | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local)) return null
  try {
    return Temporal.PlainDateTime.from(local, { overflow: 'reject' })
  } catch {
    return null
  }
}

function adjustmentOf(wanted: Temporal.PlainDateTime, taken: Temporal.ZonedDateTime): LocalTimeAdjustment {
  if (!taken.toPlainDateTime().equals(wanted)) return 'gap'
  const later = wanted.toZonedDateTime(taken.timeZoneId, { disambiguation: 'later' })
  return later.epochMilliseconds === taken.epochMilliseconds ? 'none' : 'overlap'
}

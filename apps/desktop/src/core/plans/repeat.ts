import { nextOccurrences, type LocalTimeAdjustment, type Recurrence } from '@autotele/shared'
import { LATEST_DAYS } from '../messages/index.ts'
import { instantOf, secondsOf } from '../time.ts'
import type { Moment } from './expand.ts'

/** How far ahead the dates of a rule are given to Telegram. */
export const RESERVE_DAYS = 30
/**
 * A rule leaves ten of the hundred places of a chat (core.telegram.org/api/scheduled-messages) to what is scheduled
 * there by hand.
 */
export const SERIES_PLACES_PER_CHAT = 90

export type RuleMoment = Moment & {
  readonly local: string
  readonly adjustment: LocalTimeAdjustment
}

const DAY_SECONDS = 24 * 3600

/**
 * The dates of a rule from `since` on that belong in Telegram's queue at `now` (Unix seconds): those of the next thirty
 * days, and always the next one, as far as Telegram lets one look ahead.
 */
export function momentsAhead(
  rule: Recurrence,
  timeZone: string,
  now: number,
  since: number = now,
): readonly RuleMoment[] {
  // A rule falls on a day at most once; one more is the next after them.
  const days = Math.ceil((now - since) / DAY_SECONDS) + RESERVE_DAYS
  const moments = momentsAfter(rule, timeZone, since, days + 2)
  const near = moments.filter(({ at }) => at <= now + RESERVE_DAYS * DAY_SECONDS)
  if (near.some(({ at }) => at > now)) return near
  const next = moments[near.length]
  return next === undefined || next.at > now + LATEST_DAYS * DAY_SECONDS ? near : [...near, next]
}

/** The first `n` dates of a rule after `since` (Unix seconds). */
export const momentsAfter = (
  rule: Recurrence,
  timeZone: string,
  since: number,
  n: number,
): readonly RuleMoment[] =>
  nextOccurrences(rule, timeZone, instantOf(since * 1000), n).map(({ day, instant, local, adjustment }) => ({
    key: day,
    at: secondsOf(instant),
    local,
    adjustment,
  }))

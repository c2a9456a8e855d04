import type { ErrorCode } from '../../contract/index.ts'

/** Closer dates may be published at once by Telegram, and leave no time to place the message. */
export const SOONEST_SECONDS = 60
export const LATEST_DAYS = 365
/** A file has to reach Telegram first. */
const SOONEST_WITH_FILES_SECONDS = 300

/** Seconds between confirming a message and the earliest date it may have. */
export const leadOf = (hasFiles: boolean): number => (hasFiles ? SOONEST_WITH_FILES_SECONDS : SOONEST_SECONDS)

const DAY_SECONDS = 24 * 3600

/** Why a message cannot be given this date, or null. Both in Unix seconds, `now` on Telegram's clock. */
export function dateProblem(at: number, now: number): ErrorCode | null {
  if (at <= now) return 'plan/date-past'
  if (at < now + SOONEST_SECONDS) return 'plan/date-too-soon'
  return at > now + LATEST_DAYS * DAY_SECONDS ? 'plan/date-too-late' : null
}

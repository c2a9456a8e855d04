import { z } from 'zod'

// Telegram publishes no limit for user accounts. Three seconds between messages and twenty a minute are the floor of
// this product; settings and floods only ever slow it down. Files weigh twice, each one of an album: ten a minute.

export type PaceSettings = { readonly delaySeconds: number; readonly perMinute: number }

/**
 * Instants are milliseconds since 1970, ascending. `sent`: when the last messages left; `factor`: 1 to 4, raised by floods;
 * `waits`: when Telegram asked to wait, within a day.
 */
export const Pace = z.object({
  sent: z.array(z.number()).max(20),
  factor: z.number().min(1).max(4),
  waits: z.array(z.number()).default([]),
})
export type Pace = z.infer<typeof Pace>

const MIN_DELAY_SECONDS = 3
const MAX_PER_MINUTE = 20
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const MOST_WAITS_A_DAY = 2
const SLOWER_AFTER_FLOOD = 1.5
const SLOWEST = 4
const RECOVERY_PER_MESSAGE = 0.05

export const unhurried: Pace = { sent: [], factor: 1, waits: [] }

function limits({ delaySeconds, perMinute }: PaceSettings): { delayMs: number; perMinute: number } {
  return {
    delayMs: Math.max(MIN_DELAY_SECONDS, delaySeconds) * 1000,
    perMinute: Math.max(1, Math.min(MAX_PER_MINUTE, Math.floor(perMinute))),
  }
}

/** Places of a minute that a message with so many files takes. */
export const weightOf = (files: number): number => Math.max(1, 2 * files)

/** The earliest instant at which the next message, of this weight, may leave; never before `now`. */
export function nextSlot(pace: Pace, settings: PaceSettings, now: number, weight = 1): number {
  const { delayMs, perMinute } = limits(settings)
  // A message that weighs more than a whole minute leaves when the last one is a minute ago.
  const places = Math.max(1, perMinute - weight + 1)
  // A clock that was set back must not turn old messages into a long wait.
  const sent = pace.sent.map(instant => Math.min(instant, now))
  const last = sent.at(-1)
  const oldest = sent.at(-places)
  return Math.max(
    now,
    last === undefined ? 0 : last + delayMs * pace.factor,
    oldest === undefined ? 0 : oldest + MINUTE * pace.factor,
  )
}

/** A message leaves now: to be committed together with the claim, so that a restart cannot exceed the pace. */
export const afterSend = (pace: Pace, now: number, weight = 1): Pace => ({
  ...pace,
  sent: [
    ...pace.sent.map(instant => Math.min(instant, now)),
    ...Array.from({ length: weight }, () => now),
  ].slice(-MAX_PER_MINUTE),
  factor: Math.max(1, pace.factor - RECOVERY_PER_MESSAGE),
})

/** Telegram asked to wait for so many seconds. */
export function afterFlood(pace: Pace, now: number, seconds: number): { pace: Pace; askFirst: boolean } {
  const waits = [...pace.waits.filter(instant => Math.abs(now - instant) < DAY), now]
  const askFirst = waits.length > MOST_WAITS_A_DAY || seconds * 1000 > DAY
  return {
    pace: {
      ...pace,
      factor: Math.min(SLOWEST, pace.factor * SLOWER_AFTER_FLOOD),
      waits: askFirst ? [] : waits,
    },
    // Going on as before would end in a restriction: a person decides, who then begins with a clean day.
    askFirst,
  }
}

/** Seconds that placing `count` messages of so many files each takes from an idle start. */
export function placingSeconds(count: number, settings: PaceSettings, files = 0): number {
  if (count <= 1) return 0
  const { delayMs, ...limit } = limits(settings)
  const perMinute = Math.max(1, Math.floor(limit.perMinute / weightOf(files)))
  const byDelay = (count - 1) * (delayMs / 1000)
  const byMinute = Math.floor((count - 1) / perMinute) * 60 + ((count - 1) % perMinute) * (delayMs / 1000)
  return Math.ceil(Math.max(byDelay, byMinute))
}

import { z } from 'zod'

// Telegram publishes no limit for user accounts. Three seconds between messages and twenty a minute are the floor of
// this product; settings and floods only ever slow it down.

export type PaceSettings = { readonly delaySeconds: number; readonly perMinute: number }

/** `sent`: when the last messages left (milliseconds since 1970, ascending); `factor`: 1 to 4, raised by floods. */
export const Pace = z.object({ sent: z.array(z.number()).max(20), factor: z.number().min(1).max(4) })
export type Pace = z.infer<typeof Pace>

const MIN_DELAY_SECONDS = 3
const MAX_PER_MINUTE = 20
const MINUTE = 60_000
const SLOWER_AFTER_FLOOD = 1.5
const SLOWEST = 4
const RECOVERY_PER_MESSAGE = 0.05

export const unhurried: Pace = { sent: [], factor: 1 }

function limits({ delaySeconds, perMinute }: PaceSettings): { delayMs: number; perMinute: number } {
  return {
    delayMs: Math.max(MIN_DELAY_SECONDS, delaySeconds) * 1000,
    perMinute: Math.max(1, Math.min(MAX_PER_MINUTE, Math.floor(perMinute))),
  }
}

/** The earliest instant at which the next message may leave; never before `now`. */
export function nextSlot(pace: Pace, settings: PaceSettings, now: number): number {
  const { delayMs, perMinute } = limits(settings)
  // A clock that was set back must not turn old messages into a long wait.
  const sent = pace.sent.map(instant => Math.min(instant, now))
  const last = sent.at(-1)
  const oldest = sent.at(-perMinute)
  return Math.max(
    now,
    last === undefined ? 0 : last + delayMs * pace.factor,
    oldest === undefined || sent.length < perMinute ? 0 : oldest + MINUTE * pace.factor,
  )
}

/** A message leaves now: to be committed together with the claim, so that a restart cannot exceed the pace. */
export const afterSend = (pace: Pace, now: number): Pace => ({
  sent: [...pace.sent.map(instant => Math.min(instant, now)), now].slice(-MAX_PER_MINUTE),
  factor: Math.max(1, pace.factor - RECOVERY_PER_MESSAGE),
})

export const afterFlood = (pace: Pace): Pace => ({
  ...pace,
  factor: Math.min(SLOWEST, pace.factor * SLOWER_AFTER_FLOOD),
})

/** Seconds that placing `count` messages takes from an idle start. */
export function placingSeconds(count: number, settings: PaceSettings): number {
  if (count <= 1) return 0
  const { delayMs, perMinute } = limits(settings)
  const byDelay = (count - 1) * (delayMs / 1000)
  const byMinute = Math.floor((count - 1) / perMinute) * 60 + ((count - 1) % perMinute) * (delayMs / 1000)
  return Math.ceil(Math.max(byDelay, byMinute))
}

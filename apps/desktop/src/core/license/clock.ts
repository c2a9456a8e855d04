import type { Clock } from '../ports.ts'

const HOUR = 3600
/** What the computer's clock may add to the saved floor in one launch: once set to a far year, it cannot poison the licence. */
const FLOOR_GROWTH = 36 * HOUR
const BEHIND = 24 * HOUR

/**
 * The licence's own clock, in Unix seconds ("Client clock" of the licence protocol): turning the computer's clock back
 * gains nothing, and a clock that is wrong locks nobody out.
 */
export type LicenseClock = {
  /** The later of the computer's clock and the floor. */
  now(): number
  /** The computer's clock is more than a day before what the server has signed. */
  isBehind(): boolean
  /** Whole hours by which the computer's clock differs from the server's; undefined when nothing tells. */
  skewHours(): number | undefined
  /** A verified answer came: the server's time replaces everything assumed before. */
  heal(serverTime: number): void
  /** What to keep for the next launch, if it is more than what is kept; a bounded step above it. */
  floorToSave(): number
}

/** `trusted`: the later of the token's `iat` and the last server time; both are 0 when there is no licence yet. */
export function createLicenseClock(
  clock: Clock,
  saved: { readonly trusted: number; readonly floor: number },
): LicenseClock {
  let trusted = saved.trusted
  let floor = Math.max(saved.trusted, saved.floor)
  let floorAtLaunch = floor
  let since = clock.monotonic()
  let healed = false

  const wall = (): number => Math.floor(clock.now() / 1000)
  const risen = (): number => floor + Math.floor((clock.monotonic() - since) / 1000)
  const now = (): number => Math.max(wall(), risen())

  return {
    now,
    isBehind: () => wall() < trusted - BEHIND,
    skewHours: () =>
      // Before the first answer of this launch the floor only tells when the clock is behind it.
      healed || (floor > 0 && wall() < risen()) ? Math.round((wall() - risen()) / HOUR) : undefined,
    heal: serverTime => {
      trusted = serverTime
      floor = serverTime
      floorAtLaunch = serverTime
      since = clock.monotonic()
      healed = true
    },
    // Time that was measured counts in full, however long the launch: only what the clock claims is bounded.
    floorToSave: () => Math.max(risen(), Math.min(wall(), floorAtLaunch + FLOOR_GROWTH)),
  }
}

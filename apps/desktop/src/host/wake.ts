import type { Clock, Timers } from '../core/ports.ts'

const EVERY_MS = 30_000
const JUMP_MS = 15_000

/**
 * Calls `onWake` when the machine seems to have slept: the wall clock has gone ahead of the monotonic one, which stands
 * still meanwhile, or a timer came much too late. For hosts that no system tells of it. A clock that somebody set,
 * forwards or back, is taken for a sleep: dates may have passed or come again, and it costs a reconnection. Returns the function that ends the watch.
 */
export function watchForWakes(clock: Clock, timers: Timers, onWake: () => void): () => void {
  let cancel: () => void
  const look = (): void => {
    const [wall, monotonic] = [clock.now(), clock.monotonic()]
    cancel = timers.after(EVERY_MS, () => {
      const late = clock.monotonic() - monotonic - EVERY_MS
      const jump = clock.now() - wall - (clock.monotonic() - monotonic)
      if (late > JUMP_MS || Math.abs(jump) > JUMP_MS) onWake()
      look()
    })
  }
  look()
  return () => {
    cancel()
  }
}

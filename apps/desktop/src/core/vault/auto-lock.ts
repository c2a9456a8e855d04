import type { Clock, Timers } from '../ports.ts'

type AutoLock = {
  /** Somebody is there: the wait begins again. */
  touch(): void
  /** The machine woke up: timers stood still meanwhile, the clock did not. */
  woke(): void
  stop(): void
}

/** Calls `lock` when nobody has used the interface for `minutes` (`security.auto_logout_minutes`; 0: never). */
export function createAutoLock(deps: {
  readonly clock: Clock
  readonly timers: Timers
  readonly minutes: () => number
  readonly lock: () => void
}): AutoLock {
  let cancel = (): void => undefined
  let since = deps.clock.now()
  return {
    touch: () => {
      cancel()
      since = deps.clock.now()
      const minutes = deps.minutes()
      cancel = minutes > 0 ? deps.timers.after(minutes * 60_000, deps.lock) : () => undefined
    },
    woke: () => {
      const minutes = deps.minutes()
      if (minutes > 0 && deps.clock.now() - since >= minutes * 60_000) deps.lock()
    },
    stop: () => cancel(),
  }
}

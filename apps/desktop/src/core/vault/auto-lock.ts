import type { Timers } from '../ports.ts'

type AutoLock = {
  /** Somebody is there: the wait begins again. */
  touch(): void
  stop(): void
}

/** Calls `lock` when nobody has used the interface for `minutes` (`security.auto_logout_minutes`; 0: never). */
export function createAutoLock(deps: {
  readonly timers: Timers
  readonly minutes: () => number
  readonly lock: () => void
}): AutoLock {
  let cancel = (): void => undefined
  return {
    touch: () => {
      cancel()
      const minutes = deps.minutes()
      cancel = minutes > 0 ? deps.timers.after(minutes * 60_000, deps.lock) : () => undefined
    },
    stop: () => cancel(),
  }
}

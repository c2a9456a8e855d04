import { RpcError } from '../errors.ts'

const MOST_WRONG = 5
const WAIT_SECONDS = 300

/** Counts wrong attempts by whom they concern; after five there is a wait, then the count begins again. */
export type Attempts = {
  /** Throws RpcError 420 FLOOD_WAIT_<seconds> while there is a wait. */
  readonly check: (whom: string) => void
  /** True when this one was the last allowed. */
  readonly wrong: (whom: string) => boolean
  readonly forget: (whom: string) => void
}

/** `now` is world time in seconds. */
export const createAttempts = (now: () => number): Attempts => {
  const wrong = new Map<string, number>()
  const waitUntil = new Map<string, number>()
  return {
    check: whom => {
      const wait = (waitUntil.get(whom) ?? 0) - now()
      if (wait > 0) throw new RpcError(420, `FLOOD_WAIT_${wait}`)
    },
    wrong: whom => {
      const count = (wrong.get(whom) ?? 0) + 1
      wrong.set(whom, count)
      if (count < MOST_WRONG) return false
      wrong.delete(whom)
      waitUntil.set(whom, now() + WAIT_SECONDS)
      return true
    },
    forget: whom => {
      wrong.delete(whom)
    },
  }
}

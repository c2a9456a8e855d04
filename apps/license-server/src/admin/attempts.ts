import { toUnix, type Clock } from '../clock.ts'

/** More names than anyone needs; the oldest are forgotten first. */
const MAX_NAMES = 10_000

/**
 * Counts what is tried under a name within a sliding window, in this process. It slows guessing down and never locks an
 * account: the name holds the address too, so a stranger cannot shut a person out.
 */
export function createAttempts(options: {
  readonly clock: Clock
  readonly limit: number
  readonly windowSeconds: number
}) {
  const { clock, limit, windowSeconds } = options
  const tried = new Map<string, number[]>()

  return {
    /** Takes one attempt; gives the seconds to wait when there is none left. */
    take(name: string): number | undefined {
      const now = toUnix(clock())
      const recent = (tried.get(name) ?? []).filter(at => at > now - windowSeconds)
      const [oldest] = recent
      if (oldest !== undefined && recent.length >= limit) return oldest + windowSeconds - now
      // Written again, so that the map's order is the order of use.
      tried.delete(name)
      tried.set(name, [...recent, now])
      const [least] = tried.keys()
      if (tried.size > MAX_NAMES && least !== undefined) tried.delete(least)
      return undefined
    },
    /** Gives the newest attempt back: it was none. */
    forgive: (name: string): void => void tried.get(name)?.pop(),
    /** Forgets the attempts of someone who came in. */
    clear: (name: string): void => void tried.delete(name),
  }
}
export type Attempts = ReturnType<typeof createAttempts>

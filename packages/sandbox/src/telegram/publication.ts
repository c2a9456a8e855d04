import { nextDue, publishDue } from './world/schedule.ts'
import type { WorldCore } from './world/world.ts'

// The world's clock may be moved or be somebody else's, so a due date is looked for at least this often.
const LONGEST_SLEEP_MS = 1000

/** Publishes scheduled messages when the world's clock reaches them. */
export type Publication = {
  /** Publishes what is due and sleeps until the next; to be called when the clock may have moved. */
  readonly check: () => void
  /** Sleeps until the next; to be called when a schedule has changed. */
  readonly arm: () => void
  readonly stop: () => void
}

export const createPublication = (world: WorldCore, nowMs: () => number): Publication => {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const arm = (): void => {
    clearTimeout(timer)
    const due = stopped ? null : nextDue(world)
    if (due === null) return
    const wait = Math.max(0, due * 1000 - nowMs())
    timer = setTimeout(check, Math.min(wait, LONGEST_SLEEP_MS)).unref()
  }
  const check = (): void => {
    if (!stopped) publishDue(world)
    arm()
  }
  return {
    check,
    arm,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

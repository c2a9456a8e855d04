import { nextDue, publishDue, UNTIL_ONLINE } from './world/schedule.ts'
import type { WorldCore } from './world/world.ts'

// The world's clock may be moved or be somebody else's, so a due date is looked for at least this often.
const LONGEST_SLEEP_MS = 1000

/** Publishes scheduled messages when the world's clock reaches them. */
type Publication = {
  /** Publishes what is due; to be called when the clock may have moved. */
  readonly check: () => void
  /** To be called when something was scheduled for this second. */
  readonly expect: (date: number) => void
  readonly stop: () => void
}

export const createPublication = (world: WorldCore): Publication => {
  let next = nextDue(world)
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const sleep = (): void => {
    clearTimeout(timer)
    if (stopped || next === null) return
    const wait = Math.max(1, (next - world.now()) * 1000)
    timer = setTimeout(wake, Math.min(wait, LONGEST_SLEEP_MS)).unref()
  }
  const check = (): void => {
    if (stopped || next === null || world.now() < next) return
    publishDue(world)
    next = nextDue(world)
    sleep()
  }
  const wake = (): void => {
    check()
    sleep()
  }
  sleep()
  return {
    check,
    expect: date => {
      if (date === UNTIL_ONLINE || (next !== null && next <= date)) return
      next = date
      sleep()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

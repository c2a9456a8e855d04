import type { Clock, Timers } from '../ports.ts'

export type FakeTime = {
  readonly clock: Clock
  readonly timers: Timers
  /** Lets time pass: timers due fire in order, each at its own instant, and what they started settles in between. */
  advance(ms: number): Promise<void>
  /** Moves the wall clock alone, as a person or a dead battery does. */
  setWall(ms: number): void
  /** Milliseconds until the next timer, or null when none waits. */
  next(): number | null
}

/** Time that only passes when a test says so. Starts at 2027-01-04T09:00Z unless told otherwise (ISO). */
export function fakeTime(start = '2027-01-04T09:00:00Z'): FakeTime {
  let wall = Date.parse(start)
  let monotonic = 0
  let count = 0
  const waiting = new Map<number, { at: number; run: () => void }>()
  const earliest = () => [...waiting].sort(([a, x], [b, y]) => x.at - y.at || a - b)[0]
  const pass = (to: number): void => {
    wall += to - monotonic
    monotonic = to
  }

  return {
    clock: { now: () => wall, monotonic: () => monotonic },
    timers: {
      after: (ms, run) => {
        const id = count++
        waiting.set(id, { at: monotonic + Math.max(0, ms), run })
        return () => waiting.delete(id)
      },
    },
    advance: async ms => {
      const end = monotonic + ms
      await settle()
      for (let due = earliest(); due && due[1].at <= end; due = earliest()) {
        waiting.delete(due[0])
        pass(due[1].at)
        due[1].run()
        await settle()
      }
      pass(end)
      await settle()
    },
    setWall: ms => {
      wall = ms
    },
    next: () => {
      const due = earliest()
      return due ? due[1].at - monotonic : null
    },
  }
}

/** Lets pending promises and thread-pool work (node:crypto) come to an end. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise<void>(resolve => setImmediate(resolve))
}

/** Waits, without letting fake time pass, until `check` no longer throws; its last error after five seconds. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + 5000
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await settle()
    }
  }
}

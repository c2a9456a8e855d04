import { createHook } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
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

/** Jobs handed to the thread pool so far (node:crypto, WebCrypto, files). */
let jobs = 0
createHook({
  init: (_id, type) => {
    if (/REQUEST$|^FSREQ/.test(type)) jobs += 1
  },
}).enable()

/** The pool takes its jobs in order: once these are done, those before them are, or nearly so. */
const FENCE = 4
const fence = (): Promise<unknown> =>
  Promise.all(
    Array.from({ length: FENCE }, () => new Promise<void>(resolve => randomBytes(1, () => resolve()))),
  )

/** Lets what was started come to an end: promises, and the chains of thread-pool work that they wait for. */
export async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 2; quiet++) {
    const before = jobs
    await new Promise<void>(resolve => setImmediate(resolve))
    await fence()
    await new Promise<void>(resolve => setImmediate(resolve))
    if (jobs > before + FENCE) quiet = -1
  }
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

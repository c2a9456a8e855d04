import { createHook } from 'node:async_hooks'
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

/**
 * Work that was handed to the thread pool and has not come back, with when it was: signing and verifying (WebCrypto),
 * PBKDF2, files. The kinds that our code also runs synchronously are left out: those never tell that they have ended.
 */
const pooled = new Map<number, number>()
createHook({
  init: (id, type) => {
    if (/^(SIGN|PBKDF2|HASH|CIPHER)REQUEST$|^FSREQ|^FILEHANDLECLOSEREQ$/.test(type))
      pooled.set(id, performance.now())
  },
  after: id => void pooled.delete(id),
  destroy: id => void pooled.delete(id),
}).enable()

/** Nothing of ours takes this long: what is older was abandoned. */
const LONGEST_JOB_MS = 2000
const busy = (): boolean => {
  const now = performance.now()
  for (const started of pooled.values()) if (now - started < LONGEST_JOB_MS) return true
  return false
}

/** Lets what was started come to an end: promises, and the chains of thread-pool work that they wait for. */
export async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 4; quiet++) {
    if (busy()) quiet = -1
    await new Promise<void>(resolve => setImmediate(resolve))
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

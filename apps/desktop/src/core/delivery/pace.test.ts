import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  afterFlood,
  afterSend,
  nextSlot,
  placingSeconds,
  unhurried,
  weightOf,
  type Pace,
  type PaceSettings,
} from './pace.ts'

const START = Date.parse('2027-01-04T09:00:00Z')

/** Departures of `count` messages that leave as early as they may. */
function departures(count: number, settings: PaceSettings, files = 0, pace: Pace = unhurried): number[] {
  const times: number[] = []
  let now = START
  for (let i = 0; i < count; i++) {
    now = nextSlot(pace, settings, now, weightOf(files))
    times.push(now)
    pace = afterSend(pace, now, weightOf(files))
  }
  return times
}

test('A10: never two messages within three seconds, never more than twenty a minute, whatever the settings say', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 10, noNaN: true }),
      fc.integer({ min: 0, max: 100 }),
      (delay, perMinute) => {
        const times = departures(60, { delaySeconds: delay, perMinute })
        times.forEach((time, index) => {
          if (index > 0) expect(time - times[index - 1]!).toBeGreaterThanOrEqual(3000)
          if (index >= 20) expect(time - times[index - 20]!).toBeGreaterThanOrEqual(60_000)
        })
      },
    ),
  )
})

test('A10: never more than ten files a minute, an album counting as all of its files', () => {
  const settings = { delaySeconds: 3, perMinute: 20 }
  for (const files of [1, 3, 10]) {
    const times = departures(30, settings, files)
    for (const end of times) {
      const inMinute = times.filter(time => time <= end && time > end - 60_000).length
      expect(inMinute * files).toBeLessThanOrEqual(10)
    }
  }
  expect(departures(3, settings, 10).map(time => time - START)).toEqual([0, 60_000, 120_000])
  expect(departures(2, { delaySeconds: 3, perMinute: 4 }, 10)[1]! - START).toBe(60_000)
})

test('settings slow it down', () => {
  const times = departures(7, { delaySeconds: 5, perMinute: 5 })
  expect(times.map(time => (time - START) / 1000)).toEqual([0, 5, 10, 15, 20, 60, 65])
})

test('a flood makes it slower, at most four times, and it recovers with every message', () => {
  const settings = { delaySeconds: 3, perMinute: 20 }
  let pace = afterSend(unhurried, START)
  for (let i = 0; i < 10; i++) pace = afterFlood(pace, START, 30).pace
  expect(nextSlot(pace, settings, START) - START).toBe(12_000)
  for (let i = 0; i < 100; i++) pace = afterSend(pace, START)
  expect(pace.factor).toBe(1)
})

test('the third wait within a day, or one of more than a day, is for a person to judge', () => {
  const hour = 3600_000
  const asks = (...waits: readonly (readonly [at: number, seconds: number])[]): boolean[] => {
    let pace = unhurried
    return waits.map(([at, seconds]) => {
      const after = afterFlood(pace, START + at, seconds)
      pace = after.pace
      return after.askFirst
    })
  }
  expect(asks([0, 30], [hour, 30], [2 * hour, 30])).toEqual([false, false, true])
  expect(asks([0, 30], [hour, 30], [25 * hour, 30])).toEqual([false, false, false])
  expect(asks([0, 86_400], [hour, 86_401])).toEqual([false, true])
  expect(asks([0, 30], [1, 30], [2, 30], [3, 30])).toEqual([false, false, true, false])
})

test('a clock that was set back does not stop an account for hours', () => {
  const pace = afterSend(unhurried, START)
  const hourAgo = START - 3600_000
  expect(nextSlot(pace, { delaySeconds: 3, perMinute: 20 }, hourAgo)).toBe(hourAgo + 3000)
})

test('the announced duration is the one it takes', () => {
  for (const settings of [
    { delaySeconds: 3, perMinute: 20 },
    { delaySeconds: 5, perMinute: 20 },
    { delaySeconds: 3, perMinute: 7 },
  ])
    for (const count of [1, 2, 8, 21, 60])
      for (const files of [0, 1, 4])
        expect(placingSeconds(count, settings, files)).toBe(
          (departures(count, settings, files).at(-1)! - START) / 1000,
        )
})

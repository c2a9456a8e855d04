import { expect, test } from 'vitest'
import type { Progress, UpdateView } from '../../contract/index.ts'
import { fakeTime, memoryLog, settle } from '../../core/testing/index.ts'
import { createUpdates, isPlacing, UpdateFailure, type UpdatePort } from './updates.ts'

const progress = (done: number, total: number, reason: string | null = null): Progress =>
  ({ accountId: 'a', done, failed: 0, total, waiting: reason && { reason, until: null } }) as Progress

test.each([
  [[], false],
  [[progress(3, 3)], false],
  [[progress(3, 3), progress(1, 2)], true],
  [[progress(1, 2, 'pace')], true],
  [[progress(1, 2, 'offline')], false],
  [[progress(1, 2, 'telegram')], false],
])('%j: is something being placed? %s', (now, placing) => {
  expect(isPlacing(now)).toBe(placing)
})

function updating(over: Partial<UpdatePort> = {}) {
  const time = fakeTime()
  const seen: UpdateView[] = []
  const queue: { now: readonly Progress[] | null } = { now: [] }
  const events: string[] = []
  let skippedVersion: string | null = null
  const port: UpdatePort = {
    check: () => Promise.resolve({ version: '2.0.0', notes: 'better', page: null }),
    download: (_version, onProgress) => {
      onProgress(41.6)
      return Promise.resolve()
    },
    install: () => void events.push('install'),
    ...over,
  }
  const updates = createUpdates({
    port,
    clock: time.clock,
    timers: time.timers,
    log: memoryLog().log,
    progress: () => Promise.resolve(queue.now),
    skipped: {
      get: () => skippedVersion,
      set: version => {
        skippedVersion = version
        return Promise.resolve()
      },
    },
    quitAnd: install => {
      events.push('stopped')
      install()
    },
    onChange: view => void seen.push(view),
  })
  return { updates, time, seen, queue, events }
}

test('an update is found by itself, and goes no further without being asked for', async () => {
  const { updates, time, events } = updating()
  await time.advance(60_000)
  expect(updates.view()).toEqual({ state: 'available', version: '2.0.0', notes: 'better', page: null })
  await time.advance(48 * 3_600_000)
  expect([updates.view().state, events]).toEqual(['available', []])
})

test('an installation waits until nothing is being placed, and the core has stopped before it begins', async () => {
  const { updates, time, seen, queue, events } = updating()
  await updates.check()
  updates.download()
  await settle()
  expect(seen).toContainEqual({ state: 'downloading', version: '2.0.0', percent: 42 })
  expect(updates.view()).toMatchObject({ state: 'ready', whenIdle: false })
  queue.now = [progress(1, 2)]
  updates.install(true)
  await time.advance(600_000)
  queue.now = null
  await time.advance(600_000)
  expect(events).toEqual([])
  queue.now = [progress(2, 2)]
  await time.advance(5000)
  // A pause between two messages is not the end: it takes two looks.
  queue.now = [progress(2, 3)]
  await time.advance(5000)
  queue.now = [progress(3, 3)]
  await time.advance(5000)
  expect(events).toEqual([])
  await time.advance(5000)
  expect(events).toEqual(['stopped', 'install'])
})

test('a wish to install can be taken back', async () => {
  const { updates, time, events } = updating()
  await updates.check()
  updates.download()
  await settle()
  updates.install(true)
  updates.install(false)
  await time.advance(600_000)
  expect([updates.view(), events]).toEqual([{ state: 'ready', version: '2.0.0', whenIdle: false }, []])
})

test('a version that was skipped is not offered again by itself, but when asked for', async () => {
  const { updates, time } = updating()
  await time.advance(60_000)
  expect((await updates.skip('2.0.0')).state).toBe('idle')
  await time.advance(24 * 3_600_000)
  expect(updates.view().state).toBe('idle')
  expect((await updates.check()).state).toBe('available')
})

test('what is not signed by us is said to be so, and is not installed', async () => {
  const { updates } = updating({ download: () => Promise.reject(new UpdateFailure('untrusted')) })
  await updates.check()
  updates.download()
  await settle()
  expect(updates.view()).toEqual({ state: 'failed', reason: 'untrusted' })
  expect(() => updates.install(true)).toThrow('shell/not-here')
})

test('a form that is replaced by hand downloads nothing', async () => {
  const page = 'https://example.org/download'
  const { updates } = updating({ check: () => Promise.resolve({ version: '2.0.0', notes: '', page }) })
  expect(await updates.check()).toMatchObject({ state: 'available', page })
  expect(() => updates.download()).toThrow('shell/not-here')
})

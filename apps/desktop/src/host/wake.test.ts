import { expect, test, vi } from 'vitest'
import { fakeTime } from '../core/testing/index.ts'
import { watchForWakes } from './wake.ts'

function watched() {
  const time = fakeTime()
  const onWake = vi.fn()
  const end = watchForWakes(time.clock, time.timers, onWake)
  return { time, onWake, end }
}

test('an ordinary day is no wake', async () => {
  const { time, onWake } = watched()
  await time.advance(24 * 3_600_000)
  expect(onWake).not.toHaveBeenCalled()
})

test('after a sleep the core is told once', async () => {
  const { time, onWake } = watched()
  await time.advance(40_000)
  time.setWall(time.clock.now() + 8 * 3_600_000)
  await time.advance(120_000)
  expect(onWake).toHaveBeenCalledOnce()
})

test('a clock set back by a second, or corrected by the network, is no wake', async () => {
  const { time, onWake } = watched()
  time.setWall(time.clock.now() - 1000)
  await time.advance(30_000)
  time.setWall(time.clock.now() + 1000)
  await time.advance(30_000)
  expect(onWake).not.toHaveBeenCalled()
})

test('a clock set back by hours is told too', async () => {
  const { time, onWake } = watched()
  time.setWall(time.clock.now() - 5 * 3_600_000)
  await time.advance(30_000)
  expect(onWake).toHaveBeenCalledOnce()
})

test('a watch that ended calls nobody', async () => {
  const { time, onWake, end } = watched()
  end()
  time.setWall(time.clock.now() + 3_600_000)
  await time.advance(120_000)
  expect(onWake).not.toHaveBeenCalled()
  expect(time.next()).toBeNull()
})

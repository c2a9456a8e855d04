import { expect, test } from 'vitest'
import { fakeTime } from '../core/testing/index.ts'
import { watchForNetwork } from './network-watch.ts'

test('a network that comes back is told once, one that stays or goes is not', async () => {
  const time = fakeTime()
  let connected = true
  let told = 0
  const end = watchForNetwork(
    time.timers,
    () => (told += 1),
    () => connected,
  )
  const after = async (next: boolean): Promise<number> => {
    connected = next
    await time.advance(30_000)
    return told
  }
  expect([await after(true), await after(false), await after(true), await after(true)]).toEqual([0, 0, 1, 1])
  expect([await after(false), await after(true)]).toEqual([1, 2])
  end()
  expect(time.next()).toBeNull()
})

test('the real machine can be asked', () => {
  watchForNetwork(fakeTime().timers, () => undefined)()
})

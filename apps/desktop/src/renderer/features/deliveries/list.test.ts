import { expect, test } from 'vitest'
import type { DeliveryId, DeliveryView } from '../../../contract/index.ts'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { createRows, keyOf } from './list-rows.ts'
import { createSlots } from './list-window.ts'

const [example] = createFakeBridge('full').state.deliveries
const at = (...instants: string[]): DeliveryView[] =>
  instants.map(instant => ({ ...example!, id: instant as DeliveryId, at: instant }))

test('a list read on to its next page shows the same rows as one read at once, and keeps those it had', () => {
  const all = at(
    '2026-10-24T21:59:00Z',
    '2026-10-24T22:00:00Z',
    // The day of 25 hours.
    '2026-10-25T22:59:00Z',
    '2026-10-25T23:00:00Z',
    '2026-10-26T08:00:00Z',
  )
  const grow = createRows('Europe/Paris')
  const first = grow(all.slice(0, 2))
  const both = grow(all)
  expect(both).toEqual(createRows('Europe/Paris')(all))
  expect(both.map(keyOf).filter(key => key.length === 10)).toEqual(['2026-10-24', '2026-10-25', '2026-10-26'])
  expect(both[1]).toBe(first[1])
  expect(first.filter(({ kind }) => kind === 'day').at(-1)).toMatchObject({ items: [all[1]] })
})

test('a list that lost or changed a message is grouped anew', () => {
  const all = at('2026-11-22T09:00:00Z', '2026-11-22T10:00:00Z', '2026-11-23T09:00:00Z')
  const grow = createRows('UTC')
  grow(all)
  for (const after of [all.slice(1), [all[0]!, { ...all[1]!, text: 'autre' }, all[2]!], []])
    expect(grow(after)).toEqual(createRows('UTC')(after))
})

test('a row that stays in sight keeps its elements, and one that comes takes those of one that left', () => {
  const slots = createSlots()
  slots(['a', 'b', 'c'])
  const after = slots(['b', 'c', 'd'])
  expect([...after]).toEqual([
    ['b', 1],
    ['c', 2],
    ['d', 0],
  ])
  expect(new Set(slots(['x', 'c', 'y', 'z']).values()).size).toBe(4)
})

import { expect, test } from 'vitest'
import type { PublishedMessage, ScheduledMessage } from '../telegram/gateway.ts'
import { match, type Wanted } from './matching.ts'

const AT = 1_800_000_000
const wanted = (id: string, over: Partial<Wanted> = {}): Wanted => ({
  id,
  at: AT,
  text: 'Bonjour',
  entities: [],
  scheduledId: null,
  movedTo: null,
  ...over,
})
const queued = (id: number, over: Partial<ScheduledMessage> = {}): ScheduledMessage => ({
  id,
  at: AT,
  text: 'Bonjour',
  entities: [],
  media: [],
  ...over,
})
const posted = (id: number, over: Partial<PublishedMessage> = {}): PublishedMessage => ({
  id,
  at: AT,
  text: 'Bonjour',
  entities: [],
  media: [],
  fromScheduled: true,
  ...over,
})
const sights = (...args: Parameters<typeof match>) =>
  Object.fromEntries([...match(...args).found].map(([id, { sight }]) => [id, sight]))
const none = new Set<number>()

test('a message is recognised by date and text; another date or text is not it', () => {
  const queue = [queued(1, { at: AT + 1 }), queued(2, { text: 'Bonsoir' }), queued(3)]
  expect(sights([wanted('a')], queue, [], none)).toEqual({ a: { kind: 'scheduled', id: 3 } })
})

test('two equal deliveries never claim the same message', () => {
  expect(sights([wanted('a'), wanted('b')], [queued(1)], [], none)).toEqual({
    a: { kind: 'scheduled', id: 1 },
    b: { kind: 'nowhere' },
  })
})

test('a message known by its number is not taken by another delivery that looks the same', () => {
  expect(sights([wanted('new'), wanted('old', { scheduledId: 1 })], [queued(1)], [], none)).toEqual({
    old: { kind: 'scheduled', id: 1 },
    new: { kind: 'nowhere' },
  })
})

test('formatting tells equal texts apart, and what Telegram adds by itself does not hide a message', () => {
  const bold = [{ type: 'bold' as const, offset: 0, length: 3 }]
  const added = [...bold, { type: 'italic' as const, offset: 4, length: 2 }]
  const queue = [queued(1), queued(2, { entities: added })]
  expect(sights([wanted('a', { entities: bold })], queue, [], none)).toEqual({
    a: { kind: 'scheduled', id: 2 },
  })
})

test('text or date changed on another device is told as a change', () => {
  expect(sights([wanted('a', { scheduledId: 1 })], [queued(1, { at: AT + 60 })], [], none)).toEqual({
    a: { kind: 'changed', id: 1, at: AT + 60 },
  })
  expect(sights([wanted('a', { scheduledId: 1 })], [queued(1, { text: 'Autre' })], [], none)).toEqual({
    a: { kind: 'changed', id: 1, at: AT },
  })
})

test('published late is published; an ordinary message with the same words is not ours', () => {
  expect(
    sights([wanted('a')], [], [posted(8, { fromScheduled: false }), posted(9, { at: AT + 840 })], none),
  ).toEqual({
    a: { kind: 'published', id: 9, at: AT + 840 },
  })
  expect(sights([wanted('a')], [], [posted(9, { at: AT + 901 })], none)).toEqual({ a: { kind: 'nowhere' } })
})

test('sent at once from another device it is published, after what came out at its own date has been told apart', () => {
  expect(sights([wanted('a')], [], [posted(9, { at: AT - 500 })], none)).toEqual({
    a: { kind: 'published', id: 9, at: AT - 500 },
  })
  const later = wanted('later', { at: AT + 3600 })
  expect(sights([later, wanted('now')], [], [posted(9)], none)).toEqual({
    now: { kind: 'published', id: 9, at: AT },
    later: { kind: 'nowhere' },
  })
})

test('a published message belongs to one delivery', () => {
  expect(sights([wanted('a'), wanted('b', { at: AT + 60 })], [], [posted(9, { at: AT + 60 })], none)).toEqual(
    {
      a: { kind: 'published', id: 9, at: AT + 60 },
      b: { kind: 'nowhere' },
    },
  )
  expect(sights([wanted('a')], [], [posted(9)], new Set([9]))).toEqual({ a: { kind: 'nowhere' } })
})

test('a message that was being edited is recognised in its old form and in its new one, in the queue and published', () => {
  const wished = { at: AT + 60, text: 'Bonsoir', entities: [] }
  const edited = wanted('a', { scheduledId: 1, wished })
  const of = (...args: Parameters<typeof match>) => match(...args).found.get('a')
  expect(of([edited], [queued(1)], [], none)).toMatchObject({ sight: { kind: 'scheduled' }, wished: false })
  expect(of([edited], [queued(1, wished)], [], none)).toMatchObject({
    sight: { kind: 'scheduled', id: 1 },
    wished: true,
  })
  expect(of([edited], [queued(1, { text: 'Tiers' })], [], none)).toMatchObject({
    sight: { kind: 'changed' },
    message: { text: 'Tiers' },
  })
  expect(of([edited], [], [posted(9, wished)], none)).toMatchObject({
    sight: { kind: 'published', at: AT + 60 },
    wished: true,
  })
  expect(of([edited], [], [posted(9)], none)).toMatchObject({ sight: { kind: 'published' }, wished: false })
})

test('what the queue holds beside our messages is told', () => {
  const { others } = match([wanted('a')], [queued(1), queued(2, { text: 'D’ailleurs' })], [], none)
  expect(others.map(({ id }) => id)).toEqual([2])
})

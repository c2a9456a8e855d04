import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify, NO_ANSWER, OFFLINE } from '../telegram/errors.ts'
import { isOpen, MAX_ATTEMPTS, transition, type Delivery, type DeliveryEvent } from './machine.ts'

const NOW = Date.parse('2027-01-04T09:00:00Z')
const AT = NOW / 1000 + 3600

const delivery = (over: Partial<Delivery> = {}): Delivery => ({
  state: 'queued',
  at: AT,
  attempt: 0,
  looks: 0,
  refreshed: false,
  accepted: false,
  notBefore: 0,
  error: null,
  scheduledId: null,
  publishedId: null,
  publishedAt: null,
  movedTo: null,
  ...over,
})
const sending = delivery({ state: 'sending', attempt: 1 })
const refused = (name: string, code: number, from = sending): Delivery =>
  transition(from, { kind: 'refused', failure: classify(name, code), jitter: 0 }, NOW)

describe('an answer of Telegram decides what becomes of a message', () => {
  test.each([
    ['FLOOD_WAIT_30', 420, { state: 'queued', attempt: 0 }],
    ['PEER_FLOOD', 400, { state: 'queued', attempt: 0 }],
    ['AUTH_KEY_UNREGISTERED', 401, { state: 'queued', attempt: 0 }],
    ['SLOWMODE_WAIT_45', 420, { state: 'paused', notBefore: NOW + 46_000, error: 'telegram/slow-mode' }],
    ['RPC_CALL_FAIL', 500, { state: 'paused', notBefore: NOW + 2000 }],
    ['CHAT_WRITE_FORBIDDEN', 403, { state: 'skipped', error: 'telegram/not-allowed-in-chat' }],
    ['NEVER_SEEN', 400, { state: 'skipped', error: 'telegram/unknown' }],
    ['MESSAGE_TOO_LONG', 400, { state: 'failed', error: 'telegram/text-too-long' }],
    ['CHANNEL_INVALID', 400, { state: 'queued', refreshed: true }],
    ['RANDOM_ID_DUPLICATE', 500, { state: 'uncertain', accepted: true, notBefore: NOW + 3000 }],
    ['Timeout', -503, { state: 'uncertain', notBefore: 0 }],
  ])('%s (%i)', (name, code, expected) => {
    expect(refused(name, code)).toMatchObject(expected)
  })

  test('server trouble is tried five times at growing distances, then given up', () => {
    const pauses = [1, 2, 3, 4].map(
      attempt => refused('RPC_CALL_FAIL', 500, { ...sending, attempt }).notBefore - NOW,
    )
    expect(pauses).toEqual([2000, 4000, 8000, 16_000])
    expect(refused('RPC_CALL_FAIL', 500, { ...sending, attempt: MAX_ATTEMPTS }).state).toBe('failed')
  })

  test('stale data is read again once, not for ever', () => {
    expect(refused('CHANNEL_INVALID', 400, { ...sending, refreshed: true }).state).toBe('skipped')
  })
})

test('nothing is sent to a date that is past or nearly there', () => {
  for (const at of [NOW / 1000 - 60, NOW / 1000 + 5])
    expect(transition(delivery({ at }), { kind: 'claimed' }, NOW)).toMatchObject({ state: 'missed' })
})

test('A4: what was being sent when the program ended is looked up, not lost and not sent blindly', () => {
  expect(transition(sending, { kind: 'interrupted' }, NOW).state).toBe('uncertain')
  expect(transition({ ...sending, state: 'queued', attempt: 1 }, { kind: 'doubted' }, NOW).state).toBe(
    'uncertain',
  )
  expect(transition({ ...sending, state: 'queued', attempt: 0 }, { kind: 'doubted' }, NOW).state).toBe(
    'queued',
  )
})

describe('an unknown outcome is decided by looking', () => {
  const uncertain = delivery({ state: 'uncertain', attempt: 1 })
  const nowhere: DeliveryEvent = { kind: 'seen', sight: { kind: 'nowhere' } }
  test('found in the queue: scheduled', () => {
    const seen = transition(uncertain, { kind: 'seen', sight: { kind: 'scheduled', id: 7 } }, NOW)
    expect(seen).toMatchObject({ state: 'scheduled', scheduledId: 7 })
  })
  test('nowhere, with its date ahead: back to the queue, to leave with the same random_id', () => {
    expect(transition(uncertain, nowhere, NOW).state).toBe('queued')
  })
  test('nowhere, with its date past: never sent by itself', () => {
    const soon = transition({ ...uncertain, at: NOW / 1000 - 60 }, nowhere, NOW)
    expect(soon.state).toBe('uncertain')
    expect(transition({ ...uncertain, at: NOW / 1000 - 3600 }, nowhere, NOW).state).toBe('missed')
  })
  test('accepted but nowhere: looked for several times, then someone removed it', () => {
    let row: Delivery = { ...uncertain, accepted: true }
    for (let look = 0; look < 5; look++) {
      row = transition(row, nowhere, NOW)
      expect(row.state).toBe('uncertain')
    }
    expect(transition(row, nowhere, NOW).state).toBe('cancelled')
  })
})

test('what Telegram lost before its date was removed elsewhere; around its date it is looked for again', () => {
  const scheduled = delivery({ state: 'scheduled', scheduledId: 3 })
  const nowhere: DeliveryEvent = { kind: 'seen', sight: { kind: 'nowhere' } }
  expect(transition(scheduled, nowhere, NOW).state).toBe('cancelled')
  expect(transition(scheduled, nowhere, AT * 1000 - 10_000).state).toBe('scheduled')
  expect(transition(scheduled, nowhere, AT * 1000 + 60_000).state).toBe('scheduled')
  expect(transition(scheduled, nowhere, AT * 1000 + 20 * 60_000).state).toBe('missed')
})

test('a change made on another device is seen, and followed to its own date', () => {
  const changed = transition(
    delivery({ state: 'scheduled', scheduledId: 3 }),
    { kind: 'seen', sight: { kind: 'changed', id: 3, at: AT + 600 } },
    NOW,
  )
  expect(changed).toMatchObject({ state: 'drifted', movedTo: AT + 600, notBefore: (AT + 600) * 1000 + 5000 })
})

test('what was published can neither be cancelled nor retried, and what was cancelled never comes back', () => {
  const published = delivery({ state: 'published' })
  const cancelled = delivery({ state: 'cancelled' })
  expect(transition(published, { kind: 'cancelled' }, NOW)).toBe(published)
  expect(transition(published, { kind: 'retried' }, NOW)).toBe(published)
  expect(transition(cancelled, { kind: 'retried' }, NOW)).toBe(cancelled)
})

test('no event, in any state, sends what was settled or loses what Telegram may have', () => {
  const states = [
    'queued',
    'sending',
    'uncertain',
    'scheduled',
    'published',
    'paused',
    'failed',
    'skipped',
    'cancelled',
    'drifted',
    'missed',
  ] as const
  const event = fc.oneof(
    fc.constant<DeliveryEvent>({ kind: 'claimed' }),
    fc.constant<DeliveryEvent>({ kind: 'interrupted' }),
    fc.constant<DeliveryEvent>({ kind: 'doubted' }),
    fc.constant<DeliveryEvent>({ kind: 'seen', sight: { kind: 'nowhere' } }),
    fc
      .constantFrom(NO_ANSWER, OFFLINE, classify('FLOOD_WAIT_3', 420), classify('MESSAGE_EMPTY', 400))
      .chain(failure =>
        fc.constantFrom<DeliveryEvent>(
          { kind: 'refused', failure, jitter: 0.5 },
          { kind: 'concerned', failure },
          { kind: 'unprepared', failure, jitter: 0.5 },
        ),
      ),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...states),
      event,
      fc.integer({ min: -7200, max: 7200 }),
      (state, happening, shift) => {
        const before = delivery({ state, attempt: 1 })
        const after = transition(before, happening, (AT + shift) * 1000)
        if (!isOpen(state)) expect(after).toBe(before)
        // Only a look may decide about what could be at Telegram.
        if (state === 'uncertain' && happening.kind !== 'seen') expect(after).toBe(before)
        if (after.state === 'sending' && state !== 'sending')
          expect((AT + shift) * 1000).toBeLessThan(AT * 1000)
      },
    ),
  )
})

test('a file that does not get to Telegram never counts as a sending, and is not tried for ever', () => {
  let row = delivery({ state: 'queued', attempt: 0 })
  const failure = classify('RPC_CALL_FAIL', 500)
  for (let tries = 0; tries < 10 && isOpen(row.state); tries++)
    row = transition(row, { kind: 'unprepared', failure, jitter: 0 }, NOW)
  expect(row).toMatchObject({ state: 'failed', attempt: 0 })
  const waiting = delivery({ state: 'queued', attempt: 0 })
  expect(transition(waiting, { kind: 'unprepared', failure: OFFLINE, jitter: 0 }, NOW)).toBe(waiting)
})

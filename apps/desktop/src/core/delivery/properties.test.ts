import { expect, test } from 'vitest'
import { classify, NO_ANSWER, OFFLINE } from '../telegram/errors.ts'
import type { Reaction, TelegramFailure } from '../telegram/gateway.ts'
import { isOpen, MAX_ATTEMPTS, transition, type Delivery, type DeliveryEvent, type Sight } from './machine.ts'
import { newWish, sendWish, wishAfterFailure, wishAfterSight, type Wish } from './wish.ts'

// Both machines, walked through whole: every state that can be reached, with every event that can meet it there.

const AT = Date.parse('2027-01-04T12:00:00Z') / 1000
/** Long before the date, too close to it, at it, a minute late, and when nothing comes out any more (milliseconds). */
const TIMES = [-3600, -5, 0, 60, 3600].map(shift => (AT + shift) * 1000)
const LAST = TIMES.length - 1

const REFUSALS: Record<Reaction, TelegramFailure> = {
  WAIT: classify('FLOOD_WAIT_30', 420),
  WAIT_TARGET: classify('SLOWMODE_WAIT_30', 420),
  BACKOFF: classify('RPC_CALL_FAIL', 500),
  SKIP: classify('CHAT_WRITE_FORBIDDEN', 403),
  FIX: classify('MESSAGE_TOO_LONG', 400),
  REFRESH: classify('CHANNEL_INVALID', 400),
  DONE: classify('RANDOM_ID_DUPLICATE', 500),
  RELOGIN: classify('AUTH_KEY_UNREGISTERED', 401),
  STOP: classify('PEER_FLOOD', 400),
  LOGIN: classify('PHONE_CODE_INVALID', 400),
  APP: classify('API_ID_INVALID', 400),
  UNCERTAIN: NO_ANSWER,
  OFFLINE,
}
const FAILURES = Object.values(REFUSALS)

const NEW: Delivery = {
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
}

/** A delivery and what is really at Telegram: how often its message is there, whether it was moved, and whether one came out. */
type World = {
  readonly delivery: Delivery
  readonly copies: number
  readonly moved: boolean
  readonly out: boolean
  readonly time: number
}
type Machine = typeof transition
type Step = { readonly by: 'program' | 'person' | 'telegram'; readonly world: World }

/** What the transitions depend on; counters only up to where they stop meaning anything. */
const keyOf = ({ delivery, copies, moved, out, time }: World): string => {
  const { state, attempt, looks, refreshed, accepted } = delivery
  const counted = [Math.min(attempt, MAX_ATTEMPTS), Math.min(looks, 7)]
  return [state, ...counted, refreshed, accepted, copies, moved, out, time].join()
}

/** What a look tells, truthfully; a Telegram that has forgotten every `random_id` is the worst there is. */
const sightOf = ({ copies, moved, out }: World): Sight => {
  if (copies === 0) return { kind: 'nowhere' }
  if (out) return { kind: 'published', id: 9, at: AT }
  return moved ? { kind: 'changed', id: 3, at: AT + 30 } : { kind: 'scheduled', id: 3 }
}

function* stepsFrom(world: World, machine: Machine = transition): Generator<Step> {
  const { delivery, copies, out, time } = world
  const now = TIMES[time] ?? 0
  const meets = (event: DeliveryEvent, from: World = world): World => ({
    ...from,
    delivery: machine(from.delivery, event, now),
  })
  if (time < LAST) yield { by: 'telegram', world: { ...world, time: time + 1 } }
  if (copies > 0 && now >= AT * 1000) yield { by: 'telegram', world: { ...world, out: true } }
  // Somebody deletes it, or moves it, on another device.
  if (copies > 0 && !out) {
    yield { by: 'telegram', world: { ...world, copies: copies - 1 } }
    yield { by: 'telegram', world: { ...world, moved: true } }
  }

  yield { by: 'program', world: meets({ kind: 'claimed' }) }
  yield { by: 'program', world: meets({ kind: 'seen', sight: sightOf(world) }) }
  for (const failure of FAILURES) {
    yield { by: 'program', world: meets({ kind: 'concerned', failure }) }
    yield { by: 'program', world: meets({ kind: 'unprepared', failure, jitter: 0 }) }
  }
  if (delivery.state === 'sending') {
    const done: World = { ...world, copies: copies + 1 }
    yield {
      by: 'program',
      world: meets({ kind: 'placed', placement: { kind: 'scheduled', id: 3, at: AT } }, done),
    }
    for (const from of [world, done]) {
      yield { by: 'program', world: meets({ kind: 'interrupted' }, from) }
      yield { by: 'program', world: meets({ kind: 'refused', failure: NO_ANSWER, jitter: 0 }, from) }
    }
    for (const failure of FAILURES)
      if (failure.reaction !== 'DONE' || copies > 0)
        yield { by: 'program', world: meets({ kind: 'refused', failure, jitter: 0 }) }
  }
  yield { by: 'person', world: meets({ kind: 'retried' }) }
  // A person's cancelling reaches the machine once Telegram has removed the message, or nothing of it was there.
  if (!['sending', 'uncertain'].includes(delivery.state) && !out)
    yield { by: 'person', world: meets({ kind: 'cancelled' }, { ...world, copies: 0 }) }
}

function everywhere(machine: Machine = transition): readonly World[] {
  const found = new Map<string, World>()
  const open: World[] = [{ delivery: NEW, copies: 0, moved: false, out: false, time: 0 }]
  for (let world = open.pop(); world !== undefined; world = open.pop()) {
    if (found.has(keyOf(world))) continue
    found.set(keyOf(world), world)
    // Where something was sent twice the walk has found what it looks for.
    if (world.copies < 2) for (const step of stepsFrom(world, machine)) open.push(step.world)
  }
  return [...found.values()]
}
const worlds = everywhere()

test('every state and every reaction of Telegram is met on the walk', () => {
  const states = new Set(worlds.map(({ delivery }) => delivery.state))
  expect([...states].sort()).toEqual([
    'cancelled',
    'drifted',
    'failed',
    'missed',
    'paused',
    'published',
    'queued',
    'scheduled',
    'sending',
    'skipped',
    'uncertain',
  ])
  for (const [reaction, failure] of Object.entries(REFUSALS)) expect(failure.reaction).toBe(reaction)
})

const sentTwice = (all: readonly World[]): readonly World[] => all.filter(({ copies }) => copies > 1)

/** What is given up is not at Telegram, and what is called published is. */
const lost = (all: readonly World[]): readonly World[] =>
  all.filter(({ delivery: { state }, copies, out }) => {
    const givenUp = ['failed', 'skipped', 'cancelled', 'missed', 'queued', 'paused'].includes(state)
    return (state === 'published' && !out) || (givenUp && copies > 0)
  })

/** What stays open once the date is over, though Telegram owes nothing any more. */
const stuck = (all: readonly World[], machine: Machine = transition): readonly World[] =>
  all.filter(world => {
    let { delivery } = world
    for (let steps = 0; isOpen(delivery.state) && steps < 3; steps++)
      delivery = machine(delivery, driverEvent(delivery, world), TIMES[LAST] ?? 0)
    return isOpen(delivery.state) && !(world.copies > 0 && !world.out)
  })

test('no path sends twice: even a Telegram that forgets every random_id never holds two copies', () => {
  expect(sentTwice(worlds)).toEqual([])
})

test('no path loses a message: what is given up is not at Telegram, and what is called published is', () => {
  expect(lost(worlds)).toEqual([])
})

test('no state without an exit: once the date is over, the program alone settles every open state', () => {
  expect(stuck(worlds)).toEqual([])
})

const queuedAgain = (delivery: Delivery): Delivery => ({ ...delivery, state: 'queued', notBefore: 0 })
const BROKEN: readonly (readonly [
  string,
  (all: readonly World[], machine: Machine) => readonly World[],
  Machine,
])[] = [
  [
    'sends blindly what was interrupted',
    sentTwice,
    (one, event, now) =>
      event.kind === 'interrupted' && one.state === 'sending'
        ? queuedAgain(one)
        : transition(one, event, now),
  ],
  [
    'sends blindly what was not answered',
    sentTwice,
    (one, event, now) =>
      event.kind === 'refused' && event.failure === NO_ANSWER && one.state === 'sending'
        ? queuedAgain(one)
        : transition(one, event, now),
  ],
  [
    'lets a person retry what is not known to have failed',
    sentTwice,
    (one, event, now) =>
      event.kind === 'retried' && one.state === 'uncertain' ? queuedAgain(one) : transition(one, event, now),
  ],
  [
    'gives up what was not answered',
    lost,
    (one, event, now) =>
      event.kind === 'refused' && event.failure === NO_ANSWER && one.state === 'sending'
        ? { ...one, state: 'failed' }
        : transition(one, event, now),
  ],
  [
    'never asks what became of a date that has passed',
    stuck,
    (one, event, now) => (event.kind === 'seen' && now > AT * 1000 ? one : transition(one, event, now)),
  ],
]

test.each(BROKEN)('the walk finds a machine that %s', (_, found, machine) => {
  expect(found(everywhere(machine), machine)).not.toEqual([])
})

/** What the lane does with a delivery of this state when its time has come. */
function driverEvent({ state }: Delivery, world: World): DeliveryEvent {
  if (state === 'queued' || state === 'paused') return { kind: 'claimed' }
  return state === 'sending' ? { kind: 'interrupted' } : { kind: 'seen', sight: sightOf(world) }
}

test('no state without an exit: what waits says until when, and never for ever', () => {
  for (const world of worlds)
    for (const { by, world: after } of stepsFrom(world))
      if (by === 'program' && isOpen(after.delivery.state)) {
        const until = after.delivery.notBefore
        expect(until, JSON.stringify(world)).toBeLessThanOrEqual((AT + 3600 + 120) * 1000)
      }
})

test('what is settled stays so: only a person brings back what was refused, and never what Telegram has accepted', () => {
  for (const world of worlds) {
    const { state, accepted } = world.delivery
    if (isOpen(state)) continue
    for (const { by, world: after } of stepsFrom(world)) {
      if (after.delivery.state === state) continue
      expect(by).toBe('person')
      expect(['failed', 'skipped', 'missed']).toContain(state)
      if (isOpen(after.delivery.state)) expect(accepted).toBe(false)
    }
  }
})

const KINDS = ['edit', 'send-now', 'cancel'] as const
const SIGHTS: readonly Sight[] = [
  { kind: 'scheduled', id: 3 },
  { kind: 'changed', id: 3, at: AT },
  { kind: 'published', id: 9, at: AT },
  { kind: 'nowhere' },
]
const seen = (wish: Wish, sight: Sight, open: boolean, wished = false) =>
  wishAfterSight(wish, sight, { wished, open, looks: 0, now: TIMES[0] ?? 0 })

test('no wish without an exit: after five requests whose outcome shows nowhere, it is refused and says why', () => {
  for (const kind of KINDS)
    for (const failure of [NO_ANSWER, REFUSALS.REFRESH, REFUSALS.BACKOFF]) {
      let wish = newWish(kind, null, null)
      let requests = 0
      while (wish.stage !== 'refused') {
        requests += 1
        expect(requests).toBeLessThanOrEqual(MAX_ATTEMPTS)
        const answered = wishAfterFailure(sendWish(wish), failure, TIMES[0] ?? 0, 0)
        const after = answered.done ? answered : seen(answered.wish, { kind: 'scheduled', id: 3 }, true)
        if (after.done) throw new Error('nothing was done')
        wish = after.wish
      }
      expect(wish.error).not.toBeNull()
    }
})

test('no wish without an exit: when its message is settled, so is the wish', () => {
  for (const kind of KINDS)
    for (const stage of ['due', 'sent'] as const)
      for (const sight of SIGHTS.filter(one => one.kind === 'published' || one.kind === 'nowhere')) {
        const after = seen({ ...newWish(kind, null, null), stage }, sight, false)
        expect(after.done || after.wish.stage === 'refused').toBe(true)
      }
})

test('a wish that was refused changes by itself no more, and one that is unanswered is looked up before it is asked again', () => {
  for (const kind of KINDS) {
    const refused: Wish = { ...newWish(kind, null, null), stage: 'refused', error: 'telegram/unknown' }
    for (const sight of SIGHTS) expect(seen(refused, sight, true)).toEqual({ done: false, wish: refused })
    const unanswered = wishAfterFailure(sendWish(newWish(kind, null, null)), NO_ANSWER, TIMES[0] ?? 0, 0)
    expect(unanswered).toMatchObject({ done: false, wish: { stage: 'sent' } })
    expect(seen(sendWish(newWish(kind, null, null)), SIGHTS[0]!, true, true)).toEqual({ done: true })
  }
})

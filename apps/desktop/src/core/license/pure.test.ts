import fc from 'fast-check'
import { licenseClaimsSchema, type LicenseClaims } from '@autotele/shared'
import { describe, expect, test } from 'vitest'
import { fakeTime } from '../testing/index.ts'
import { createLicenseClock } from './clock.ts'
import { pollDelay, retryDelay } from './schedule.ts'
import { nextChange, standing, type Held } from './standing.ts'

const HOUR = 3600
const DAY = 24 * HOUR
/** 2027-01-04T09:00Z, where fake time starts. */
const T0 = Date.parse('2027-01-04T09:00:00Z') / 1000

describe('clock', () => {
  const launch = (saved: { trusted: number; floor: number }) => {
    const time = fakeTime()
    return { time, clock: createLicenseClock(time.clock, saved) }
  }

  test('an honest clock is the clock', async () => {
    const { time, clock } = launch({ trusted: T0 - DAY, floor: T0 - HOUR })
    expect([clock.now(), clock.isBehind(), clock.skewHours()]).toEqual([T0, false, undefined])
    await time.advance(10_000)
    expect(clock.now()).toBe(T0 + 10)
  })

  test('turned back, time goes on from where it was', async () => {
    const { time, clock } = launch({ trusted: T0, floor: T0 + 5 * DAY })
    time.setWall((T0 - 30 * DAY) * 1000)
    expect(clock.now()).toBe(T0 + 5 * DAY)
    await time.advance(HOUR * 1000)
    expect(clock.now()).toBe(T0 + 5 * DAY + HOUR)
    expect([clock.isBehind(), clock.skewHours()]).toEqual([true, -35 * 24])
  })

  test('turned back before every launch, it gains at most nothing', () => {
    let floor = T0
    for (let launchNo = 0; launchNo < 50; launchNo++) {
      const { time, clock } = launch({ trusted: T0, floor })
      time.setWall((T0 - launchNo * DAY) * 1000)
      expect(clock.now()).toBeGreaterThanOrEqual(floor)
      floor = clock.floorToSave()
    }
    expect(floor).toBeGreaterThanOrEqual(T0)
  })

  test('once in a far year, it costs 36 hours and not the licence', () => {
    const { time, clock } = launch({ trusted: T0, floor: T0 })
    time.setWall(Date.parse('2035-06-01T00:00:00Z'))
    expect(clock.now()).toBeGreaterThan(T0 + 365 * DAY)
    const floor = clock.floorToSave()
    expect(floor).toBe(T0 + 36 * HOUR)
    time.setWall(T0 * 1000)
    expect(clock.now()).toBe(T0)
    const next = createLicenseClock(time.clock, { trusted: T0, floor })
    expect(next.now()).toBe(T0 + 36 * HOUR)
    expect(next.isBehind()).toBe(false)
  })

  test('a verified answer heals whatever was assumed', async () => {
    const { time, clock } = launch({ trusted: T0, floor: T0 + 36 * HOUR })
    clock.heal(T0 + 60)
    expect(clock.now()).toBe(T0 + 60)
    expect(clock.floorToSave()).toBe(T0 + 60)
    time.setWall((T0 + 60 + 3 * DAY) * 1000)
    expect(clock.skewHours()).toBe(72)
    await time.advance(1000)
    expect(clock.floorToSave()).toBe(T0 + 60 + 36 * HOUR)
  })

  test('a launch of ten days counts ten days, whatever the clock says at its end and after it', async () => {
    const { time, clock } = launch({ trusted: T0, floor: T0 })
    time.setWall((T0 - 400 * DAY) * 1000)
    await time.advance(10 * DAY * 1000)
    const next = createLicenseClock(time.clock, { trusted: T0, floor: clock.floorToSave() })
    expect(next.now()).toBe(T0 + 10 * DAY)
  })

  describe('whatever the clock is set to, in whatever order, over whatever launches', () => {
    const TRUSTED = T0
    const seconds = fc.oneof(fc.integer({ min: 0, max: HOUR }), fc.integer({ min: 0, max: 3 * DAY }))
    const action = fc.oneof(
      fc.record({ kind: fc.constant('run' as const), seconds }),
      fc.record({
        kind: fc.constant('set' as const),
        /** How far from the truth the computer's clock is from now on. */
        off: fc.oneof(
          fc.constant(0),
          fc.integer({ min: -7300 * DAY, max: 7300 * DAY }),
          fc.integer({ min: -2 * DAY, max: 2 * DAY }),
        ),
      }),
      fc.record({ kind: fc.constant('restart' as const), seconds }),
      fc.record({ kind: fc.constant('heal' as const) }),
    )

    type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

    /** Plays the actions on a machine whose true time is known; calls `check` after each. */
    function play(
      actions: readonly Action[],
      check: (at: {
        readonly clock: ReturnType<typeof createLicenseClock>
        readonly real: number
        readonly off: number
        /** Seconds that the program has run since the last word of the server. */
        readonly ran: number
        readonly healedAt: number
        /** Launches that have ended since then, in which the clock was ahead. */
        readonly liedAhead: number
        readonly restarts: number
      }) => void,
    ): void {
      let [real, off, monotonic] = [TRUSTED, 0, 0]
      let [ran, healedAt, liedAhead, restarts] = [0, TRUSTED, 0, 0]
      let ahead = false
      const source = { now: () => (real + off) * 1000, monotonic: () => monotonic * 1000 }
      let clock = createLicenseClock(source, { trusted: TRUSTED, floor: TRUSTED })
      for (const step of actions) {
        switch (step.kind) {
          case 'run':
            real += step.seconds
            monotonic += step.seconds
            ran += step.seconds
            break
          case 'set':
            off = step.off
            break
          case 'restart': {
            const floor = Math.max(clock.floorToSave(), 0)
            real += step.seconds
            monotonic = 0
            restarts += 1
            // What a clock claimed only stays by being saved.
            if (ahead) liedAhead += 1
            ahead = false
            clock = createLicenseClock(source, { trusted: healedAt, floor })
            break
          }
          case 'heal':
            clock.heal(real)
            ;[ran, healedAt, liedAhead, restarts, ahead] = [0, real, 0, 0, false]
        }
        if (off > 0) ahead = true
        check({ clock, real, off, ran, healedAt, liedAhead, restarts })
      }
    }
    const actions = fc.array(action, { maxLength: 40 })

    test('it is never earlier than the server’s word and the time the program has run since', () => {
      fc.assert(
        fc.property(actions, steps =>
          play(steps, ({ clock, healedAt, ran, restarts }) => {
            expect(clock.now()).toBeGreaterThanOrEqual(healedAt + ran - restarts)
          }),
        ),
        { numRuns: 500 },
      )
    })

    test('once the clock is right, each launch with a clock ahead has cost 36 hours at most, and none without', () => {
      fc.assert(
        fc.property(actions, steps =>
          play(steps, ({ clock, real, off, liedAhead }) => {
            if (off !== 0) return
            expect(clock.now()).toBeGreaterThanOrEqual(real)
            expect(clock.now()).toBeLessThanOrEqual(real + liedAhead * 36 * HOUR)
            expect(clock.isBehind()).toBe(false)
          }),
        ),
        { numRuns: 500 },
      )
    })

    test('a word of the server puts everything right', () => {
      fc.assert(
        fc.property(actions, steps =>
          play(
            [...steps, { kind: 'heal' }, { kind: 'set', off: 0 }],
            ({ clock, real, off, healedAt, ran }) => {
              if (off === 0 && healedAt === real && ran === 0) expect(clock.now()).toBe(real)
            },
          ),
        ),
        { numRuns: 300 },
      )
    })
  })

  test.each([
    ['23 hours behind what the server signed', -23 * HOUR, false],
    ['exactly a day behind', -DAY, false],
    ['a day and a second behind', -DAY - 1, true],
    ['ten years ahead', 3650 * DAY, false],
  ])('%s: behind is %s', (_name, offset, behind) => {
    const { time, clock } = launch({ trusted: T0, floor: T0 })
    time.setWall((T0 + offset) * 1000)
    expect(clock.isBehind()).toBe(behind)
  })
})

describe('standing', () => {
  const claims = (over: Partial<LicenseClaims> & { plan?: 'trial' | 'monthly' } = {}): LicenseClaims =>
    licenseClaimsSchema.parse({
      iss: 'https://license.example',
      aud: 'autotele-desktop',
      sub: `lic_${'a'.repeat(26)}`,
      jti: 'tok_1',
      iat: T0,
      nbf: T0,
      exp: T0 + 14 * DAY,
      ver: 1,
      env: 'live',
      lic: {
        plan: over.plan ?? 'monthly',
        status: 'active',
        paid_through: null,
        grace_until: null,
        trial_end: null,
        seats: 2,
      },
      ent: [],
      cnf: { jkt: 'x'.repeat(43) },
      rfa: T0 + DAY,
      seq: 1,
      kset: 1,
      ...over,
    })
  const held = (over: Partial<Held> = {}): Held => ({
    claims: claims(),
    denial: null,
    lastContact: T0,
    ...over,
  })
  const at = (now: number, clockBehind = false) => ({ now, clockBehind })

  test.each<[string, Held, number, boolean, string, boolean]>([
    ['nothing held', held({ claims: null, lastContact: null }), T0, false, 'none', false],
    ['fresh', held(), T0, false, 'valid', true],
    ['unheard of for just under 72 hours', held(), T0 + 72 * HOUR - 1, false, 'valid', true],
    ['unheard of for 72 hours', held(), T0 + 72 * HOUR, false, 'stale', true],
    ['three days before its end', held({ lastContact: T0 + 11 * DAY }), T0 + 11 * DAY, false, 'warn', true],
    ['at its very end', held(), T0 + 14 * DAY, false, 'warn', true],
    ['a minute past its end', held(), T0 + 14 * DAY + 60, false, 'expired', false],
    ['with a clock a year behind', held(), T0, true, 'clock_behind', true],
    ['with a clock behind, past its end', held(), T0 + 15 * DAY, true, 'expired', false],
    ['refused by signature', held({ denial: 'revoked' }), T0, false, 'denied', false],
    ['on trial', held({ claims: claims({ plan: 'trial', exp: T0 + 2 * DAY }) }), T0, false, 'trialing', true],
    [
      'after the trial',
      held({ claims: claims({ plan: 'trial', exp: T0 }) }),
      T0 + 60,
      false,
      'expired',
      false,
    ],
  ])('%s', (_name, what, now, behind, state, canCreate) => {
    expect(standing(what, at(now, behind))).toEqual({ state, canCreate })
  })

  test('the state never changes between two instants that nextChange names', () => {
    const what = held()
    const states = [standing(what, at(T0)).state]
    for (let now = T0, step = nextChange(what, now); step !== null; step = nextChange(what, now)) {
      expect(standing(what, at(now + step - 1)).state).toBe(standing(what, at(now)).state)
      now += step
      states.push(standing(what, at(now)).state)
    }
    expect(states).toEqual(['valid', 'stale', 'warn', 'expired'])
    expect(nextChange(held({ denial: 'revoked' }), T0)).toBeNull()
  })
})

describe('schedules', () => {
  const at = (age: number, state = 'awaiting_payment' as const) =>
    pollDelay({ state, createdAt: T0, expiresAt: T0 + 900, now: T0 + age })

  test('a checkout is asked for often while someone pays, seldom later, and no more when it cannot be paid', () => {
    expect([0, 119, 120, 899, 900, 4499, 4500, 900 + DAY - 1, 900 + DAY].map(age => at(age))).toEqual([
      5000,
      5000,
      15_000,
      15_000,
      60_000,
      60_000,
      3_600_000,
      3_600_000,
      null,
    ])
    expect(pollDelay({ state: 'settled', createdAt: T0, expiresAt: T0 + 900, now: T0 })).toBeNull()
  })

  test('what a person or the network has yet to decide is asked for until they have', () => {
    const later = { createdAt: T0, expiresAt: T0 + 900, now: T0 + 30 * DAY }
    for (const state of ['confirming', 'in_review', 'underpaid'] as const)
      expect(pollDelay({ ...later, state })).toBe(6 * 3_600_000)
    for (const state of ['expired', 'invalid', 'awaiting_payment'] as const)
      expect(pollDelay({ ...later, state })).toBeNull()
  })

  test('retries spread under a ceiling that doubles from a minute to an hour', () => {
    expect([1, 2, 3, 7, 8, 1000].map(failures => retryDelay(failures, 1, null) - 1000)).toEqual([
      60_000, 120_000, 240_000, 3_600_000, 3_600_000, 3_600_000,
    ])
    expect(retryDelay(5, 0, null)).toBe(1000)
  })

  test('a retry never comes sooner than the server asked for', () => {
    expect(retryDelay(1, 0, 90)).toBe(90_000)
  })
})

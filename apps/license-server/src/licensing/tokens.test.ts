import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { expect, test } from 'vitest'
import { toUnix } from '../clock.ts'
import { standing, type LicenseFacts } from './periods.ts'
import { isUsable, tokenTimes } from './tokens.ts'

const now = Temporal.Instant.from('2026-11-22T10:00:00Z')
const day = 86_400
const inDays = (days: number) => now.add({ hours: days * 24 })
const facts = (paid: number | null, trial: number | null): LicenseFacts => ({
  hold: 'none',
  paidThrough: paid === null ? null : inDays(paid),
  trialEnd: trial === null ? null : inDays(trial),
})
const expOf = (license: LicenseFacts) => (tokenTimes(license, now, 0.5).exp - toUnix(now)) / day

test.each([
  ['paid for a month: fourteen days', facts(30, null), 14],
  ['paid for ten days more: those and the grace', facts(10, null), 13],
  ['in grace: what is left of it', facts(-2, null), 1],
  ['trialing for a week more: 72 hours', facts(null, 7), 3],
  ['trialing for a day more: that day, without grace', facts(null, 1), 1],
  ['paid during the trial: the paid formula', facts(37, 7), 14],
])('%s', (_name, license, days) => {
  expect(expOf(license)).toBe(days)
})

test('no token outlives what is paid for or its window, and none asks to be refreshed after its end', () => {
  const days = fc.option(fc.integer({ min: -40, max: 400 }))
  fc.assert(
    fc.property(days, days, fc.double({ min: 0, max: 1, noNaN: true }), (paid, trial, jitter) => {
      const license = facts(paid, trial)
      if (!isUsable(standing(license, now).status)) return
      const { iat, exp, rfa } = tokenTimes(license, now, jitter)
      expect(exp).toBeGreaterThanOrEqual(iat)
      expect(exp - iat).toBeLessThanOrEqual((license.paidThrough ? 14 : 3) * day)
      const cap = license.paidThrough?.add({ hours: 72 }) ?? license.trialEnd
      expect(exp).toBeLessThanOrEqual(toUnix(cap!))
      expect(rfa).toBeLessThanOrEqual(exp)
      if (exp - iat > 1.1 * day) {
        expect(rfa - iat).toBeGreaterThanOrEqual(0.9 * day)
        expect(rfa - iat).toBeLessThanOrEqual(1.1 * day)
      }
    }),
  )
})

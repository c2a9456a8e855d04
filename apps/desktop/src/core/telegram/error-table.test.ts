import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ERROR_CODES } from '../../contract/index.ts'
import { classify, KNOWN_ERRORS } from './errors.ts'
import { expectedErrors } from './testing/expected-errors.ts'

test('the list is long enough to be the whole of it', () => {
  expect(new Set(expectedErrors.map(({ errorMessage }) => errorMessage)).size).toBeGreaterThan(150)
})

test.each(expectedErrors)(
  '$errorMessage ($errorCode) asks for $reaction',
  ({ reaction, errorMessage, errorCode }) => {
    expect(classify(errorMessage, errorCode).reaction).toBe(reaction)
  },
)

test('no name and no number goes unclassified, and none but a wait makes the account wait', () => {
  const name = fc.oneof(
    fc.constantFrom(...KNOWN_ERRORS),
    fc.constantFrom(...KNOWN_ERRORS).chain(known => fc.nat().map(n => known.replace('%d', String(n)))),
    fc.string(),
    fc.stringMatching(/^[A-Z0-9_]{1,40}$/),
  )
  fc.assert(
    fc.property(name, fc.integer({ min: -1000, max: 1000 }), (errorMessage, code) => {
      const failure = classify(errorMessage, code)
      expect(ERROR_CODES).toContain(failure.code)
      const waits = failure.reaction === 'WAIT' || failure.reaction === 'WAIT_TARGET'
      expect(failure.waitSeconds !== undefined).toBe(waits)
      if (waits) expect(failure.waitSeconds).toBeLessThanOrEqual(14 * 24 * 3600)
    }),
    { numRuns: 1000 },
  )
})

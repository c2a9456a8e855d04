import { expect, test } from 'vitest'
import { publicJwkSchema } from './claims.ts'
import { deviceSchema, instantSchema, licenseIdSchema, moneySchema } from './primitives.ts'
import { PROBLEM_STATUS, problemSchema } from './problems.ts'
import { checkoutPath, devicePath, licenseResponseSchema, plansResponseSchema } from './routes.ts'

const licenseId = `lic_${'a'.repeat(26)}`
const common = { licenseId, keyset: 'k', serverTime: '2026-11-22T10:00:00Z' }

test('an answer of a newer server is read by an older client', () => {
  const answer = { result: 'granted', token: 't', ...common, novelty: { any: 1 } }
  expect(licenseResponseSchema.parse(answer)).toEqual({ result: 'granted', token: 't', ...common })
  const plan = { id: 'yearly', amount: '299.90', currency: 'EUR', interval: 'month', seats: 5 }
  expect(plansResponseSchema.parse({ plans: [plan], trialDays: 7 }).plans[0]?.id).toBe('yearly')
  const problem = { type: 'x', title: 'x', status: 418, code: 'SOMETHING_NEW', requestId: 'r' }
  expect(problemSchema.parse(problem).code).toBe('SOMETHING_NEW')
})

test('an answer that is neither granted nor denied, or lacks its proof, is no answer', () => {
  for (const answer of [
    { result: 'granted', ...common },
    { result: 'denied', ...common },
    { result: 'maybe', ...common },
  ]) {
    expect(licenseResponseSchema.safeParse(answer).success).toBe(false)
  }
})

test('times are UTC, money is decimal text, ids are opaque words', () => {
  expect(instantSchema.safeParse('2026-11-22T10:00:00+01:00').success).toBe(false)
  for (const amount of ['29.99', '0', '30']) expect(moneySchema.safeParse(amount).success).toBe(true)
  for (const amount of ['-1', '1e3', '29,99', '.5', ''])
    expect(moneySchema.safeParse(amount).success).toBe(false)
  expect(licenseIdSchema.safeParse(licenseId.toUpperCase()).success).toBe(false)
  expect(checkoutPath('a/b')).toBe('/v1/checkouts/a%2Fb')
  expect(devicePath('x')).toBe('/v1/licenses/me/devices/x')
})

test('a private half never survives where a public key is expected', () => {
  const x = 'A'.repeat(43)
  expect(publicJwkSchema.parse({ kty: 'OKP', crv: 'Ed25519', x, d: x })).toEqual({
    kty: 'OKP',
    crv: 'Ed25519',
    x,
  })
})

test('a device is named by its owner, within limits', () => {
  const device = { label: '  Bureau ', platform: 'win32', appVersion: '1.0.0' }
  expect(deviceSchema.parse(device).label).toBe('Bureau')
  expect(deviceSchema.safeParse({ ...device, label: 'x'.repeat(81) }).success).toBe(false)
  expect(deviceSchema.safeParse({ ...device, marker: 'machine-id' }).success).toBe(false)
})

test('every problem code has an error status', () => {
  for (const status of Object.values(PROBLEM_STATUS)) expect(status).toBeGreaterThanOrEqual(400)
})

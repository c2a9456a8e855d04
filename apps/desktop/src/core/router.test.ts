import { expect, test } from 'vitest'
import type { Handlers } from '../contract/index.ts'
import { CallFailure } from './failure.ts'
import { createRouter } from './router.ts'
import { memoryLog } from './testing/index.ts'

function router(handlers: Partial<Handlers>) {
  const { log, lines } = memoryLog()
  return { ...createRouter(() => handlers, { log, checkOutputs: true }), lines }
}
const failed = (code: string) => ({ ok: false, error: expect.objectContaining({ code }) })

test.each([
  '',
  'app',
  'app.nothing',
  'app.changed',
  '__proto__',
  'app.__proto__',
  null,
  1,
  { toString: () => 'app.state' },
])('a name outside the contract (%s) reaches nothing', async name => {
  expect(await router({}).call(name, {})).toEqual(failed('call/unknown-method'))
})

test('a method that needs the open vault says so, before it looks at the input', async () => {
  expect(await router({}).call('accounts.list', 'nonsense')).toEqual(failed('vault/locked'))
})

test('an input outside the contract is refused without being repeated', async () => {
  const { call, lines } = router({ 'vault.unlock': () => Promise.reject(new Error('not reached')) })
  const answer = await call('vault.unlock', { passphrase: 'hunter2', more: 'secret' })
  expect(answer).toEqual({ ok: false, error: { code: 'call/invalid-input', retryable: false } })
  expect(lines).toEqual([])
})

test('a handler receives its input parsed, with defaults', async () => {
  let seen: unknown
  const { call } = router({
    'deliveries.list': input => {
      seen = input
      return { items: [], next: null, total: 0 }
    },
  })
  expect(await call('deliveries.list', {})).toEqual({ ok: true, data: { items: [], next: null, total: 0 } })
  expect(seen).toEqual({ scope: 'upcoming', cursor: null, limit: 100 })
})

test('a failure that was foreseen keeps its code and its values', async () => {
  const { call } = router({
    'vault.lock': () => {
      throw new CallFailure('telegram/wait', { seconds: 5 }, true)
    },
  })
  expect(await call('vault.lock', {})).toEqual({
    ok: false,
    error: { code: 'telegram/wait', params: { seconds: 5 }, retryable: true },
  })
})

test('a bug answers call/internal, and neither answer nor log carries its message', async () => {
  const { call, lines } = router({ 'vault.lock': () => Promise.reject(new TypeError('phone +33612345678')) })
  const answer = await call('vault.lock', {})
  expect(answer).toEqual(failed('call/internal'))
  expect(lines).toMatchObject([{ level: 'error', event: 'call.failed', fields: { method: 'vault.lock' } }])
  expect(JSON.stringify([answer, lines])).not.toContain('33612345678')
})

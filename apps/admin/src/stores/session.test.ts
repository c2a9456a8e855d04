import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiKey, createApi } from '../api/client.ts'
import { useSession } from './session.ts'

const START = Date.parse('2026-11-22T10:00:00Z')
const answer = () => ({
  ...{ id: 'ses_1', email: 'lea@example.com', role: 'support', confirmedUntil: null, recoveryCodesLeft: 10 },
  idleEnds: new Date(Date.now() + 30 * 60_000).toISOString(),
  ends: new Date(START + 8 * 3_600_000).toISOString(),
})
let open = true
beforeEach(() => {
  vi.useFakeTimers({ now: START })
  open = true
})
afterEach(() => vi.useRealTimers())

function signedIn() {
  const pinia = createPinia()
  const api = createApi({
    fetch: () =>
      Promise.resolve(
        open
          ? Response.json(answer())
          : new Response(
              JSON.stringify({ type: '', title: '', status: 401, code: 'SIGN_IN_REQUIRED', requestId: 'r' }),
              { status: 401 },
            ),
      ),
    hooks: () => session.hooks,
  })
  createApp({}).provide(ApiKey, api).use(pinia)
  setActivePinia(pinia)
  const session = useSession()
  return session
}
const pass = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000)

test('it warns two minutes before the idle limit, and staying takes one press', async () => {
  const session = signedIn()
  await session.load()
  pass(27)
  await session.tick()
  expect(session.warning).toBeNull()
  pass(1)
  await session.tick()
  expect(session.warning).toEqual({ why: 'idle', minutes: 2 })
  await session.load()
  expect(session.warning).toBeNull()
})

test('the server decides that it is over, and the console says why', async () => {
  const session = signedIn()
  await session.load()
  pass(31)
  open = false
  await session.tick()
  expect([session.data, session.ending]).toEqual([null, 'idle'])
})

test('however busy, the day’s limit is announced and then said', async () => {
  const session = signedIn()
  for (let n = 0; n < 19; n++) {
    await session.load()
    pass(25)
  }
  await session.tick()
  expect(session.warning).toEqual({ why: 'limit', minutes: 5 })
  pass(6)
  open = false
  await session.tick()
  expect(session.ending).toBe('limit')
})

test('what a role may not call is not offered', async () => {
  const session = signedIn()
  expect(session.may('listLicenses')).toBe(false)
  await session.load()
  expect(
    ['extendLicense', 'revokeLicense', 'exportList', 'listTokens'].map(name => session.may(name as never)),
  ).toEqual([true, false, false, false])
})

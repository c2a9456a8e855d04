import { expect, test, vi } from 'vitest'
import { createApi, type SessionHooks } from './client.ts'

type Sent = { readonly url: string; readonly init: RequestInit }
const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ type: '', title: '', status, code, requestId: 'r' }), { status, headers })
const LICENSE = `lic_${'0'.repeat(26)}`
const summary = {
  ...{ id: LICENSE, createdAt: '2026-11-22T10:00:00.000Z', plan: 'trial', status: 'trialing' },
  ...{ trialEnd: '2026-11-29T10:00:00.000Z', paidThrough: null, keyTail: null, seats: 2, seatsTaken: 1 },
}

function stand(answers: (Response | Error)[], over: Partial<SessionHooks> = {}) {
  const sent: Sent[] = []
  const hooks = {
    lost: vi.fn(() => Promise.resolve(false)),
    stepUp: vi.fn(() => Promise.resolve(true)),
    used: vi.fn(),
    ...over,
  }
  const api = createApi({
    fetch: (url, init = {}) => {
      sent.push({ url: url as string, init })
      const answer = answers.shift()
      return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer ?? new Error())
    },
    hooks: () => hooks,
  })
  return { api, sent, hooks }
}
const extend = { params: { id: LICENSE }, body: { days: 3, reason: 'test' } }

test('a call is what the table of routes says, with the header that no other site can send', async () => {
  const { api, sent, hooks } = stand([Response.json(summary)])
  const result = await api.call('extendLicense', extend, { idempotencyKey: 'once' })
  expect(result).toMatchObject({ ok: true, data: { status: 'trialing' } })
  expect(sent[0]).toMatchObject({
    url: `/admin/v1/licenses/${LICENSE}/extend`,
    init: {
      method: 'POST',
      body: JSON.stringify(extend.body),
      headers: { 'Autotele-Admin': '1', 'Idempotency-Key': 'once' },
    },
  })
  expect(hooks.used).toHaveBeenCalledOnce()
})

test('what is looked for is written into the address whole, and nothing that is not asked for', async () => {
  const { api, sent } = stand([Response.json({ data: [], next: null })])
  await api.call('listLicenses', { query: { q: 'a&b=c d', cursor: undefined } })
  expect(sent[0]?.url).toBe('/admin/v1/licenses?q=a%26b%3Dc+d')
})

test('a new code is asked for once, and the same call sent again with the same key', async () => {
  const { api, sent, hooks } = stand([problem(403, 'STEP_UP_REQUIRED'), Response.json(summary)])
  expect(
    await api.call('revokeLicense', { params: { id: LICENSE }, body: { reason: 'test' } }),
  ).toMatchObject({
    ok: true,
  })
  expect(hooks.stepUp).toHaveBeenCalledOnce()
  expect(sent[1]).toEqual(sent[0])
})

test('a code that is not given leaves everything as it was', async () => {
  const { api, sent } = stand([problem(403, 'STEP_UP_REQUIRED')], { stepUp: () => Promise.resolve(false) })
  const result = await api.call('revokeLicense', { params: { id: LICENSE }, body: { reason: 'test' } })
  expect(result).toMatchObject({ ok: false, error: { code: 'STEP_UP_REQUIRED' } })
  expect(sent).toHaveLength(1)
})

test('a session that is only renewed meanwhile is no reason to sign in again', async () => {
  const { api } = stand([problem(401, 'SIGN_IN_REQUIRED'), Response.json(summary)], {
    lost: () => Promise.resolve(true),
  })
  expect(await api.call('extendLicense', extend)).toMatchObject({ ok: true })
})

test('no server, an error page, and an answer of another version are told apart from refusals', async () => {
  const codeOf = async (answer: Response | Error) => {
    const result = await stand([answer]).api.call('extendLicense', extend)
    return result.ok ? 'ok' : result.error.code
  }
  expect(await codeOf(new TypeError('failed'))).toBe('OFFLINE')
  expect(await codeOf(new Response('<h1>Bad gateway</h1>', { status: 502 }))).toBe('UNREADABLE')
  expect(await codeOf(Response.json({ other: true }))).toBe('UNREADABLE')
  expect(await codeOf(problem(409, 'CONFLICT'))).toBe('CONFLICT')
})

test('how long to wait is what the server said', async () => {
  const { api } = stand([problem(429, 'RATE_LIMITED', { 'Retry-After': '840' })])
  const result = await api.call('signIn', { body: { email: 'a@example.com', password: 'x', code: '000000' } })
  expect(result).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED', retryAfter: 840 } })
})

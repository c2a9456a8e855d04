import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEADERS, PROBLEM_STATUS, problemSchema, ROUTES } from '@autotele/shared'
import { verifyKeySet } from '@autotele/crypto'
import { publicRoutes, type PublicDependencies } from './http/public.ts'
import { createRateLimits } from './http/rate-limits.ts'
import { createSigningKey } from './licensing/index.ts'
import { resolveSecrets } from './config/secrets.ts'
import { someDevice } from './testing/device.ts'
import { startHarness, type Harness } from './testing/harness.ts'

describe('a server', () => {
  let harness: Harness
  beforeAll(async () => (harness = await startHarness()))
  afterAll(() => harness.stop())
  const get = (path: string) => fetch(harness.server.url + path)

  test('is alive, ready, and measured on a port of its own', async () => {
    expect((await get('/livez')).status).toBe(200)
    expect(await (await get('/readyz')).json()).toMatchObject({ ready: true, database: true, signing: true })
    expect((await get('/metrics')).status).toBe(404)
    const metrics = await (await fetch(harness.server.metricsUrl)).text()
    expect(metrics).toMatch(
      /autotele_http_request_duration_seconds_count\{method="GET",route="\/readyz",status="200"\} 1/,
    )
    expect(metrics).toContain('autotele_inbox_pending 0')
  })

  test('publishes one key set twice: signed by the root key, and plain', async () => {
    const response = await get(ROUTES.keySet)
    expect(response.headers.get('content-type')).toMatch('application/jwt')
    const set = await verifyKeySet(await response.text(), harness.server.rootKey!)
    if (!set.ok) throw new Error(set.code)
    expect(await (await get(ROUTES.jwks)).json()).toEqual({ keys: set.claims.keys })
  })

  test('describes the routes it has, all of them and no other', async () => {
    const api = (await (await get('/v1/openapi.json')).json()) as {
      openapi: string
      paths: Record<string, Record<string, object>>
    }
    expect(api.openapi).toBe('3.1.0')
    const described = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    const served = publicRoutes({
      limits: createRateLimits({
        ...{ db: harness.db, clock: harness.clock.now, pepper: Buffer.alloc(32) },
        ...{ exemptLoopback: true, onLimited: () => undefined },
      }),
      nonces: {},
    } as PublicDependencies).stack.flatMap(layer =>
      layer.route ? layer.route.stack.map(handler => `${handler.method} ${String(layer.route?.path)}`) : [],
    )
    expect(described.sort()).toEqual([...new Set(served)].sort())
    expect(JSON.stringify(api.paths)).not.toContain('$schema')
    expect((await get('/v1/openapi.json')).headers.get('device-nonce')).not.toBeNull()
    const page = await (await get('/docs')).text()
    for (const operation of described)
      expect(page).toContain(operation.split(' ')[1]!.replaceAll(/:(\w+)/g, '{$1}'))
  })

  test('explains each problem code in two languages, where the problem itself points; pages load nothing', async () => {
    const problem = problemSchema.parse(await (await get('/nothing')).json())
    expect(problem.type).toBe(`${harness.server.url}/problems/not-found`)
    for (const code of Object.keys(PROBLEM_STATUS)) {
      const page = await get(`/problems/${code.toLowerCase().replaceAll('_', '-')}`)
      expect([code, page.status]).toEqual([code, 200])
      expect(await page.text()).toMatch(/<html lang="fr">.*<p>.{20,}<section lang="en"><h2>.+<p>.{20,}/s)
    }
    expect((await get('/problems/constructor')).status).toBe(404)
    for (const path of ['/docs', '/problems', '/problems/not-found']) {
      const page = await get(path)
      expect(page.headers.get('content-type')).toMatch('text/html')
      const html = await page.text()
      expect(html).not.toMatch(/<script|<link|<img|src=|@import| style=/)
      const [, css = ''] = /<style>([^]*)<\/style>/.exec(html) ?? []
      const hash = createHash('sha256').update(css).digest('base64')
      expect(page.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`)
    }
  })

  test('restarted, it keeps its root key, its key set and what it knew', async () => {
    const before = { root: harness.server.rootKey, set: await (await get(ROUTES.keySet)).text() }
    const device = harness.device()
    await device.call('POST', ROUTES.trials, { device: someDevice })
    const count = await harness.db.license.count()
    await harness.restart()
    expect({ root: harness.server.rootKey, set: await (await get(ROUTES.keySet)).text() }).toEqual(before)
    expect(await harness.db.license.count()).toBe(count)
  })

  test('after a rotation the next key is published before it signs, and the old one as long as its tokens live', async () => {
    const { sealing } = await resolveSecrets(harness.config, () => undefined)
    const device = harness.device()
    const old = await device.call('POST', ROUTES.trials, { device: someDevice })
    const active = await harness.db.signingKey.findFirstOrThrow({ where: { state: 'active' } })
    const next = await createSigningKey(harness.db, sealing, 'next', harness.clock.now)
    const refresh = async () => {
      harness.clock.advance({ seconds: 31 })
      const { body } = await device.call('POST', ROUTES.refresh, { seq: 0, appVersion: '1' })
      return { claims: await harness.verify(body, device), body }
    }
    const kidOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid as string
    const published = await refresh()
    expect(published.claims.kset).toBe(2)
    expect(kidOf(published.body.token)).toBe(active.kid)
    await harness.db.$transaction([
      harness.db.signingKey.update({ where: { kid: active.kid }, data: { state: 'retiring' } }),
      harness.db.signingKey.update({ where: { kid: next.kid }, data: { state: 'active' } }),
    ])
    const rotated = await refresh()
    expect(kidOf(rotated.body.token)).toBe(next.kid)
    await harness.verify({ token: old.body.token, keyset: rotated.body.keyset }, device)
    await harness.db.signingKey.update({ where: { kid: active.kid }, data: { state: 'revoked' } })
    const revoked = await refresh()
    await expect(
      harness.verify({ token: old.body.token, keyset: revoked.body.keyset }, device),
    ).rejects.toThrow('UNKNOWN_KEY')
  })

  test('a second active signing key cannot be written', async () => {
    const { sealing } = await resolveSecrets(harness.config, () => undefined)
    await expect(createSigningKey(harness.db, sealing, 'active', harness.clock.now)).rejects.toThrow()
  })

  test('a stop answers what has begun and takes nothing new', async () => {
    const device = harness.device()
    await device.call('GET', ROUTES.me)
    const running = device.call(
      'POST',
      ROUTES.checkouts,
      { plan: 'monthly', device: someDevice },
      { [HEADERS.idempotencyKey]: randomUUID() },
    )
    await expect.poll(() => harness.btcpay.requests.some(request => request.method === 'POST')).toBe(true)
    const { url } = harness.server
    const stopped = harness.server.stop()
    expect((await running).status).toBe(201)
    await stopped
    await expect(fetch(`${url}/livez`)).rejects.toThrow()
    await harness.restart()
  })
})

test('while the database is away everything says so, and nothing is lost when it is back', async () => {
  const harness = await startHarness()
  try {
    const device = harness.device()
    await device.call('POST', ROUTES.trials, { device: someDevice })
    const checkout = await harness.checkout(device)
    harness.btcpay.set(checkout.invoiceId, {
      status: 'Settled',
      paidAmount: '29.99',
      payments: [{ receivedDate: harness.clock.unix(), status: 'Settled' }],
    })
    await harness.relay.cut()
    expect((await harness.deliver(checkout.invoiceId)).status).toBe(503)
    const refused = await device.call('POST', ROUTES.refresh, { seq: 0, appVersion: '1' })
    expect([refused.status, refused.body.code]).toEqual([503, 'UNAVAILABLE'])
    expect(refused.headers.get('retry-after')).not.toBeNull()
    expect(refused.body.detail).toBeUndefined()
    expect((await fetch(`${harness.server.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${harness.server.url}/livez`)).status).toBe(200)

    await harness.relay.join()
    expect((await harness.deliver(checkout.invoiceId)).status).toBe(200)
    await harness.worked()
    expect((await harness.poll(device, checkout)).body.state).toBe('settled')
    expect((await fetch(`${harness.server.url}/readyz`)).status).toBe(200)
  } finally {
    await harness.stop()
  }
})

test('limits count per address and say when to come back', async () => {
  const harness = await startHarness({}, { limitLoopback: true })
  try {
    const post = () => fetch(harness.server.url + ROUTES.trials, { method: 'POST', body: '{}' })
    const answers = []
    for (let n = 0; n < 12; n++) answers.push(await post())
    expect(answers.filter(answer => answer.status === 429)).toHaveLength(2)
    const last = answers.at(-1)!
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(problemSchema.parse(await last.json()).code).toBe('RATE_LIMITED')
    expect(last.headers.get('device-nonce')).not.toBeNull()
    expect((await fetch(`${harness.server.url}/livez`)).status).toBe(200)
  } finally {
    await harness.stop()
  }
})

test('without BTCPay the server runs, and says that payments are not available', async () => {
  const harness = await startHarness({ AUTOTELE_BTCPAY_URL: '' })
  try {
    const answer = await harness
      .device()
      .call(
        'POST',
        ROUTES.checkouts,
        { plan: 'monthly', device: someDevice },
        { [HEADERS.idempotencyKey]: randomUUID() },
      )
    expect([answer.status, answer.body.code]).toEqual([503, 'PAYMENTS_UNAVAILABLE'])
    expect((await harness.deliver('unknown')).status).toBe(200)
    expect(await harness.db.inboxEvent.count({ where: { state: 'pending' } })).toBe(1)
  } finally {
    await harness.stop()
  }
})

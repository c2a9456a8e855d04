import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDeviceProof, verifyDenial, verifyKeySet } from '@autotele/crypto'
import {
  createCheckoutResponseSchema,
  checkoutResponseSchema,
  HEADERS,
  meResponseSchema,
  problemSchema,
} from '@autotele/shared'
import { someDevice } from '../testing/device.ts'
import { startHarness, type Harness } from '../testing/harness.ts'

let harness: Harness
beforeAll(async () => (harness = await startHarness()))
afterAll(() => harness.stop())

const refresh = { seq: 0, appVersion: '1.0.0' }
const marker = () => randomUUID().replaceAll('-', '').padEnd(43, 'x')

describe('device proof', () => {
  test('a client without a nonce gets one and the repeated call passes', async () => {
    const device = harness.device()
    const first = await device.once('POST', '/v1/trials', { device: someDevice }, {})
    expect(first.status).toBe(401)
    expect(problemSchema.parse(first.body).code).toBe('USE_NONCE')
    expect(first.headers.get('x-request-id')).toBe(first.body.requestId)
    expect((await device.once('POST', '/v1/trials', { device: someDevice }, {})).status).toBe(201)
  })

  test('a nonce lives for its five-minute bucket and the next', async () => {
    const device = harness.device()
    harness.clock.set('2026-11-22T10:00:00Z')
    await device.call('GET', '/v1/licenses/me')
    harness.clock.advance({ minutes: 9 })
    expect((await device.once('GET', '/v1/licenses/me', undefined, {})).body.code).toBe('DEVICE_UNKNOWN')
    const { proof } = await oldNonceProof(device)
    harness.clock.advance({ minutes: 11 })
    expect((await send(proof)).body.code).toBe('USE_NONCE')
  })

  const me = () => `${harness.server.url}/v1/licenses/me`
  const nonceNow = async () =>
    (await fetch(`${harness.server.url}/v1/plans`)).headers.get(HEADERS.deviceNonce) ?? ''
  const oldNonceProof = async (device: ReturnType<Harness['device']>) =>
    await createDeviceProof({ method: 'GET', url: me(), nonce: await nonceNow() }, device.key)
  const send = async (proof: string, path = '/v1/licenses/me') => {
    const response = await fetch(harness.server.url + path, { headers: { [HEADERS.deviceProof]: proof } })
    return { status: response.status, body: problemSchema.parse(await response.json()) }
  }

  test('a proof is accepted once, whichever of several copies comes first', async () => {
    const { proof } = await oldNonceProof(harness.device())
    const codes = (await Promise.all([1, 2, 3, 4].map(() => send(proof)))).map(answer => answer.body.code)
    expect(codes.sort()).toEqual(['DEVICE_UNKNOWN', 'PROOF_REPLAYED', 'PROOF_REPLAYED', 'PROOF_REPLAYED'])
  })

  test('a proof of another request, of another host, or no proof at all is refused as such', async () => {
    const device = harness.device()
    const { proof } = await oldNonceProof(device)
    expect(await send(proof, '/v1/checkouts/chk_x')).toMatchObject({
      status: 401,
      body: { code: 'PROOF_INVALID' },
    })
    const elsewhere = { method: 'GET', url: 'https://evil.example/v1/licenses/me', nonce: await nonceNow() }
    expect((await send((await createDeviceProof(elsewhere, device.key)).proof)).body.code).toBe(
      'PROOF_INVALID',
    )
    expect((await send('junk')).body.code).toBe('PROOF_INVALID')
    const bare = await fetch(me())
    expect([bare.status, problemSchema.parse(await bare.json()).code]).toEqual([401, 'USE_NONCE'])
    const forged = await createDeviceProof({ method: 'GET', url: me(), nonce: '5984500.forged' }, device.key)
    expect((await send(forged.proof)).body.code).toBe('USE_NONCE')
  })

  test('a proof whose name no table can hold is refused as such', async () => {
    const { key } = harness.device()
    const named = async (jti: string) => {
      const request = { method: 'GET', url: me(), nonce: await nonceNow() }
      return await send((await createDeviceProof(request, key, () => jti)).proof)
    }
    for (const jti of ['a\u0000'.padEnd(20, 'b'), 'é'.repeat(20), ' '.repeat(20)]) {
      expect(await named(jti)).toMatchObject({ status: 401, body: { code: 'PROOF_INVALID' } })
    }
  })

  test('the query is no part of what is proven', async () => {
    const { proof } = await oldNonceProof(harness.device())
    expect((await send(proof, '/v1/licenses/me?lang=fr')).body.code).toBe('DEVICE_UNKNOWN')
  })
})

describe('trial', () => {
  test('one click: seven days, a token bound to the device that ends with the trial or after 72 h', async () => {
    const device = harness.device()
    const { status, body, headers } = await device.call('POST', '/v1/trials', { device: someDevice })
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    const claims = await harness.verify(body, device)
    const now = harness.clock.unix()
    expect(claims).toMatchObject({
      sub: body.licenseId,
      exp: now + 72 * 3600,
      seq: 1,
      env: 'test',
      lic: { plan: 'trial', status: 'trialing', paid_through: null, trial_end: now + 7 * 86_400, seats: 2 },
      cnf: { jkt: device.id },
    })
    expect(Math.abs(claims.rfa - now - 86_400)).toBeLessThanOrEqual(8640)
    expect(JSON.stringify(claims)).not.toContain(someDevice.label)
  })

  test('asked again it resumes the same trial, and near its end the token ends with it', async () => {
    const device = harness.device()
    const first = await device.call('POST', '/v1/trials', { device: someDevice })
    harness.clock.advance({ hours: 6 * 24 })
    const second = await device.call('POST', '/v1/trials', { device: someDevice })
    expect([second.status, second.body.licenseId]).toEqual([200, first.body.licenseId])
    const claims = await harness.verify(second.body, device)
    expect(claims.exp).toBe(claims.lic.trial_end)
    expect(claims.rfa).toBeLessThanOrEqual(claims.exp)
  })

  test('a re-install of the same machine finds its remaining time, and no second trial after it', async () => {
    const device = { ...someDevice, marker: marker() }
    const first = await harness.device().call('POST', '/v1/trials', { device })
    harness.clock.advance({ hours: 72 })
    for (let install = 0; install < 3; install++) {
      const again = await harness.device().call('POST', '/v1/trials', { device })
      expect([again.status, again.body.result]).toEqual([200, 'granted'])
      expect(again.body.trialEnd).toBe(first.body.trialEnd)
      expect(again.body.licenseId).toBe(first.body.licenseId)
    }
    harness.clock.advance({ hours: 5 * 24 })
    const last = harness.device()
    const over = await last.call('POST', '/v1/trials', { device })
    expect([over.status, over.body.result]).toEqual([200, 'denied'])
    const set = await verifyKeySet(over.body.keyset, harness.server.rootKey!)
    if (!set.ok) throw new Error(set.code)
    const about = { keys: set.claims.keys, deviceId: last.id, proofId: over.proofId }
    expect(await verifyDenial(over.body.denial, about)).toMatchObject({
      ok: true,
      claims: { reason: 'trial_over', sub: first.body.licenseId },
    })
  })

  test('two installs of one machine at the same instant share one trial', async () => {
    const device = { ...someDevice, marker: marker() }
    const answers = await Promise.all(
      [1, 2, 3].map(() => harness.device().call('POST', '/v1/trials', { device })),
    )
    expect(new Set(answers.map(answer => answer.body.licenseId)).size).toBe(1)
    expect(answers.filter(answer => answer.status === 201)).toHaveLength(1)
  })

  test('the marker is not stored as it came', async () => {
    const own = marker()
    await harness.device().call('POST', '/v1/trials', { device: { ...someDevice, marker: own } })
    const rows = JSON.stringify([await harness.db.trialMarker.findMany(), await harness.db.device.findMany()])
    expect(rows).not.toContain(own)
  })
})

describe('refresh', () => {
  test('every answer has a larger seq, larger also than the one the client has seen', async () => {
    const device = harness.device()
    await device.call('POST', '/v1/trials', { device: someDevice })
    const seqs: number[] = []
    for (const seq of [1, 2, 40, 3]) {
      const { body } = await device.call('POST', '/v1/licenses/refresh', { ...refresh, seq })
      seqs.push((await harness.verify(body, device)).seq)
    }
    expect(seqs).toEqual([2, 3, 41, 42])
    const far = await device.call('POST', '/v1/licenses/refresh', {
      ...refresh,
      seq: Number.MAX_SAFE_INTEGER,
    })
    expect(far.status).toBe(200)
  })

  test('an ended trial is refused with a signature that answers this very request', async () => {
    const device = harness.device()
    await device.call('POST', '/v1/trials', { device: someDevice })
    harness.clock.advance({ hours: 7 * 24 })
    const { status, body, proofId } = await device.call('POST', '/v1/licenses/refresh', refresh)
    expect([status, body.result]).toEqual([200, 'denied'])
    const set = await verifyKeySet(body.keyset, harness.server.rootKey!)
    if (!set.ok) throw new Error(set.code)
    const about = { keys: set.claims.keys, deviceId: device.id, proofId }
    expect(await verifyDenial(body.denial, about)).toMatchObject({ claims: { reason: 'trial_over' } })
    expect((await verifyDenial(body.denial, { ...about, proofId: 'another' })).ok).toBe(false)
  })

  test('an unknown device is an error and no refusal', async () => {
    const answer = await harness.device().call('POST', '/v1/licenses/refresh', refresh)
    expect([answer.status, answer.body.code]).toEqual([401, 'DEVICE_UNKNOWN'])
  })
})

describe('checkout', () => {
  const body = { plan: 'monthly', device: someDevice }
  const key = () => ({ [HEADERS.idempotencyKey]: randomUUID() })

  test('from checkout to a paid licence with its key, and the key opens a second computer', async () => {
    const device = harness.device()
    const checkout = await harness.checkout(device)
    expect(createCheckoutResponseSchema.parse(checkout)).toMatchObject({ amount: '29.99', currency: 'EUR' })
    const waiting = await harness.poll(device, checkout)
    expect(checkoutResponseSchema.parse(waiting.body)).toMatchObject({
      state: 'awaiting_payment',
      message: 'En attente du paiement.',
      action: { rel: 'pay', href: checkout.checkoutUrl },
      paidAmount: '0',
    })
    await harness.pay(checkout.invoiceId)
    const settled = await harness.poll(device, checkout)
    expect(checkoutResponseSchema.parse(settled.body)).toMatchObject({
      state: 'settled',
      paidAmount: '29.99',
    })
    expect((await harness.poll(device, checkout)).body.licenseKey).toBe(settled.body.licenseKey)
    const claims = await harness.verify(settled.body, device)
    expect(claims.lic).toMatchObject({ plan: 'monthly', status: 'active', trial_end: null })
    expect(claims.exp).toBe(harness.clock.unix() + 14 * 86_400)

    const second = harness.device()
    const activate = {
      licenseKey: settled.body.licenseKey.toLowerCase().replaceAll('-', ' '),
      device: someDevice,
    }
    const activated = await second.call('POST', '/v1/licenses/activate', activate)
    expect(activated.body).toMatchObject({ result: 'granted', licenseId: settled.body.licenseId })
    await harness.verify(activated.body, second)
    const me = meResponseSchema.parse((await second.call('GET', '/v1/licenses/me')).body)
    expect(me).toMatchObject({ status: 'active', keyTail: settled.body.licenseKey.slice(-4) })
    expect(me.devices.map(one => one.id).sort()).toEqual([device.id, second.id].sort())
    expect(me.devices.find(one => one.current)?.id).toBe(second.id)
  })

  test('paid during the trial: the month counts from its end, on the same licence, which gets its key', async () => {
    const device = harness.device()
    const trial = await device.call('POST', '/v1/trials', { device: someDevice })
    const checkout = await harness.checkout(device)
    await harness.pay(checkout.invoiceId)
    const { body } = await harness.poll(device, checkout)
    expect(body).toMatchObject({ licenseId: trial.body.licenseId, licenseKey: expect.any(String) })
    const claims = await harness.verify(body, device)
    expect(claims.lic).toMatchObject({ plan: 'monthly', status: 'active' })
    expect(claims.lic.paid_through! - claims.lic.trial_end!).toBeGreaterThanOrEqual(28 * 86_400)

    const renewal = await harness.checkout(device)
    await harness.pay(renewal.invoiceId)
    const renewed = await harness.poll(device, renewal)
    expect(renewed.body.licenseId).toBe(trial.body.licenseId)
    expect(renewed.body.licenseKey).toBeUndefined()
    expect((await harness.verify(renewed.body, device)).lic.paid_through).toBeGreaterThan(
      claims.lic.paid_through!,
    )
  })

  test('the claim secret and the licence key are nowhere in the database', async () => {
    const device = harness.device()
    const checkout = await harness.checkout(device)
    await harness.pay(checkout.invoiceId)
    const { licenseKey } = (await harness.poll(device, checkout)).body
    const tables = [
      await harness.db.checkout.findMany(),
      await harness.db.license.findMany(),
      await harness.db.idempotencyKey.findMany(),
    ]
    const dump = JSON.stringify(tables, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    )
    expect(dump).not.toContain(checkout.claimSecret)
    expect(dump).not.toContain(licenseKey)
    expect(dump).not.toContain(licenseKey.replaceAll('-', ''))
  })

  test('a wrong secret, another device and an unknown id look the same', async () => {
    const device = harness.device()
    const checkout = await harness.checkout(device)
    const wrong = await harness.poll(device, { ...checkout, claimSecret: 'x'.repeat(43) })
    const other = await harness.poll(harness.device(), checkout)
    const unknown = await harness.poll(device, { ...checkout, id: `chk_${'0'.repeat(26)}` })
    for (const answer of [wrong, other, unknown]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND'])
    }
  })

  test('the same key and body replay the first answer and make one invoice', async () => {
    const device = harness.device()
    const header = key()
    const before = harness.btcpay.invoices.size
    const first = await device.call('POST', '/v1/checkouts', body, header)
    const again = await device.call('POST', '/v1/checkouts', body, header)
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(harness.btcpay.invoices.size).toBe(before + 1)
    const other = await device.call('POST', '/v1/checkouts', { ...body, email: 'a@example.org' }, header)
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
    expect((await device.call('POST', '/v1/checkouts', body, key())).body.id).not.toBe(first.body.id)
    const missing = await device.call('POST', '/v1/checkouts', body)
    expect([missing.status, missing.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED'])
  })

  test('the same key sent several times at once makes one invoice', async () => {
    const device = harness.device()
    await device.call('GET', '/v1/licenses/me')
    const header = key()
    const before = harness.btcpay.invoices.size
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => device.call('POST', '/v1/checkouts', body, header)),
    )
    expect(harness.btcpay.invoices.size).toBe(before + 1)
    for (const answer of answers) {
      expect(['IDEMPOTENCY_IN_PROGRESS', undefined]).toContain(answer.body.code)
      if (answer.status === 409) expect(answer.headers.get('retry-after')).toBe('2')
    }
    expect(answers.some(answer => answer.status === 201)).toBe(true)
  })

  test.each([
    ['answers 400 while its node synchronises', 400],
    ['has revoked the key', 403],
    ['is behind a proxy that answers HTML', 'html'],
    ['drops the connection', 'drop'],
  ] as const)(
    'when BTCPay %s the client is told to come back, and the same key then works',
    async (_name, how) => {
      const device = harness.device()
      const header = key()
      harness.btcpay.troubles.push({ when: 'create', how })
      const failed = await device.call('POST', '/v1/checkouts', body, header)
      expect([failed.status, failed.body.code]).toEqual([503, 'PAYMENTS_UNAVAILABLE'])
      expect(Number(failed.headers.get('retry-after'))).toBeGreaterThan(0)
      const again = await device.call('POST', '/v1/checkouts', body, header)
      expect(again.status).toBe(201)
      const rows = await harness.db.checkout.findMany({ where: { deviceId: device.id } })
      expect(rows).toHaveLength(1)
    },
  )

  test('an invoice whose answer was lost is found again and not made twice', async () => {
    const device = harness.device()
    const header = key()
    harness.btcpay.troubles.push({ when: 'create', how: 'drop_after' })
    const before = harness.btcpay.invoices.size
    expect((await device.call('POST', '/v1/checkouts', body, header)).status).toBe(201)
    expect(harness.btcpay.invoices.size).toBe(before + 1)
    // Lost, and BTCPay stays away for a while.
    const later = key()
    harness.btcpay.troubles.push({ when: 'create', how: 'drop_after' }, { when: 'read', how: 'drop' })
    expect((await device.call('POST', '/v1/checkouts', body, later)).status).toBe(503)
    const found = await device.call('POST', '/v1/checkouts', body, later)
    expect(found.status).toBe(201)
    expect(harness.btcpay.invoices.size).toBe(before + 2)
  })

  test('another licence than the own cannot be named', async () => {
    const licenseId = (await harness.device().call('POST', '/v1/trials', { device: someDevice })).body
      .licenseId
    const answer = await harness.device().call('POST', '/v1/checkouts', { ...body, licenseId }, key())
    expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND'])
  })
})

describe('seats', () => {
  async function paid() {
    const device = harness.device()
    const checkout = await harness.checkout(device)
    await harness.pay(checkout.invoiceId)
    const { licenseKey, licenseId } = (await harness.poll(device, checkout)).body
    return { device, licenseKey, licenseId }
  }

  test('a third device is told who sits there, and can free a seat from that very answer', async () => {
    const { device, licenseKey } = await paid()
    const second = harness.device()
    await second.call('POST', '/v1/licenses/activate', { licenseKey, device: someDevice })
    const third = harness.device()
    const full = await third.call('POST', '/v1/licenses/activate', { licenseKey, device: someDevice })
    expect(full.status).toBe(409)
    const problem = problemSchema.parse(full.body)
    expect(problem.devices?.map(one => one.id)).toEqual([device.id, second.id])
    const action = problem.actions?.[1]
    expect(action).toMatchObject({ method: 'DELETE', header: 'License-Key' })
    expect((await third.call('DELETE', action!.href)).status).toBe(404)
    const removal = await third.call('DELETE', action!.href, undefined, { [action!.header!]: licenseKey })
    expect([removal.status, removal.body]).toEqual([204, undefined])
    const activated = await third.call('POST', '/v1/licenses/activate', { licenseKey, device: someDevice })
    expect(activated.body.result).toBe('granted')
    const removed = await second.call('POST', '/v1/licenses/refresh', refresh)
    expect(JSON.parse(Buffer.from(removed.body.denial.split('.')[1], 'base64url').toString()).reason).toBe(
      'device_removed',
    )
  })

  test('the same device keeps its seat, however often it activates', async () => {
    const { device, licenseKey, licenseId } = await paid()
    const answers = await Promise.all(
      [1, 2, 3].map(() => device.call('POST', '/v1/licenses/activate', { licenseKey, device: someDevice })),
    )
    for (const answer of answers) expect(answer.body.result).toBe('granted')
    expect(await harness.db.seat.count({ where: { licenseId } })).toBe(1)
  })

  test('ten devices at once get the one seat that is left', async () => {
    const { licenseKey, licenseId } = await paid()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        harness.device().call('POST', '/v1/licenses/activate', { licenseKey, device: someDevice }),
      ),
    )
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(1)
    expect(answers.filter(answer => answer.body.code === 'SEAT_LIMIT_REACHED')).toHaveLength(9)
    expect(await harness.db.seat.count({ where: { licenseId, releasedAt: null } })).toBe(2)
  })

  test('activating another key moves the device and frees its old seat', async () => {
    const first = await paid()
    const second = await paid()
    const moved = await first.device.call('POST', '/v1/licenses/activate', {
      licenseKey: second.licenseKey,
      device: someDevice,
    })
    expect(moved.body.licenseId).toBe(second.licenseId)
    const seats = { licenseId: first.licenseId, releasedAt: null }
    expect(await harness.db.seat.count({ where: seats })).toBe(0)
  })

  test('a key with a typing mistake and a key that does not exist get the same answer', async () => {
    const device = harness.device()
    for (const licenseKey of ['ABCD', '0'.repeat(28)]) {
      const answer = await device.call('POST', '/v1/licenses/activate', { licenseKey, device: someDevice })
      expect([answer.status, answer.body.code]).toEqual([422, 'LICENSE_KEY_INVALID'])
    }
  })

  test('a licence that a person suspended gives a signed refusal and moves nobody', async () => {
    const { licenseKey, licenseId } = await paid()
    await harness.db.license.update({ where: { id: licenseId }, data: { hold: 'suspended' } })
    const device = harness.device()
    const answer = await device.call('POST', '/v1/licenses/activate', { licenseKey, device: someDevice })
    expect([answer.status, answer.body.result]).toEqual([200, 'denied'])
    expect(await harness.db.seat.count({ where: { deviceId: device.id } })).toBe(0)
  })
})

describe('bodies', () => {
  test('what is wrong is named by code and pointer', async () => {
    const device = harness.device()
    const answer = await device.call('POST', '/v1/trials', { device: { ...someDevice, platform: 'amiga' } })
    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toMatch('application/problem+json')
    expect(problemSchema.parse(answer.body)).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ pointer: '/device/platform' }],
    })
  })

  test.each([
    ['no JSON', '{', {}, 400, 'MALFORMED_BODY'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), {}, 400, 'MALFORMED_BODY'],
    ['another type', '{}', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['gzip', '{}', { 'content-encoding': 'gzip' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['64 KiB and a byte', 'x'.repeat(65_537), {}, 413, 'PAYLOAD_TOO_LARGE'],
  ])('a body of %s is refused', async (_name, body, headers, status, code) => {
    const device = harness.device()
    const url = `${harness.server.url}/v1/trials`
    const nonce = (await fetch(`${harness.server.url}/v1/plans`)).headers.get(HEADERS.deviceNonce) ?? ''
    const bytes = Buffer.from(body)
    const { proof } = await createDeviceProof({ method: 'POST', url, body: bytes, nonce }, device.key)
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [HEADERS.deviceProof]: proof, ...headers },
      body: bytes,
    })
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([status, code])
  })

  test('an unknown path is a problem too, and names no software', async () => {
    const response = await fetch(`${harness.server.url}/v1/nothing`)
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([404, 'NOT_FOUND'])
    expect(response.headers.get('x-powered-by')).toBeNull()
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await fetch(`${harness.server.url}/v1/checkouts/%E0%A4%A`)).status).toBe(400)
  })
})

test('after all this every invariant holds, and the gauge would have said otherwise', async () => {
  const gauge = async (name: string) => {
    const text = await (await fetch(harness.server.metricsUrl)).text()
    return new RegExp(`autotele_invariant_violations\\{invariant="${name}"\\} (\\d+)`).exec(text)?.[1]
  }
  const names = [
    ...['seats_within_limit', 'settled_has_grant', 'token_key_published', 'token_within_cap'],
    'paid_through_is_fold',
  ]
  for (const name of names) expect([name, await gauge(name)]).toEqual([name, '0'])
  const { id, paidThrough } = await harness.db.license.findFirstOrThrow({
    where: { paidThrough: { not: null } },
  })
  const tamper = (data: { paidThrough: Date | null }) => harness.db.license.update({ where: { id }, data })
  await tamper({ paidThrough: new Date(0) })
  expect(await gauge('paid_through_is_fold')).toBe('1')
  await tamper({ paidThrough })
  const issued = await harness.db.issuance.findFirstOrThrow()
  const expiresAt = new Date(issued.issuedAt.getTime() + 15 * 86_400_000)
  harness.clock.set(issued.issuedAt.toISOString())
  await harness.db.issuance.update({ where: { jti: issued.jti }, data: { expiresAt } })
  expect(await gauge('token_within_cap')).toBe('1')
})

test('no secret of the whole run has reached the log', () => {
  const log = harness.logged.join('')
  expect(log).toContain('request')
  for (const secret of ['test-key', 'test-webhook-secret', harness.config.databaseUrl!, 'claimSecret']) {
    expect(log).not.toContain(secret)
  }
})

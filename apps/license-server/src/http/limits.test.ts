import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatLicenseKey, generateLicenseKey } from '@autotele/crypto'
import { ROUTES } from '@autotele/shared'
import { TRIALS_PER_NETWORK } from '../licensing/index.ts'
import { someDevice } from '../testing/device.ts'
import { startHarness, type Harness } from '../testing/harness.ts'
import { networkOf } from './networks.ts'

test.each([
  ['203.0.113.77', '203.0.113'],
  ['::ffff:203.0.113.77', '203.0.113'],
  ['2001:db8:0:1::1', '2001:db8:0'],
  ['2001:0DB8::1', '2001:db8:0'],
  ['::1', '0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0'],
])('%s belongs to the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

describe('limits, as in production', () => {
  let harness: Harness
  beforeAll(
    async () => (harness = await startHarness({ AUTOTELE_TRUST_PROXY: '1' }, { limitLoopback: true })),
  )
  afterAll(() => harness.stop())
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const trial = (device = harness.device(), address = '198.51.100.1') =>
    device.call('POST', ROUTES.trials, { device: someDevice }, from(address))

  test('a network begins so many trials a day; resuming one, another network, the next day are free', async () => {
    const first = harness.device()
    expect((await trial(first)).status).toBe(201)
    for (let n = 1; n < TRIALS_PER_NETWORK; n++) {
      expect((await trial(harness.device(), `198.51.100.${String(n + 1)}`)).status).toBe(201)
    }
    const late = harness.device()
    const refused = await trial(late, '198.51.100.200')
    expect(refused.body).toMatchObject({
      status: 429,
      code: 'TRIAL_BUDGET_SPENT',
      detail: expect.any(String),
    })
    // Ten in the morning: until midnight.
    expect(Number(refused.headers.get('retry-after'))).toBe(14 * 3600)
    expect((await trial(first, '198.51.100.200')).status).toBe(200)
    expect((await trial(late, '198.51.101.1')).status).toBe(201)
    expect(JSON.stringify(await harness.db.trialBudget.findMany())).not.toContain('198.51')
    harness.clock.advance({ hours: 14 })
    expect((await trial(harness.device(), '198.51.100.201')).status).toBe(201)
    expect(await harness.db.trialBudget.count()).toBe(1)
  })

  test('a device is asked to slow down wherever it calls from, and told when to come back', async () => {
    const device = harness.device()
    let answer
    for (let n = 0; n < 70; n++) {
      answer = await device.call('GET', ROUTES.me, undefined, from(`192.0.2.${String(n)}`))
      if (answer.status === 429) break
    }
    expect(answer?.body).toMatchObject({ code: 'RATE_LIMITED' })
    const wait = Number(answer?.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(60)
  })

  test('one key is tried so often a minute, whoever tries it and however it is written', async () => {
    // As it is, as it is typed, as it is read out: zeros for O, ones for I and L.
    const key = formatLicenseKey(generateLicenseKey(bytes => Buffer.alloc(bytes, 0x20)))
    for (const spellings of [
      ['ABCD-EFGH', 'abcdefgh'],
      [key, key.toLowerCase(), key.replaceAll('0', 'O'), key.replace('0', 'o').replaceAll('1', 'l')],
    ]) {
      const statuses = []
      for (let n = 0; n < 11; n++) {
        const body = { licenseKey: spellings[n % spellings.length], device: someDevice }
        const { status } = await harness
          .device()
          .call('POST', ROUTES.activate, body, from(`192.0.2.${String(n)}`))
        statuses.push(status)
      }
      expect(statuses).toEqual([...Array<number>(10).fill(422), 429])
      harness.clock.advance({ minutes: 1 })
    }
  })

  test('two processes count together what costs more than an answer, and the metric says what was limited', async () => {
    const other = await harness.replica()
    try {
      const statuses = []
      for (let n = 0; n < 12; n++) {
        const { localUrl } = n % 2 === 0 ? harness.server : other
        const headers = from('203.0.113.9')
        const answer = await fetch(localUrl + ROUTES.checkouts, { method: 'POST', headers, body: '{}' })
        statuses.push(answer.status)
        if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBe(60)
      }
      expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429])
      const metrics = await (await fetch(other.metricsUrl)).text()
      expect(metrics).toContain('autotele_rate_limited_total{limit="checkouts"} 1')
      harness.clock.advance({ seconds: 61 })
      const after = await fetch(other.localUrl + ROUTES.checkouts, {
        ...{ method: 'POST', headers: from('203.0.113.9'), body: '{}' },
      })
      expect(after.status).toBe(401)
      expect(JSON.stringify(await harness.db.attempt.findMany())).not.toContain('203.0')
    } finally {
      await other.stop()
    }
  })
})

describe('a lost key', () => {
  let harness: Harness
  beforeAll(async () => (harness = await startHarness()))
  afterAll(() => harness.stop())

  test('is replaced from a device that holds the license; the old one stops, devices stay', async () => {
    const device = harness.device()
    expect((await device.call('POST', ROUTES.myKey)).status).toBe(404)
    await device.call('POST', ROUTES.trials, { device: someDevice })
    expect((await device.call('POST', ROUTES.myKey)).status).toBe(404)
    const checkout = await harness.checkout(device)
    await harness.pay(checkout.invoiceId)
    const { licenseKey: old } = (await harness.poll(device, checkout)).body
    const { licenseKey } = (await device.call('POST', ROUTES.myKey)).body
    expect(licenseKey).toMatch(/^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/)
    const activate = async (key: string) =>
      (await harness.device().call('POST', ROUTES.activate, { licenseKey: key, device: someDevice })).status
    expect(await activate(old)).toBe(422)
    expect(await activate(licenseKey)).toBe(200)
    expect((await device.call('POST', ROUTES.refresh, { seq: 1, appVersion: '1' })).body.result).toBe(
      'granted',
    )
    expect((await harness.poll(device, checkout)).body.licenseKey).toBeUndefined()
    await harness.db.license.updateMany({ data: { hold: 'suspended' } })
    expect((await device.call('POST', ROUTES.myKey)).status).toBe(404)
  })
})

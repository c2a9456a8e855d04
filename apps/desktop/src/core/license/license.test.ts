import { signDenial, signLicenseToken, generatePrivateJwk, importSigningKey } from '@autotele/crypto'
import { describe, expect, test } from 'vitest'
import { LicenseView, type EventName, type Payload } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { HttpResponse } from '../ports.ts'
import { eventually, memoryDatabase, openSealer, testPorts, type FakeTime } from '../testing/index.ts'
import { createSealedRecords } from '../vault/index.ts'
import { openLicense, type License, type LicenseDeps } from './index.ts'
import { serveLicenses } from './testing/license-server.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A device and its licence server, whose clock runs with fake time but not with the computer's wall clock. */
function setup() {
  const database = memoryDatabase()
  const ports = testPorts()
  const records = createSealedRecords(database, openSealer(), ports.log)
  const { time } = ports
  const start = time.clock.now()
  const server = serveLicenses(() => Math.floor((start + time.clock.monotonic()) / 1000))
  const events: LicenseView[] = []
  const emit = <N extends EventName>(_name: N, payload: Payload<N>) =>
    void events.push(payload as LicenseView)

  const launch = async (over: Partial<LicenseDeps> = {}) => {
    const license = await openLicense({
      ports: { ...ports, http: server.http },
      records,
      emit,
      serverUrl: server.url,
      rootKey: server.root.publicJwk,
      acceptTestLicenses: false,
      version: '0.1.0',
      hosted: 'electron',
      machineId: () => Promise.resolve('machine-1'),
      localOffer: { price: '29.99', currency: 'EUR', trialDays: 7 },
      checkIntervalHours: 24,
      ...over,
    })
    return license
  }
  return { database, records, ports, time, server, events, launch }
}

const get = (license: License): LicenseView => LicenseView.parse(license.handlers['license.get']({}))
const refresh = async (license: License) => license.handlers['license.refresh']({})
const activate = async (license: License, licenseKey: string) =>
  license.handlers['license.activate']({ licenseKey })
const failing = (code: string) => expect.objectContaining({ message: code })
const html = (status: number, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body: '<html>Welcome to the hotel</html>',
})

/** A device with a paid licence, running. */
async function paid() {
  const context = setup()
  const { server, launch } = context
  server.license.plan = 'monthly'
  server.license.paidThrough = Math.floor(context.time.clock.now() / 1000) + 30 * 86_400
  const license = await launch()
  await activate(license, server.licenseKey)
  expect(get(license).state).toBe('valid')
  return { ...context, license }
}
const advance = (time: FakeTime, ms: number) => time.advance(ms)

describe('trial', () => {
  test('starts in one call, without anything about the person, and allows creating', async () => {
    const { launch, server } = setup()
    const license = await launch()
    expect(get(license)).toMatchObject({ state: 'none', canCreate: false })
    expect(() => license.requireCreate()).toThrow(failing('license/required'))
    const view = await license.handlers['license.startTrial']({})
    expect(view).toMatchObject({ state: 'trialing', plan: 'trial', canCreate: true })
    license.requireCreate()
    const sent = server.requests.map(request => request.body).join()
    expect(sent).not.toContain('machine-1')
    expect(JSON.parse(server.requests[0]!.body!)).toEqual({
      device: {
        label: expect.stringMatching(/^AutoTele \w+ .{4}$/),
        platform: expect.any(String),
        appVersion: '0.1.0',
        marker: expect.stringMatching(/^[\w-]{43}$/),
      },
    })
  })

  test('that is over is refused by signature, and the refusal is told', async () => {
    const { launch, server } = setup()
    server.license.refusal = 'trial_over'
    const license = await launch()
    await expect(license.handlers['license.startTrial']({})).rejects.toEqual(failing('license/trial-over'))
    expect(get(license)).toMatchObject({ state: 'denied', denial: 'trial_over', canCreate: false })
  })

  test('ends at its end although no server says so', async () => {
    const { launch, server, time, events } = setup()
    const license = await launch()
    license.start()
    await license.handlers['license.startTrial']({})
    await eventually(() => expect(get(license).offer.fromServer).toBe(true))
    server.weather.push(...Array<'drop'>(500).fill('drop'))
    await advance(time, 3 * DAY + 2 * 60_000)
    expect(get(license)).toMatchObject({ state: 'expired', canCreate: false })
    expect(events.at(-1)).toMatchObject({ state: 'expired' })
    license.stop()
  })
})

describe('device proofs', () => {
  test('a nonce that became old is replaced once, and the request succeeds', async () => {
    const { license, server } = await paid()
    server.state.nonce = 'nonce-2'
    const before = server.requests.length
    expect((await refresh(license)).state).toBe('valid')
    expect(server.requests.length - before).toBe(2)
  })

  test('a server that always asks for another nonce is not asked forever', async () => {
    const { launch, server, ports } = setup()
    const license = await launch({
      ports: {
        ...ports,
        http: request => {
          server.state.nonce = `n${server.requests.length}`
          const answer = server.http(request)
          return answer.finally(() => (server.state.nonce += 'x'))
        },
      },
    })
    await expect(license.handlers['license.startTrial']({})).rejects.toEqual(failing('license/refused'))
    expect(server.requests).toHaveLength(2)
  })
})

describe('offline', () => {
  test('a restart without any network keeps the licence, verified again', async () => {
    const { launch, server } = await paid()
    server.weather.push(...Array<'drop'>(50).fill('drop'))
    expect(get(await launch())).toMatchObject({ state: 'valid', canCreate: true, plan: 'monthly' })
  })

  test('it works 14 days, says until when, and goes stale, then warns, then ends', async () => {
    const { license, server, time, events } = await paid()
    license.start()
    server.weather.push(...Array<'drop'>(5000).fill('drop'))
    const states: string[] = []
    for (let day = 0; day < 15; day++) {
      await advance(time, DAY)
      const { state, canCreate } = get(license)
      states.push(state)
      expect(canCreate).toBe(state !== 'expired')
    }
    expect([...new Set(states)]).toEqual(['valid', 'stale', 'warn', 'expired'])
    expect(states.filter(state => state !== 'expired')).toHaveLength(14)
    expect([...new Set(events.map(event => event.state))]).toEqual(['valid', 'stale', 'warn', 'expired'])
    license.stop()
  })

  test('a clock turned back a month is named, gains nothing, and locks nobody out before the end', async () => {
    const { launch, time, server, license } = await paid()
    license.start()
    server.weather.push(...Array<'drop'>(5000).fill('drop'))
    await advance(time, 2 * DAY)
    license.stop()
    time.setWall(time.clock.now() - 60 * DAY)
    const again = await launch()
    expect(get(again)).toMatchObject({ state: 'clock_behind', canCreate: true })
    again.start()
    await advance(time, 13 * DAY)
    expect(get(again)).toMatchObject({ state: 'expired', canCreate: false })
    again.stop()
  })

  test('a computer whose clock says 2035 is healed by the next answer', async () => {
    const { license, time } = await paid()
    time.setWall(Date.parse('2035-01-01T00:00:00Z'))
    expect(get(license).state).toBe('expired')
    const view = await refresh(license)
    // The clock is still wrong, so the token still seems over; set right, nothing of it has stuck.
    expect(view.state).toBe('expired')
    time.setWall(Date.parse('2027-01-04T10:00:00Z'))
    expect(get(license).state).toBe('valid')
  })

  test('a computer whose clock says 2020 gets its licence, and works', async () => {
    const { launch, server, time } = setup()
    time.setWall(Date.parse('2020-01-01T00:00:00Z'))
    const license = await launch()
    expect(await license.handlers['license.startTrial']({})).toMatchObject({
      state: 'clock_behind',
      canCreate: true,
    })
    await refresh(license)
    const last = JSON.parse(server.requests.at(-1)!.body!) as { clockSkewHours: number }
    expect(last.clockSkewHours).toBeLessThan(-60_000)
  })
})

describe('nothing but a signature changes the licence', () => {
  const attacker = importSigningKey(generatePrivateJwk())

  test.each<[string, HttpResponse | 'drop']>([
    ['a captive portal', html(200)],
    ['a proxy’s error page', html(502)],
    ['a server error', html(500)],
    ['a redirect', html(302, { location: 'https://evil.example/' })],
    ['an empty 200', { status: 200, headers: {}, body: '' }],
    ['JSON of another shape', { status: 200, headers: {}, body: '{"result":"denied"}' }],
    ['a 401 in JSON', { status: 401, headers: {}, body: '{"error":"no"}' }],
    ['no connection', 'drop'],
  ])('%s is no answer', async (_name, answer) => {
    const { license, server } = await paid()
    const before = get(license)
    server.weather.push(answer, answer)
    await expect(refresh(license)).rejects.toEqual(failing('license/server-unreachable'))
    expect(get(license)).toEqual(before)
  })

  test.each([
    ['DEVICE_UNKNOWN', 401, 'license/refused'],
    ['NOT_FOUND', 404, 'license/refused'],
    ['RATE_LIMITED', 429, 'license/rate-limited'],
    ['INTERNAL', 500, 'license/server-unreachable'],
    ['A_CODE_OF_A_LATER_SERVER', 418, 'license/refused'],
  ])('the problem %s is told and changes nothing', async (code, status, told) => {
    const { license, server } = await paid()
    const before = get(license)
    const body = JSON.stringify({ type: 't', title: code, status, code, requestId: 'r' })
    server.weather.push({ status, headers: {}, body })
    await expect(refresh(license)).rejects.toEqual(failing(told))
    expect(get(license)).toEqual(before)
  })

  /** Lets one refresh be answered, then hands the answer changed by `change` to the client. */
  async function tampered(
    context: Awaited<ReturnType<typeof paid>>,
    change: (answer: Record<string, string>) => Promise<object> | object,
  ) {
    const { server, launch, ports } = context
    return await launch({
      ports: {
        ...ports,
        http: async request => {
          const response = await server.http(request)
          if (!request.url.endsWith('/refresh') || response.status !== 200) return response
          return { ...response, body: JSON.stringify(await change(JSON.parse(response.body))) }
        },
      },
    })
  }

  test('a token signed by somebody else is refused, and so is a key set that carries their key', async () => {
    const context = await paid()
    const forged = await tampered(context, async answer => ({
      ...answer,
      token: await signLicenseToken(
        JSON.parse(Buffer.from(answer['token']!.split('.')[1]!, 'base64url').toString()),
        {
          ...attacker,
          kid: context.server.state.signing.kid,
        },
      ),
    }))
    await expect(refresh(forged)).rejects.toEqual(failing('license/answer-not-trusted'))
    const otherSet = await tampered(context, async answer => ({
      ...answer,
      keyset: await context.server.keySet(attacker),
    }))
    await expect(refresh(otherSet)).rejects.toEqual(failing('license/answer-not-trusted'))
    expect(get(otherSet).state).toBe('valid')
  })

  test('a refusal that answers another request is refused: it was recorded, or made up', async () => {
    const context = await paid()
    const recorded: string[] = []
    context.server.license.refusal = 'revoked'
    const recorder = await tampered(context, answer => {
      recorded.push(answer['denial']!)
      return { garbled: true }
    })
    await expect(refresh(recorder)).rejects.toEqual(failing('license/server-unreachable'))
    context.server.license.refusal = null
    const replayed = await tampered(context, answer => ({
      ...answer,
      result: 'denied',
      token: undefined,
      denial: recorded[0],
    }))
    await expect(refresh(replayed)).rejects.toEqual(failing('license/answer-not-trusted'))
    expect(get(replayed)).toMatchObject({ state: 'valid', denial: null })
  })

  test('a refusal signed by somebody else is refused', async () => {
    const context = await paid()
    const forged = await tampered(context, async answer => {
      const token = JSON.parse(Buffer.from(answer['token']!.split('.')[1]!, 'base64url').toString())
      const claims = { sub: token.sub, cnf: token.cnf, reason: 'revoked', req: 'x', iat: token.iat } as const
      return { ...answer, result: 'denied', denial: await signDenial(claims, attacker) }
    })
    await expect(refresh(forged)).rejects.toEqual(failing('license/answer-not-trusted'))
    expect(get(forged).state).toBe('valid')
  })

  test('an older token is not taken again, even with an older time around it', async () => {
    const context = await paid()
    const answers: object[] = []
    const recorder = await tampered(context, answer => {
      answers.push(answer)
      return answer
    })
    await refresh(recorder)
    await advance(context.time, 10 * DAY)
    await refresh(recorder)
    const before = get(recorder)
    const replaying = await tampered(context, () => answers[0]!)
    await expect(refresh(replaying)).rejects.toEqual(failing('license/answer-not-trusted'))
    expect(get(replaying)).toEqual(before)
  })

  test('the key set with the highest version counts: a token of a key since withdrawn is refused', async () => {
    const context = await paid()
    const { server } = context
    const oldKey = server.state.signing
    const oldSet = await server.keySet()
    server.state.signing = importSigningKey(generatePrivateJwk())
    server.state.keySetVersion = 2
    const current = await context.launch()
    expect((await refresh(current)).state).toBe('valid')
    const back = await tampered(context, async answer => ({
      ...answer,
      keyset: oldSet,
      token: await signLicenseToken(
        JSON.parse(Buffer.from(answer['token']!.split('.')[1]!, 'base64url').toString()),
        oldKey,
      ),
    }))
    await expect(refresh(back)).rejects.toEqual(failing('license/answer-not-trusted'))
    expect(get(back).state).toBe('valid')
  })

  test('a token of a test server is worth nothing in production, and something where tests are accepted', async () => {
    const { launch, server } = setup()
    server.state.env = 'test'
    const production = await launch()
    await expect(production.handlers['license.startTrial']({})).rejects.toEqual(
      failing('license/answer-not-trusted'),
    )
    const sandbox = await launch({ acceptTestLicenses: true })
    expect(await sandbox.handlers['license.startTrial']({})).toMatchObject({ state: 'trialing' })
  })

  test('a licence of another server, or under another root key, counts as none', async () => {
    const { launch, server } = await paid()
    expect(get(await launch({ serverUrl: 'https://other.example' })).state).toBe('none')
    expect(get(await launch({ rootKey: attacker.publicJwk })).state).toBe('none')
    expect(get(await launch()).state).toBe('valid')
    expect(server.device.size).toBe(1)
  })

  test('a token copied to another device is worth nothing there', async () => {
    const { launch, database, records } = await paid()
    const other = setup()
    const copy = createSealedRecords(other.database, openSealer(), other.ports.log)
    copy.write('license', 'license', records.read('license', 'license'))
    expect(get(await launch({ records: copy })).state).toBe('none')
    expect(database.all('SELECT * FROM sealed_record').length).toBeGreaterThan(1)
  })
})

describe('a server that is not ours', () => {
  test('at the same address, with keys of its own, gives and takes nothing', async () => {
    const context = await paid()
    const { launch, ports, time } = context
    const impostor = serveLicenses(() => Math.floor(time.clock.now() / 1000))
    impostor.license.plan = 'monthly'
    impostor.license.paidThrough = Math.floor(time.clock.now() / 1000) + 3650 * 86_400
    const elsewhere = { ports: { ...ports, http: impostor.http } }
    const license = await launch(elsewhere)
    const before = get(license)
    const untrusted = failing('license/answer-not-trusted')
    // It knows every device, and grants whatever is asked.
    await expect(activate(license, impostor.licenseKey)).rejects.toEqual(untrusted)
    await expect(license.handlers['license.startTrial']({})).rejects.toEqual(untrusted)
    await expect(refresh(license)).rejects.toEqual(untrusted)
    impostor.license.refusal = 'revoked'
    await expect(refresh(license)).rejects.toEqual(untrusted)
    expect(get(license)).toEqual({ ...before, offer: get(license).offer })
    const fresh = setup()
    const other = await fresh.launch({ ...elsewhere, ports: { ...fresh.ports, http: impostor.http } })
    other.start()
    await other.handlers['license.buy']({})
    impostor.license.refusal = null
    impostor.checkouts[0]!.state = 'settled'
    await fresh.time.advance(60_000)
    expect(get(other)).toMatchObject({ state: 'none', canCreate: false, licenseKey: null })
    other.stop()
  })
})

describe('keys that change', () => {
  test('a whole rotation passes without one licence refused, online or off, restarted or not', async () => {
    const { launch, server, time } = await paid()
    const present = server.state.signing
    const next = importSigningKey(generatePrivateJwk())
    const steps: [Partial<typeof server.state>, (typeof present)[]][] = [
      [{ keySetVersion: 2 }, [next]],
      [{ keySetVersion: 3, signing: next }, [present]],
      [{ keySetVersion: 4, signing: next }, []],
    ]
    let license = await launch()
    for (const [state, others] of steps) {
      Object.assign(server.state, state)
      server.alsoListed.splice(0, server.alsoListed.length, ...others)
      // Offline, what is held still counts; online, the new set and a new token come together.
      server.weather.push('drop')
      await expect(refresh(license)).rejects.toEqual(failing('license/server-unreachable'))
      expect(get(await launch())).toMatchObject({ state: 'valid' })
      expect(await refresh(license)).toMatchObject({ state: 'valid' })
      license = await launch()
      expect(get(license)).toMatchObject({ state: 'valid' })
      await advance(time, DAY)
    }
    expect(await refresh(license)).toMatchObject({ state: 'valid' })
  })

  test('a key that was stolen signs nothing more once its withdrawal was seen', async () => {
    const { launch, server, ports } = await paid()
    const stolen = server.state.signing
    server.state.signing = importSigningKey(generatePrivateJwk())
    server.state.keySetVersion = 2
    server.revoked.push(stolen.kid)
    expect((await refresh(await launch())).state).toBe('valid')
    const thief = await launch({
      ports: {
        ...ports,
        http: async request => {
          const response = await server.http(request)
          const answer = JSON.parse(response.body) as Record<string, string>
          if (answer['token'] === undefined) return response
          const claims = JSON.parse(Buffer.from(answer['token'].split('.')[1]!, 'base64url').toString())
          const token = await signLicenseToken({ ...claims, seq: claims.seq + 10 }, stolen)
          return { ...response, body: JSON.stringify({ ...answer, token }) }
        },
      },
    })
    await expect(refresh(thief)).rejects.toEqual(failing('license/answer-not-trusted'))
    expect(get(thief).state).toBe('valid')
  })
})

describe('refusals that are signed', () => {
  test.each(['suspended', 'revoked', 'device_removed', 'expired'] as const)(
    '%s ends creating, survives a restart, and is undone by a later token',
    async reason => {
      const { license, server, launch } = await paid()
      server.license.refusal = reason
      expect(await refresh(license)).toMatchObject({ state: 'denied', denial: reason, canCreate: false })
      const again = await launch()
      expect(get(again)).toMatchObject({ state: 'denied', denial: reason })
      server.license.refusal = null
      expect(await refresh(again)).toMatchObject({ state: 'valid', denial: null, canCreate: true })
    },
  )

  test('a refused trial says nothing about a paid licence that is held', async () => {
    const { license, server } = await paid()
    server.license.refusal = 'trial_over'
    const other = license.handlers['license.startTrial']({})
    await expect(other).rejects.toEqual(failing('license/trial-over'))
  })
})

describe('activation', () => {
  test('a key is accepted as a person types it, and shown from then on', async () => {
    const { launch, server } = setup()
    server.license.plan = 'monthly'
    server.license.paidThrough = Math.floor(Date.parse('2027-02-01T00:00:00Z') / 1000)
    const license = await launch()
    const view = await activate(license, ` ${server.licenseKey.toLowerCase().replaceAll('-', ' ')} `)
    expect(view).toMatchObject({
      state: 'valid',
      licenseKey: server.licenseKey,
      validUntil: '2027-02-01T00:00:00Z',
    })
  })

  test('a mistyped key never leaves the computer', async () => {
    const { launch, server } = setup()
    const license = await launch()
    const wrong = server.licenseKey.replace(/.$/, last => (last === '0' ? '1' : '0'))
    await expect(activate(license, wrong)).rejects.toEqual(failing('license/key-invalid'))
    expect(server.requests).toEqual([])
  })

  test('without a seat left it says who holds them, and takes the one that a person frees', async () => {
    const { launch, server } = setup()
    server.license.plan = 'monthly'
    server.license.paidThrough = Math.floor(Date.parse('2027-02-01T00:00:00Z') / 1000)
    const [one, two] = ['1', '2'].map(digit => digit.repeat(43))
    server.state.seatedElsewhere = [one!, two!]
    const license = await launch()
    await expect(activate(license, server.licenseKey)).rejects.toMatchObject({
      error: { code: 'license/seat-limit', params: { count: 2 } },
    })
    expect(get(license).seats).toMatchObject([{ deviceId: one, label: 'AutoTele 1111' }, { deviceId: two }])
    const free = async (deviceId: string) =>
      license.handlers['license.freeSeat']({ licenseKey: server.licenseKey, deviceId })
    const view = await free(two!)
    expect(view).toMatchObject({ state: 'valid' })
    expect(view.seats).toBeUndefined()
    expect(server.state.seatedElsewhere).toEqual([one])
    expect(await free(two!)).toMatchObject({ state: 'valid' })
  })

  test('a server restored from a backup, which counts from the beginning again, is told our number', async () => {
    const { license, server } = await paid()
    await refresh(license)
    await refresh(license)
    server.device.clear()
    expect(await activate(license, server.licenseKey)).toMatchObject({ state: 'valid' })
    expect([...server.device.values()]).toEqual([{ seq: 4, licensed: true }])
  })
})

describe('refreshing by itself', () => {
  test('happens at the start, then at the time the server named, within its spread', async () => {
    const { launch, server, time } = await paid()
    const license = await launch()
    license.start()
    await advance(time, 0)
    expect(server.refreshes()).toBe(1)
    await advance(time, DAY - 60_000)
    expect(server.refreshes()).toBe(1)
    await advance(time, 7 * 60_000)
    expect(server.refreshes()).toBe(2)
    license.stop()
    await advance(time, 3 * DAY)
    expect(server.refreshes()).toBe(2)
  })

  test('backs off while the server is away, waits as long as it is told, and catches up', async () => {
    const { launch, server, time } = await paid()
    const asked = () => server.requests.filter(request => request.url.endsWith('/refresh')).length
    const license = await launch()
    license.start()
    await advance(time, 0)
    const before = asked()
    server.weather.push('drop', 'drop', { ...html(503), headers: { 'retry-after': '7200' } })
    await advance(time, DAY + 6 * 60_000)
    expect(asked()).toBeGreaterThan(before)
    await advance(time, 3 * 60_000)
    expect(asked()).toBe(before + 3)
    await advance(time, HOUR)
    expect(asked()).toBe(before + 3)
    await advance(time, HOUR + 60_000)
    expect(asked()).toBe(before + 4)
    expect(get(license).state).toBe('valid')
    license.stop()
  })

  test('goes on after an answer that a full disk did not take', async () => {
    const { launch, time, records } = await paid()
    let full = false
    const license = await launch({
      records: {
        ...records,
        write: (...args) => {
          if (full) throw new CallFailure('storage/disk-full', undefined, true)
          records.write(...args)
        },
      },
    })
    license.start()
    await advance(time, 0)
    full = true
    await advance(time, DAY + 6 * 60_000)
    full = false
    await advance(time, 2 * HOUR)
    expect(Date.parse(get(license).lastContact!)).toBeGreaterThan(time.clock.now() - 2 * HOUR)
    license.stop()
  })

  test('is not asked for again and again by a computer that lives in another year', async () => {
    const { license, server, time } = await paid()
    license.start()
    await advance(time, 0)
    time.setWall(Date.parse('2035-01-01T00:00:00Z'))
    await advance(time, 2 * HOUR)
    expect(server.refreshes()).toBe(1)
    license.stop()
  })

  test('when something else is reached again, what failed is asked again at once, and only then', async () => {
    const { launch, server, time } = await paid()
    const asked = () => server.requests.filter(request => request.url.endsWith('/refresh')).length
    const license = await launch()
    license.start()
    await advance(time, 0)
    license.reachable()
    await advance(time, 0)
    const before = asked()
    server.weather.push(...Array<'drop'>(3).fill('drop'))
    await refresh(license).catch(() => undefined)
    server.weather.splice(0)
    license.reachable()
    license.reachable()
    await advance(time, 0)
    expect(asked()).toBe(before + 2)
    expect(server.refreshes()).toBe(2)
    license.stop()
  })

  test('after a sleep, what is due is done at once', async () => {
    const { launch, server, time } = await paid()
    const license = await launch()
    license.start()
    await eventually(() => expect(server.refreshes()).toBe(1))
    time.setWall(time.clock.now() + 2 * DAY)
    license.resume()
    await eventually(() => expect(server.refreshes()).toBe(2))
    license.stop()
  })
})

describe('buying', () => {
  const buy = async (license: License) => license.handlers['license.buy']({})

  test('opens the browser, waits by itself, and brings licence and key', async () => {
    const { launch, server, ports, events, time } = setup()
    const license = await launch()
    license.start()
    const view = await buy(license)
    expect(ports.opened).toEqual([view.checkout!.checkoutUrl])
    expect(view.checkout).toMatchObject({ state: 'awaiting_payment', amount: '31.00' })
    await advance(time, 30_000)
    server.checkouts[0]!.state = 'confirming'
    await advance(time, 5000)
    expect(events.at(-1)!.checkout!.state).toBe('confirming')
    server.license.plan = 'monthly'
    server.license.paidThrough = Math.floor(time.clock.now() / 1000) + 30 * 86_400
    server.checkouts[0]!.state = 'settled'
    await advance(time, 15_000)
    expect(events.at(-1)).toMatchObject({
      state: 'valid',
      canCreate: true,
      licenseKey: server.licenseKey,
      checkout: { state: 'settled', paidAmount: '31.00' },
    })
    const polls = server.requests.filter(request => request.url.includes('/chk_')).length
    await advance(time, DAY / 2)
    expect(server.requests.filter(request => request.url.includes('/chk_'))).toHaveLength(polls)
    license.stop()
  })

  test('no address but a web page’s is taken from the server, to be shown or opened', async () => {
    const { launch, server, ports } = setup()
    const license = await launch({
      ports: {
        ...ports,
        http: async request => {
          const answer = await server.http(request)
          return {
            ...answer,
            body: answer.body.replace('https://pay.example', 'ms-office:ofe|u|https://pay.example'),
          }
        },
      },
    })
    await expect(buy(license)).rejects.toEqual(failing('license/server-unreachable'))
    expect(get(license).checkout).toBeNull()
    expect(ports.opened).toEqual([])
  })

  test('a checkout that is still open is offered again', async () => {
    const { launch, server, ports } = setup()
    const license = await launch()
    const first = await buy(license)
    const second = await buy(await launch())
    expect(second.checkout).toEqual(first.checkout)
    expect(server.checkouts).toHaveLength(1)
    expect(ports.opened).toHaveLength(2)
  })

  test('two clicks at once make one checkout', async () => {
    const { launch, server } = setup()
    const license = await launch()
    await Promise.all([buy(license), buy(license)])
    expect(server.checkouts).toHaveLength(1)
  })

  test('an answer that was lost, and a crash after it, never make two', async () => {
    const { launch, server } = setup()
    const license = await launch()
    server.weather.push(html(200), 'lose')
    await expect(buy(license)).rejects.toEqual(failing('license/server-unreachable'))
    await expect(buy(license))
      .rejects.toEqual(failing('license/server-unreachable'))
      .catch(() => undefined)
    const view = await buy(await launch())
    expect(server.checkouts).toHaveLength(1)
    expect(view.checkout!.id).toBe(server.checkouts[0]!.id)
    expect(server.requests.every(request => !request.url.includes('s'.repeat(43)))).toBe(true)
  })

  test('what was paid but came in an answer that cannot be believed is asked for until it can', async () => {
    const { launch, server, time } = setup()
    const license = await launch()
    license.start()
    await buy(license)
    server.license.plan = 'monthly'
    server.license.paidThrough = Math.floor(time.clock.now() / 1000) + 30 * 86_400
    server.checkouts[0]!.state = 'settled'
    server.state.env = 'test'
    await advance(time, 60_000)
    expect(get(license)).toMatchObject({ state: 'none', checkout: { state: 'confirming' } })
    server.state.env = 'live'
    await advance(time, 10_000)
    expect(get(license)).toMatchObject({ state: 'valid', checkout: { state: 'settled' } })
    license.stop()
  })

  test('is found paid by the first look after a restart, a day later', async () => {
    const { launch, server, time } = setup()
    const first = await launch()
    first.start()
    await buy(first)
    first.stop()
    await advance(time, 26 * HOUR)
    server.license.plan = 'monthly'
    server.license.paidThrough = Math.floor(time.clock.now() / 1000) + 30 * 86_400
    server.checkouts[0]!.state = 'settled'
    const second = await launch()
    second.start()
    await eventually(() =>
      expect(get(second)).toMatchObject({ state: 'valid', licenseKey: server.licenseKey }),
    )
    second.stop()
  })

  test('goes on after a restart as seldom as before it, and faster for nobody', async () => {
    const { launch, server, time } = setup()
    const polls = () => server.requests.filter(request => request.url.includes('/chk_')).length
    const first = await launch()
    first.start()
    await buy(first)
    await advance(time, 2 * HOUR)
    first.stop()
    const second = await launch()
    second.start()
    await advance(time, 0)
    const atStart = polls()
    await advance(time, 55 * 60_000)
    expect(polls()).toBe(atStart)
    await advance(time, 10 * 60_000)
    expect(polls()).toBe(atStart + 1)
    second.stop()
  })

  test('what a person has to look at is found decided, days later, without a restart', async () => {
    const { launch, server, time } = setup()
    const license = await launch()
    license.start()
    await buy(license)
    server.checkouts[0]!.state = 'in_review'
    await advance(time, 3 * DAY)
    expect(get(license).checkout!.state).toBe('in_review')
    server.license.plan = 'monthly'
    server.license.paidThrough = Math.floor(time.clock.now() / 1000) + 30 * 86_400
    server.checkouts[0]!.state = 'settled'
    await advance(time, 6 * HOUR)
    expect(get(license)).toMatchObject({ state: 'valid', checkout: { state: 'settled' } })
    license.stop()
  })

  test('after an expired checkout a new one is made, and the old one still counts when it is paid late', async () => {
    const { launch, server, time } = setup()
    const license = await launch()
    license.start()
    await buy(license)
    server.checkouts[0]!.state = 'expired'
    await advance(time, 20 * 60_000)
    expect(get(license).checkout!.state).toBe('expired')
    await buy(license)
    expect(server.checkouts).toHaveLength(2)
    server.license.plan = 'monthly'
    server.license.paidThrough = Math.floor(time.clock.now() / 1000) + 30 * 86_400
    server.checkouts[0]!.state = 'settled'
    await advance(time, 2 * 60_000)
    expect(get(license)).toMatchObject({ state: 'valid', checkout: { state: 'awaiting_payment' } })
    license.stop()
  })

  test('a checkout that the server does not find is kept while it could still be paid', async () => {
    const { launch, server, time } = setup()
    const license = await launch()
    license.start()
    await buy(license)
    const lost = server.checkouts.splice(0)
    await advance(time, 20 * HOUR)
    expect(get(license).checkout).not.toBeNull()
    server.checkouts.push({ ...lost[0]!, state: 'confirming' })
    await advance(time, HOUR)
    expect(get(license).checkout!.state).toBe('confirming')
    server.checkouts.splice(0)
    license.stop()
    await advance(time, 5 * HOUR)
    const next = await launch()
    next.start()
    await advance(time, 0)
    expect(get(next).checkout).toBeNull()
    next.stop()
  })

  test('a computer with a wrong clock makes one checkout too', async () => {
    const { launch, server, time } = setup()
    time.setWall(Date.parse('2035-01-01T00:00:00Z'))
    const license = await launch()
    expect((await buy(license)).checkout!.state).toBe('awaiting_payment')
    expect(server.checkouts).toHaveLength(1)
  })

  test('payments that are unavailable are named, and the next try goes on under the same key', async () => {
    const { launch, server } = setup()
    const license = await launch()
    const body = JSON.stringify({
      type: 't',
      title: 't',
      status: 503,
      code: 'PAYMENTS_UNAVAILABLE',
      requestId: 'r',
    })
    server.weather.push({ status: 503, headers: {}, body })
    await expect(buy(license)).rejects.toEqual(failing('license/payments-unavailable'))
    await buy(license)
    const keys = server.requests.map(request => request.headers['Idempotency-Key'])
    expect(new Set(keys).size).toBe(1)
  })
})

describe('the offer', () => {
  test('is the configuration’s until the server has been reached, and the server’s from then on', async () => {
    const { launch, server } = setup()
    const license = await launch()
    expect(get(license).offer).toEqual({ price: '29.99', currency: 'EUR', trialDays: 7, fromServer: false })
    await refresh(license)
    expect(get(license).offer).toEqual({ price: '31.00', currency: 'EUR', trialDays: 7, fromServer: true })
    server.weather.push('drop', 'drop')
    expect(get(await launch()).offer.fromServer).toBe(true)
  })

  test('without a licence server everything says so', async () => {
    const { launch, server } = setup()
    const license = await launch({ serverUrl: '' })
    await expect(license.handlers['license.buy']({})).rejects.toEqual(failing('license/server-unreachable'))
    await expect(license.handlers['license.startTrial']({})).rejects.toEqual(
      failing('license/server-unreachable'),
    )
    expect(server.requests).toEqual([])
  })
})

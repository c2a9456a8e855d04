import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ADMIN_HEADER,
  ADMIN_ROUTES,
  EXPORTS,
  ROLES,
  ROUTES,
  type AdminRoute,
  type Role,
} from '@autotele/shared'
import { createAudit, createPasswords } from '../../admin/index.ts'
import { createBrowser, PASSWORD, startAdministration } from '../../testing/administration.ts'
import { someDevice } from '../../testing/device.ts'
import { PASSWORD_COST, startHarness, type Harness } from '../../testing/harness.ts'
import type { Handlers } from './context.ts'
import { adminRoutes } from './router.ts'

type Administration = Awaited<ReturnType<typeof startAdministration>>
type Person = Awaited<ReturnType<Administration['person']>>
let harness: Harness
let administration: Administration
beforeAll(async () => {
  harness = await startHarness({ AUTOTELE_TRUST_PROXY: '1' })
  administration = await startAdministration(harness)
})
afterAll(() => harness.stop())

const REASON = { reason: 'because of the test' }
const newLicense = async (person: Person, days = 10) => {
  const { body } = await person.browser.call('POST', '/licenses', { days, ...REASON })
  return body as {
    license: { id: string; keyTail: string; paidThrough: string; plan: string }
    licenseKey: string
  }
}

describe('who may do what', () => {
  const people = {} as Record<Role, Person>
  beforeAll(async () => {
    for (const role of ROLES) people[role] = await administration.person(role)
  })

  const routes = Object.entries<AdminRoute>(ADMIN_ROUTES)
  /** Ids that name nothing: whoever may pass is told so, or is asked for a body. */
  const pathOf = (route: AdminRoute) =>
    route.path
      .replace('/admin/v1', '')
      .replace(':deviceId', 'A'.repeat(43))
      .replace(':kid', 'A'.repeat(43))
      .replace(':id', route.path.includes('/licenses/') ? `lic_${'0'.repeat(26)}` : '999999')

  test.each(routes)('%s', async (name, route) => {
    const path = pathOf(route)
    const stranger = await createBrowser(harness.server.url).call(route.method, path)
    if (route.access === 'public') {
      expect(stranger.status).toBe(400)
      return
    }
    expect(stranger.body).toMatchObject({ status: 401, code: 'SIGN_IN_REQUIRED' })
    for (const role of ROLES) {
      // Signing out is tried with a session that nobody needs any more.
      if (name === 'signOut') continue
      const answer = await people[role].browser.call(route.method, path)
      const code = answer.body?.code as string | undefined
      if (!route.access.includes(role)) expect([role, answer.status, code]).toEqual([role, 403, 'FORBIDDEN'])
      else if (route.stepUp) expect([role, answer.status, code]).toEqual([role, 403, 'STEP_UP_REQUIRED'])
      else
        expect([role, [200, 400, 404].includes(answer.status), answer.status]).toEqual([
          role,
          true,
          answer.status,
        ])
    }
  })

  test('a fresh code opens the most sensitive actions for five minutes, and changes the cookie', async () => {
    const { browser, stepUp } = people.owner
    const before = browser.cookie
    expect((await stepUp()).status).toBe(200)
    expect(browser.cookie).not.toBe(before)
    const old = await fetch(`${harness.server.url}/admin/v1/session`, { headers: { cookie: before } })
    expect(old.status).toBe(401)
    const path = `/licenses/lic_${'0'.repeat(26)}/revoke`
    expect((await browser.call('POST', path, REASON)).status).toBe(404)
    harness.clock.advance({ minutes: 5 })
    expect((await browser.call('POST', path, REASON)).body.code).toBe('STEP_UP_REQUIRED')
  })
})

describe('signing in', () => {
  test('needs password and code together, and says no in one way', async () => {
    const person = await administration.enroll('support')
    const { browser, email } = person
    const attempt = (over: object) =>
      browser.call('POST', '/session', { email, password: PASSWORD, code: person.code(), ...over })
    const answers = [
      await attempt({ password: 'wrong' }),
      await attempt({ code: '000000' }),
      await attempt({ email: 'nobody@example.com' }),
    ]
    for (const { status, body } of answers) {
      expect(status).toBe(401)
      expect({ ...body, requestId: '' }).toEqual({ ...answers[0]!.body, requestId: '' })
    }
    expect(browser.cookie).toBe('')
    const good = await attempt({})
    expect(good.body).toMatchObject({ email, role: 'support', confirmedUntil: null, recoveryCodesLeft: 10 })
    expect(good.headers.get('set-cookie')).toMatch(
      /^autotele-admin-dev=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=28800$/,
    )
  })

  test('a code works once, a recovery code works once', async () => {
    const person = await administration.enroll('support')
    const code = person.code()
    expect((await person.signIn(code)).status).toBe(201)
    expect((await person.signIn(code)).status).toBe(401)
    const [recovery] = person.recoveryCodes
    expect((await person.signIn(recovery)).body).toMatchObject({ recoveryCodesLeft: 9 })
    expect((await person.signIn(recovery)).status).toBe(401)
  })

  test('two at the same instant cannot both use one code', async () => {
    const person = await administration.enroll('support')
    const code = person.code()
    const both = await Promise.all([person.signIn(code), person.signIn(code)])
    expect(both.map(one => one.status).sort()).toEqual([201, 401])
  })

  test('guessing is slowed down, known account or not, and says when to come back', async () => {
    const person = await administration.enroll('support')
    for (const email of [person.email, 'stranger@example.com']) {
      const attempt = () =>
        person.browser.call('POST', '/session', { email, password: 'wrong', code: '000000' })
      const statuses = []
      for (let n = 0; n < 6; n++) statuses.push((await attempt()).status)
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
      expect(Number((await attempt()).headers.get('retry-after'))).toBeGreaterThan(800)
    }
    harness.clock.advance({ minutes: 15 })
    expect((await person.signIn()).status).toBe(201)
  })

  test('who knows the password cannot guess the code from many networks, and is told nothing', async () => {
    const person = await administration.enroll('support')
    const wrong = { email: person.email, password: PASSWORD, code: '000000' }
    const from = (n: number) => ({ 'x-forwarded-for': `198.51.100.${String(n)}` })
    for (let n = 0; n < 20; n++) {
      const answer = await person.browser.call('POST', '/session', wrong, from(n))
      expect(answer.body.code).toBe('SIGN_IN_FAILED')
    }
    const right = () => person.browser.call('POST', '/session', { ...wrong, code: person.code() }, from(200))
    expect((await right()).body.code).toBe('SIGN_IN_FAILED')
    expect((await person.signIn(person.recoveryCodes[0])).status).toBe(201)
    expect((await right()).status).toBe(201)
  })

  test('whom the password was taken from while it was compared is not let in', async () => {
    const person = await administration.enroll('owner')
    const passwords = createPasswords(PASSWORD_COST)
    const administrators = administration.withPasswords({
      ...passwords,
      async verify(password, stored) {
        const right = await passwords.verify(password, stored)
        await harness.db.$transaction(tx => administration.administrators.reset(tx, person.id))
        return right
      },
    })
    expect(await administrators.authenticate(person.email, PASSWORD, person.code())).toBeNull()
    const [recovery = ''] = person.recoveryCodes
    expect(await administrators.authenticate(person.email, PASSWORD, recovery)).toBeNull()
  })

  test('a session ends after 30 idle minutes, and after 8 hours however busy', async () => {
    const { browser } = await administration.person('support')
    harness.clock.advance({ minutes: 29 })
    expect((await browser.call('GET', '/session')).status).toBe(200)
    harness.clock.advance({ minutes: 31 })
    expect((await browser.call('GET', '/session')).status).toBe(401)
    const busy = await administration.person('support')
    for (let n = 0; n < 19; n++) {
      harness.clock.advance({ minutes: 25 })
      expect((await busy.browser.call('GET', '/session')).status).toBe(200)
    }
    harness.clock.advance({ minutes: 10 })
    expect((await busy.browser.call('GET', '/session')).status).toBe(401)
  })

  test('one sees one’s sessions and ends them; a new password ends all others', async () => {
    const person = await administration.person('support')
    const first = person.browser.cookie
    await person.signIn()
    const { data } = (await person.browser.call('GET', '/sessions')).body as {
      data: { id: string; current: boolean }[]
    }
    expect(data.map(one => one.current)).toEqual([true, false])
    expect(JSON.stringify(data)).not.toContain(person.browser.cookie.split('=')[1])
    const open = async (cookie: string) =>
      (await fetch(`${harness.server.url}/admin/v1/session`, { headers: { cookie } })).status
    expect(await open(first)).toBe(200)
    await person.stepUp()
    const change = { current: PASSWORD, next: 'another long enough password' }
    expect((await person.browser.call('POST', '/account/password', { ...change, current: 'x' })).status).toBe(
      401,
    )
    expect((await person.browser.call('POST', '/account/password', change)).status).toBe(204)
    expect(await open(first)).toBe(401)
    expect((await person.browser.call('DELETE', `/sessions/${data[0]!.id}`)).status).toBe(204)
    expect((await person.browser.call('GET', '/session')).status).toBe(401)
  })

  test.each([
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another origin of the site', { 'sec-fetch-site': 'same-site' }],
    ['without the header of the console', { [ADMIN_HEADER]: '' }],
  ])('a call %s changes nothing', async (_name, headers) => {
    const { browser } = await administration.person('owner')
    const answer = await browser.call('POST', '/licenses', { days: 1, ...REASON }, headers)
    expect(answer.body).toMatchObject({ status: 403, code: 'CROSS_SITE_REQUEST' })
    const signIn = await createBrowser(harness.server.url).call('POST', '/session', {}, headers)
    expect(signIn.body.code).toBe('CROSS_SITE_REQUEST')
  })

  test('an enrolment secret works once and for 15 minutes', async () => {
    const { administrators } = administration
    const invited = await harness.db.$transaction(tx =>
      administrators.invite(tx, 'late@example.com', 'support'),
    )
    const browser = createBrowser(harness.server.url)
    const ask = () => browser.call('POST', '/enrolment', { secret: invited.enrolmentSecret })
    expect((await ask()).body).toMatchObject({ email: 'late@example.com' })
    harness.clock.advance({ minutes: 15 })
    expect((await ask()).status).toBe(404)
  })

  test('secrets are stored as hashes or under a key', async () => {
    const person = await administration.person('owner')
    const rows = JSON.stringify([
      await harness.db.administrator.findMany(),
      await harness.db.adminSession.findMany(),
    ])
    expect(rows).not.toContain(person.browser.cookie.split('=')[1])
    expect(rows).not.toContain(PASSWORD)
    for (const code of person.recoveryCodes) expect(rows).not.toContain(code)
  })
})

describe('administrators', () => {
  test('the last owner stays one; who is shut out is out at once', async () => {
    const owner = await administration.person('owner')
    await owner.stepUp()
    const invite = { email: 'New@Example.com', role: 'support', ...REASON }
    const invited = await owner.browser.call('POST', '/administrators', invite)
    expect(invited.body).toMatchObject({ administrator: { email: 'new@example.com', enrolled: false } })
    expect((await owner.browser.call('POST', '/administrators', invite)).status).toBe(409)
    const helper = await administration.person('support')
    await owner.stepUp()
    await owner.browser.call('PATCH', `/administrators/${helper.id}`, { disabled: true, ...REASON })
    expect((await helper.browser.call('GET', '/session')).status).toBe(401)
    expect((await helper.signIn()).status).toBe(401)
    const { data } = (await owner.browser.call('GET', '/administrators')).body as {
      data: { id: string; role: string }[]
    }
    for (const { id, role } of data) {
      if (role === 'owner' && id !== owner.id) {
        await owner.browser.call('PATCH', `/administrators/${id}`, { role: 'read-only', ...REASON })
      }
    }
    const last = await owner.browser.call('PATCH', `/administrators/${owner.id}`, {
      role: 'support',
      ...REASON,
    })
    expect(last.body.code).toBe('CONFLICT')
  })
})

describe('API tokens', () => {
  const call = (token: string, path: string, init: RequestInit = {}) =>
    fetch(`${harness.server.url}/admin/v1${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    })

  test('do what their scopes say, until they expire or are revoked, and their secret is shown once', async () => {
    const owner = await administration.person('owner')
    await owner.stepUp()
    const wanted = { name: 'bookkeeping', scopes: ['licenses:read'], days: 30, ...REASON }
    expect((await owner.browser.call('POST', '/tokens', { ...wanted, days: 366 })).status).toBe(422)
    const { body } = await owner.browser.call('POST', '/tokens', wanted)
    const token = body.token as string
    expect(token).toMatch(/^atl_test_[0-9a-f]{16}_[0-9a-f]{72}$/)
    expect(JSON.stringify(await harness.db.apiToken.findMany())).not.toContain(token.slice(26, 90))
    expect((await call(token, '/licenses')).status).toBe(200)
    expect((await call(token, '/checkouts')).status).toBe(403)
    expect((await call(token, '/tokens')).status).toBe(403)
    expect((await call(token, '/session')).status).toBe(403)
    const wrong = token.replace(/.$/, last => (last === '0' ? '1' : '0'))
    expect((await call(wrong, '/licenses')).status).toBe(401)
    const { data } = (await owner.browser.call('GET', '/tokens')).body as {
      data: { id: string; lastUsedAt: string }[]
    }
    expect(data.find(one => one.id === body.id)?.lastUsedAt).not.toBeNull()
    expect(JSON.stringify(data)).not.toContain(token)
    expect((await owner.browser.call('POST', `/tokens/${body.id as string}/revoke`, REASON)).status).toBe(200)
    expect((await call(token, '/licenses')).status).toBe(401)
    const second = (await owner.browser.call('POST', '/tokens', wanted)).body.token as string
    harness.clock.advance({ hours: 24 * 30 })
    expect((await call(second, '/licenses')).status).toBe(401)
  })

  test('never go further than the person who made them', async () => {
    const [owner, other] = [await administration.person('owner'), await administration.person('owner')]
    await owner.stepUp()
    const { body } = await owner.browser.call('POST', '/tokens', {
      name: 'x',
      scopes: ['licenses:write'],
      days: 1,
      ...REASON,
    })
    const issue = () =>
      call(body.token as string, '/licenses', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ days: 1, ...REASON }),
      })
    expect((await issue()).status).toBe(201)
    await other.stepUp()
    await other.browser.call('PATCH', `/administrators/${owner.id}`, { role: 'finance', ...REASON })
    expect((await issue()).status).toBe(403)
    await other.browser.call('PATCH', `/administrators/${owner.id}`, { disabled: true, ...REASON })
    expect((await issue()).status).toBe(401)
  })
})

describe('an idempotency key', () => {
  const KEY = 'Idempotency-Key'

  test('makes a repeated call have one effect and one answer', async () => {
    const person = await administration.person('support')
    const issue = (days: number, key: string) =>
      person.browser.call('POST', '/licenses', { days, ...REASON }, { [KEY]: key })
    const [first, again] = [await issue(5, 'one'), await issue(5, 'one')]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await issue(6, 'one')).body).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' })
    expect((await issue(5, 'two')).body.license.id).not.toBe(first.body.license.id)
    const { id } = first.body.license as { id: string }
    expect(await harness.db.auditEntry.count({ where: { action: 'license.issue', target: id } })).toBe(1)
    expect(JSON.stringify(await harness.db.idempotencyKey.findMany())).not.toContain(first.body.licenseKey)
    // Another person's key of the same name is another key.
    const other = await administration.person('support')
    const theirs = await other.browser.call('POST', '/licenses', { days: 5, ...REASON }, { [KEY]: 'one' })
    expect(theirs.body.license.id).not.toBe(id)
  })

  test('tells a second call to wait while the first runs, and gives no day twice', async () => {
    const person = await administration.person('support')
    const { license } = await newLicense(person)
    const extend = () =>
      person.browser.call(
        'POST',
        `/licenses/${license.id}/extend`,
        { days: 7, ...REASON },
        { [KEY]: 'at once' },
      )
    const answers = await Promise.all(Array.from({ length: 6 }, extend))
    for (const { status, body } of answers) expect([200, 409], JSON.stringify(body)).toContain(status)
    expect(await harness.db.ledgerEntry.count({ where: { licenseId: license.id, days: 7 } })).toBe(1)
    expect((await extend()).status).toBe(200)
  })

  test('is forgotten when the call failed', async () => {
    const person = await administration.person('support')
    const path = `/licenses/lic_${'0'.repeat(26)}/extend`
    const extend = () => person.browser.call('POST', path, { days: 7, ...REASON }, { [KEY]: 'missing' })
    expect((await extend()).status).toBe(404)
    expect((await extend()).status).toBe(404)
  })
})

describe('licenses', () => {
  test('a trial runs longer and stays a trial; what was paid for is no trial any more', async () => {
    const person = await administration.person('support')
    const device = harness.device()
    await device.call('POST', ROUTES.trials, { device: someDevice })
    const { licenseId } = await harness.db.device.findUniqueOrThrow({ where: { id: device.id } })
    const extend = (days: number) =>
      person.browser.call('POST', `/licenses/${licenseId!}/extend-trial`, { days, ...REASON })
    const ends = async () =>
      (await harness.db.license.findUniqueOrThrow({ where: { id: licenseId! } })).trialEnd!
    const before = await ends()
    expect((await extend(3)).body).toMatchObject({ plan: 'trial', status: 'trialing' })
    expect((await ends()).getTime() - before.getTime()).toBe(3 * 86_400_000)
    harness.clock.advance({ hours: 24 * 20 })
    expect((await extend(2)).body).toMatchObject({ code: 'SIGN_IN_REQUIRED' })
    await person.signIn()
    expect((await extend(2)).body).toMatchObject({ plan: 'trial', status: 'trialing' })
    expect((await ends()).getTime()).toBe(harness.clock.unix() * 1000 + 2 * 86_400_000)
    expect((await extend(31)).body.code).toBe('FORBIDDEN')
    const refreshed = await device.call('POST', ROUTES.refresh, { seq: 1, appVersion: '1.0.0' })
    expect((await harness.verify(refreshed.body, device)).lic.plan).toBe('trial')
    const { license } = await newLicense(person)
    const given = await person.browser.call('POST', `/licenses/${license.id}/extend-trial`, {
      days: 1,
      ...REASON,
    })
    expect(given.body.code).toBe('CONFLICT')
    harness.clock.advance({ hours: 48 })
  })

  test('one that was given works like any other, says that it was given, and can be extended', async () => {
    const person = await administration.person('support')
    const { license, licenseKey } = await newLicense(person)
    expect(license).toMatchObject({ plan: 'comp', status: 'active', seats: 2, seatsTaken: 0 })
    const device = harness.device()
    const activated = await device.call('POST', ROUTES.activate, { licenseKey, device: someDevice })
    const claims = await harness.verify(activated.body, device)
    expect(claims.lic.plan).toBe('comp')
    const extended = await person.browser.call('POST', `/licenses/${license.id}/extend`, {
      days: 30,
      ...REASON,
    })
    expect(Date.parse(extended.body.paidThrough) - Date.parse(license.paidThrough)).toBe(30 * 86_400_000)
    const tooMuch = await person.browser.call('POST', `/licenses/${license.id}/extend`, {
      days: 31,
      ...REASON,
    })
    expect(tooMuch.body.code).toBe('FORBIDDEN')
    // A payment counts from where the gift ends, and makes it a paid one.
    const { invoiceId } = await harness.checkout(device)
    await harness.pay(invoiceId)
    const story = (await person.browser.call('GET', `/licenses/${license.id}`)).body
    expect(story).toMatchObject({
      license: { id: license.id, plan: 'monthly', seatsTaken: 1 },
      ledger: [
        { kind: 'grant', invoiceId },
        { kind: 'extension', days: 30 },
        { kind: 'extension', days: 10 },
      ],
      devices: [{ id: device.id, seated: true }],
      checkouts: [{ invoiceId, state: 'settled' }],
      deliveries: [{ invoiceId, state: 'done' }],
      audit: [
        { action: 'license.extend', reason: REASON.reason, actor: person.id, actorName: person.email },
        { action: 'license.issue' },
      ],
    })
    const found = async (q: string) =>
      (
        (await person.browser.call('GET', `/licenses?q=${encodeURIComponent(q)}`)).body as {
          data: { id: string }[]
        }
      ).data.map(one => one.id)
    for (const q of [license.id, license.keyTail.toLowerCase(), invoiceId, device.id]) {
      expect(await found(q)).toContain(license.id)
    }
    expect(await found('nobody@example.com')).toEqual([])
  })

  test('suspension and revocation reach the device as signed refusals, reinstatement as a token', async () => {
    const owner = await administration.person('owner')
    const { license, licenseKey } = await newLicense(owner)
    const device = harness.device()
    await device.call('POST', ROUTES.activate, { licenseKey, device: someDevice })
    const refresh = async () =>
      (await device.call('POST', ROUTES.refresh, { seq: 1, appVersion: '1.0.0' })).body
    const reason = async () => {
      const { result, denial } = await refresh()
      const claims = JSON.parse(Buffer.from(String(denial).split('.')[1]!, 'base64url').toString()) as {
        reason: string
      }
      return [result, claims.reason]
    }
    const act = (verb: string) => owner.browser.call('POST', `/licenses/${license.id}/${verb}`, REASON)
    expect((await act('suspend')).body.status).toBe('suspended')
    expect(await reason()).toEqual(['denied', 'suspended'])
    expect((await act('suspend')).status).toBe(409)
    expect((await act('reinstate')).body.status).toBe('active')
    expect((await refresh()).result).toBe('granted')
    await owner.stepUp()
    expect((await act('revoke')).body.status).toBe('revoked')
    expect((await act('suspend')).status).toBe(409)
    expect(await reason()).toEqual(['denied', 'revoked'])
    const support = await administration.person('support')
    const lifted = await support.browser.call('POST', `/licenses/${license.id}/reinstate`, REASON)
    expect(lifted.body).toMatchObject({ code: 'FORBIDDEN', detail: expect.any(String) })
    const bulk = { ids: [license.id, `lic_${'0'.repeat(26)}`], action: 'reinstate', ...REASON }
    expect((await owner.browser.call('POST', '/licenses/bulk', bulk)).body).toEqual({
      changed: [license.id],
      unchanged: [`lic_${'0'.repeat(26)}`],
    })
  })

  test('a new key replaces the old one and leaves the devices; a seat can be freed', async () => {
    const owner = await administration.person('owner')
    const { license, licenseKey } = await newLicense(owner)
    const [first, second] = [harness.device(), harness.device()]
    await first.call('POST', ROUTES.activate, { licenseKey, device: someDevice })
    await owner.stepUp()
    const renewed = (await owner.browser.call('POST', `/licenses/${license.id}/key`, REASON)).body
    expect((await second.call('POST', ROUTES.activate, { licenseKey, device: someDevice })).status).toBe(422)
    expect(
      (await second.call('POST', ROUTES.activate, { licenseKey: renewed.licenseKey, device: someDevice }))
        .status,
    ).toBe(200)
    expect((await first.call('POST', ROUTES.refresh, { seq: 1, appVersion: '1' })).body.result).toBe(
      'granted',
    )
    const release = () =>
      owner.browser.call('POST', `/licenses/${license.id}/devices/${first.id}/release`, REASON)
    expect((await release()).status).toBe(204)
    expect((await release()).status).toBe(404)
    expect((await first.call('POST', ROUTES.refresh, { seq: 1, appVersion: '1' })).body.result).toBe('denied')
  })
})

describe('lists', () => {
  test('are walked page by page: nothing twice, nothing passed over, whatever comes meanwhile', async () => {
    const person = await administration.person('support')
    for (let n = 0; n < 7; n++) await newLicense(person)
    const all = await harness.db.license.count()
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await person.browser.call('GET', `/licenses?limit=3${cursor}`)
      seen.push(...(body.data as { id: string }[]).map(one => one.id))
      cursor = body.next === null ? '' : `&cursor=${body.next as string}`
      harness.clock.advance({ seconds: 1 })
      await newLicense(person)
    } while (cursor !== '')
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toHaveLength(all)
    for (const query of [
      'limit=0',
      'limit=201',
      'cursor=x',
      `cursor=${Buffer.from('["x","y"]').toString('base64url')}`,
      `cursor=${Buffer.from(String.raw`["2026-11-22T10:00:00.000Z","\u0000"]`).toString('base64url')}`,
    ]) {
      expect((await person.browser.call('GET', `/licenses?${query}`)).status).toBe(422)
    }
  })

  test('each is exported whole as CSV, after a fresh code, and on the record', async () => {
    const person = await administration.person('finance')
    const device = harness.device()
    await device.call('POST', ROUTES.trials, { device: { ...someDevice, label: '=HYPERLINK("x")' } })
    await person.stepUp()
    for (const list of EXPORTS) {
      const { status, headers, text } = await person.browser.call('POST', '/exports', { list, ...REASON })
      expect(status).toBe(200)
      expect(headers.get('content-type')).toMatch('text/csv')
      expect(text.split('\r\n')[0]).toMatch(/^(id|kid),/)
      if (list === 'licenses')
        expect(text.trim().split('\r\n')).toHaveLength(1 + (await harness.db.license.count()))
      if (list === 'devices') expect(text).toContain(`"'=HYPERLINK(""x"")"`)
    }
    expect(await harness.db.auditEntry.count({ where: { action: 'export' } })).toBe(EXPORTS.length)
  })

  test('the figures are those of what happened', async () => {
    const person = await administration.person('read-only')
    const { body } = await person.browser.call('GET', '/statistics')
    expect(body.revenue).toEqual([
      { month: expect.any(String), currency: 'EUR', amount: '29.99', payments: 1, late: 0 },
    ])
    expect(body.licenses.trialing).toBe(1)
    expect(body.versions).toContainEqual({
      appVersion: '1.0.0',
      platform: 'linux',
      devices: expect.any(Number),
    })
    expect(body.trials).toContainEqual({ month: expect.any(String), started: 1, converted: 0 })
  })
})

describe('money', () => {
  test('an event is worked off again, an item is answered once, both on the record', async () => {
    const person = await administration.person('owner')
    const device = harness.device()
    const { invoiceId } = await harness.checkout(device)
    harness.btcpay.set(invoiceId, {
      status: 'Expired',
      additionalStatus: 'PaidPartial',
      paidAmount: '20',
      payments: [{ receivedDate: harness.clock.unix(), status: 'Settled' }],
    })
    await harness.deliver(invoiceId, 'InvoiceExpired')
    await harness.worked()
    const { data } = (await person.browser.call('GET', '/attention')).body as {
      data: { id: string; invoiceId: string }[]
    }
    const item = data.find(one => one.invoiceId === invoiceId)!
    const accept = () => person.browser.call('POST', `/attention/${item.id}/accept`, REASON)
    expect((await accept()).body).toMatchObject({ resolution: 'accepted', resolvedBy: person.id })
    expect(await harness.db.ledgerEntry.count({ where: { invoiceId } })).toBe(1)
    expect((await person.browser.call('POST', `/attention/${item.id}/refuse`, REASON)).body.code).toBe(
      'CONFLICT',
    )
    const inbox = (await person.browser.call('GET', '/inbox?state=done')).body as {
      data: { id: string; invoiceId: string }[]
    }
    const event = inbox.data.find(one => one.invoiceId === invoiceId)!
    const reads = harness.btcpay.requests.length
    expect((await person.browser.call('POST', `/inbox/${event.id}/replay`, REASON)).body.state).toBe(
      'pending',
    )
    await harness.worked()
    expect(harness.btcpay.requests.length).toBeGreaterThan(reads)
    for (const [action, target] of [
      ['attention.accept', item.id],
      ['inbox.replay', event.id],
    ] as const) {
      expect(await harness.db.auditEntry.count({ where: { action, target } })).toBe(1)
    }
  })

  test('signing keys are listed, and only move as they may', async () => {
    const owner = await administration.person('owner')
    const { body } = await owner.browser.call('GET', '/keys')
    expect(body.data).toMatchObject([{ state: 'active', published: true }])
    expect(JSON.stringify(body)).not.toContain('sealed')
    await owner.stepUp()
    const { kid } = body.data[0] as { kid: string }
    const retire = await owner.browser.call('POST', `/keys/${kid}/state`, { state: 'retired', ...REASON })
    expect(retire.body.code).toBe('CONFLICT')
  })
})

describe('the record', () => {
  test('every change asks for a reason and is recorded with what it changed, or is not made', async () => {
    const owner = await administration.person('owner')
    const count = await harness.db.license.count()
    expect((await owner.browser.call('POST', '/licenses', { days: 1 })).status).toBe(422)
    expect((await owner.browser.call('POST', '/licenses', { days: 1, reason: '  ' })).status).toBe(422)
    expect(await harness.db.license.count()).toBe(count)
    const { license } = await newLicense(owner)
    await owner.browser.call('POST', `/licenses/${license.id}/suspend`, REASON)
    expect((await owner.browser.call('GET', `/audit?target=${license.id}`)).body.data[0]).toMatchObject({
      actor: owner.id,
      action: 'license.suspend',
      before: { hold: 'none' },
      after: { hold: 'suspended' },
      reason: REASON.reason,
    })
  })

  test('a row that was altered, removed or slipped in breaks the chain, and so does a missing end', async () => {
    const audit = createAudit({ pepper: administration.pepper, clock: harness.clock.now })
    const whole = await audit.verify(harness.db)
    expect(whole).toMatchObject({ ok: true, brokenAt: null })
    expect(await audit.verify(harness.db, whole.head!)).toMatchObject({ ok: true })
    await expect(harness.db.$executeRaw`UPDATE audit_log SET reason = 'other'`).rejects.toThrow('append-only')
    await expect(harness.db.$executeRaw`DELETE FROM audit_log`).rejects.toThrow('append-only')
    // What only the owner of the database could do.
    await harness.db.$executeRaw`ALTER TABLE audit_log DISABLE TRIGGER ALL`
    const last = await harness.db.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } })
    await harness.db.auditEntry.delete({ where: { id: last.id } })
    expect(await audit.verify(harness.db)).toMatchObject({ ok: true })
    expect(await audit.verify(harness.db, whole.head!)).toMatchObject({ ok: false, brokenAt: 'end' })
    const middle = await harness.db.auditEntry.findFirstOrThrow({ skip: 3, orderBy: { id: 'asc' } })
    await harness.db.auditEntry.update({ where: { id: middle.id }, data: { reason: 'another' } })
    expect(await audit.verify(harness.db)).toMatchObject({ ok: false, brokenAt: String(middle.id) })
  })
})

test('nothing is mounted under the administration but what the table rules', () => {
  const nobody = () => Promise.reject(new Error('not called'))
  const router = adminRoutes({
    admit: nobody,
    handlers: Object.fromEntries(
      Object.keys(ADMIN_ROUTES).map(name => [name, nobody]),
    ) as unknown as Handlers,
    limit: (_request, _response, next) => next(),
    host: undefined,
    publicUrl: 'http://localhost',
  })
  const mounted = router.stack.flatMap(({ route }) =>
    route ? route.stack.map(layer => `${layer.method} ${route.path}`) : [],
  )
  expect(new Set(mounted)).toEqual(
    new Set([
      ...Object.values(ADMIN_ROUTES).map(({ method, path }) => `${method} ${path}`),
      'get /admin/v1/openapi.json',
    ]),
  )
})

test('the administration describes the routes it has, to who is signed in', async () => {
  const url = `${harness.server.url}/admin/v1/openapi.json`
  expect((await fetch(url)).status).toBe(401)
  const person = await administration.person('read-only')
  const api = (await person.browser.call('GET', '/openapi.json')).body as { paths: Record<string, object> }
  const described = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(described.sort()).toEqual(
    Object.values(ADMIN_ROUTES)
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  )
})

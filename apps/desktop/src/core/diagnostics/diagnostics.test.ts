import { inflateRawSync, crc32 } from 'node:zlib'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  diagnostics as contract,
  type AccountId,
  type AccountView,
  type DiagnosticReport,
  type LicenseView,
  type ProxyView,
  type RouteTest,
  type SettingsView,
} from '../../contract/index.ts'
import { createLogs } from '../logs/index.ts'
import type { HttpResponse } from '../ports.ts'
import { dataPaths } from '../storage/index.ts'
import { CallFailure } from '../failure.ts'
import { eventually, memoryDatabase, openSealer, settle, tempFolder, testPorts } from '../testing/index.ts'
import { createSealedRecords } from '../vault/index.ts'
import type { Probe } from './probe.ts'
import {
  createContacts,
  createDiagnostics,
  systemProbe,
  TELEGRAM_ADDRESSES,
  type OpenParts,
} from './index.ts'

const plans = JSON.stringify({
  plans: [{ id: 'monthly', amount: '29.99', currency: 'EUR', interval: 'month', seats: 2 }],
  trialDays: 7,
})
const account = (over: Partial<AccountView> = {}): AccountView => ({
  id: 'a1' as AccountId,
  name: 'Alix',
  username: null,
  phoneHint: '+33 •• •• •• 01',
  premium: false,
  health: 'online',
  pausedUntil: null,
  lastError: null,
  tried: [],
  ...over,
})
const settings: SettingsView = {
  ...{ language: 'fr', theme: 'system', timeZone: 'Europe/Paris' },
  ...{
    rateLimitDelay: 3,
    maxMessagesPerMinute: 20,
    maxGroupsWarning: 50,
    apiId: 12345,
    autoLogoutMinutes: 0,
    historyWithTexts: false,
  },
}
const licensed: LicenseView = {
  ...{ state: 'valid', plan: 'monthly', validUntil: null, offlineUntil: '2027-01-10T09:00:00Z' },
  ...{ lastContact: null, denial: null, canCreate: true, licenseKey: null, checkout: null },
  offer: { price: '29.99', currency: 'EUR', trialDays: 7, fromServer: true },
}

/** A machine on which all is well, to be spoilt by the test. */
function setup() {
  const root = tempFolder()
  const paths = dataPaths(root)
  for (const folder of [paths.config, paths.sessions, paths.logs]) mkdirSync(folder)
  writeFileSync(
    join(paths.logs, 'autotele_20270104.log'),
    '2027-01-04T10:00:00.000+01:00 INFO    [core] x {}\n',
  )
  const ports = testPorts()
  const { time } = ports
  const world = {
    accounts: [account()],
    telegramAhead: 0,
    session: 'ok' as 'ok' | 'missing' | 'damaged',
    proxy: { kind: 'none' } as ProxyView,
    proxyError: null as RouteTest['error'],
    license: licensed,
    settings: settings as SettingsView | null,
    vault: 'open' as 'new' | 'locked' | 'open',
    keyring: 'available' as 'available' | 'weak' | 'missing',
    url: 'https://license.example',
    answer: { status: 200, headers: {}, body: plans } as HttpResponse | 'offline',
    serverAhead: 0,
    app: true,
    names: true,
    closed: (_host: string, _port: number): boolean => false,
    free: 50e9 as number | null,
    writable: (_folder: string): boolean => true,
    hang: false,
    /** Every connection is taken, by something that is not Telegram. */
    portal: false,
  }
  const probe: Probe = {
    resolve: () => Promise.resolve(world.names),
    whoAnswers: ({ host, port }) =>
      world.hang
        ? new Promise(() => undefined)
        : Promise.resolve(world.closed(host, port) ? 'nobody' : world.portal ? 'other' : 'telegram'),
    freeBytes: () => Promise.resolve(world.free),
    canWrite: folder => Promise.resolve(world.writable(folder)),
  }
  const open: OpenParts = {
    accounts: () => world.accounts,
    telegramNow: () => time.clock.now() + world.telegramAhead,
    session: () => Promise.resolve(world.session),
    proxy: () => world.proxy,
    testProxy: () => Promise.resolve({ error: world.proxyError, attempts: [], milliseconds: 1 }),
    license: () => world.license,
  }
  const events: DiagnosticReport[] = []
  const contacts = createContacts(ports)
  const logs = createLogs({ folder: paths.logs, level: 'info', timers: time.timers, emit: () => undefined })
  const database = memoryDatabase()
  const { handlers, stop } = createDiagnostics({
    ...ports,
    emit: (_name, payload) => void events.push(contract.changed.payload.parse(payload)),
    http: () =>
      world.answer === 'offline'
        ? Promise.reject(new Error('offline'))
        : Promise.resolve({
            ...world.answer,
            headers: { Date: new Date(time.clock.now() + world.serverAhead).toUTCString() },
          }),
    keyring: () => Promise.resolve(world.keyring),
    settings: () => Promise.resolve(world.settings),
    vault: () => world.vault,
    open: () => (world.vault === 'open' ? open : null),
    licenseUrl: () => world.url,
    hasTelegramApp: () => world.app,
    about: { version: '0.1.0', hosted: 'web' },
    addresses: TELEGRAM_ADDRESSES,
    ...{ database, paths, probe, contacts, logs },
  })
  const run = async (): Promise<DiagnosticReport> => {
    handlers['diagnostics.start']({})
    return await eventually(() => {
      const report = contract.get.output.parse(handlers['diagnostics.get']({}))
      expect(report.running).toBe(false)
      return report
    })
  }
  /** What is neither well nor left out. */
  const findings = async (): Promise<unknown[]> =>
    (await run()).items
      .filter(({ state }) => !['ok', 'skipped'].includes(state))
      .map(({ id, state, code, params }) => [id, state, code, params])
  return { world, run, findings, handlers, stop, events, contacts, time, ports, database }
}
type World = ReturnType<typeof setup>['world']

test('where all is well, everything is looked at and nothing is found', async () => {
  const { findings, handlers, events } = setup()
  expect(await findings()).toEqual([])
  const { items } = contract.get.output.parse(handlers['diagnostics.get']({}))
  expect(items.filter(({ state }) => state === 'ok').length).toBeGreaterThan(18)
  expect(items.map(({ id }) => id)).toEqual([...new Set(items.map(({ id }) => id))])
  // Each of them was told while it ran and when it was over.
  for (const { id } of items)
    expect(events.some(event => event.items.find(item => item.id === id)?.state === 'running')).toBe(true)
})

describe('each fault is named by itself', () => {
  const addresses = (code: string, state: string, ports: string) =>
    TELEGRAM_ADDRESSES.map(({ dcId, host }) => [
      `telegram-address/${dcId}`,
      state,
      code,
      { number: dcId, host, ports },
    ])
  const checkout = (state: string): LicenseView => ({
    ...licensed,
    checkout: {
      ...{ id: 'c', checkoutUrl: 'https://pay.example/i/1', amount: '29.99', currency: 'EUR' },
      ...{ expiresAt: '2027-01-04T10:00:00Z', state: state as 'expired', paidAmount: '10.00' },
    },
  })
  const health = (over: Partial<AccountView>) => (world: World) => void (world.accounts = [account(over)])

  test.each<[string, (world: World) => unknown, unknown[]]>([
    [
      'a folder that cannot be written',
      w => (w.writable = f => !f.endsWith('logs')),
      [['disk-write', 'failed', 'disk-not-writable', { folder: 'logs' }]],
    ],
    [
      'a disk nearly full',
      w => (w.free = 500 * 1024 ** 2),
      [['disk-space', 'warning', 'disk-nearly-full', { megabytes: 500 }]],
    ],
    ['a full disk', w => (w.free = 3 * 1024 ** 2), [['disk-space', 'failed', 'disk-full', { megabytes: 3 }]]],
    [
      'settings with a bad value',
      w =>
        (w.settings = {
          ...settings,
          problem: { code: 'settings/invalid', params: { key: 'app.theme' }, retryable: false },
        }),
      [['settings', 'warning', 'settings-invalid', { key: 'app.theme' }]],
    ],
    [
      'unreadable settings',
      w => (w.settings = { ...settings, problem: { code: 'settings/invalid', retryable: false } }),
      [['settings', 'failed', 'settings-unreadable', {}]],
    ],
    [
      'the server’s secret in the settings',
      w => (w.settings = null),
      [['settings', 'failed', 'settings-server-secret', {}]],
    ],
    ['a weak keyring', w => (w.keyring = 'weak'), [['keyring', 'info', 'keyring-weak', {}]]],
    ['no keyring', w => (w.keyring = 'missing'), [['keyring', 'info', 'keyring-missing', {}]]],
    [
      'a lost session',
      w => (w.session = 'missing'),
      [['sessions', 'failed', 'session-missing', { name: 'Alix' }]],
    ],
    [
      'a damaged session',
      w => (w.session = 'damaged'),
      [['sessions', 'failed', 'session-damaged', { name: 'Alix' }]],
    ],
    [
      'no names',
      w => (w.names = false),
      [['name-resolution', 'failed', 'names-not-resolved', { name: 'license.example' }]],
    ],
    [
      'a closed port',
      w => (w.closed = (_h, port) => port === 5222),
      addresses('address-some-ports', 'info', '5222'),
    ],
    [
      'one data centre away',
      w => (w.closed = host => host === '149.154.167.91'),
      [
        [
          'telegram-address/4',
          'failed',
          'address-unreachable',
          { number: 4, host: '149.154.167.91', ports: '443, 80, 5222' },
        ],
      ],
    ],
    [
      'a portal that takes every connection',
      w => (w.portal = true),
      [
        ...addresses('address-not-telegram', 'failed', '443, 80, 5222').slice(0, 4),
        ['telegram-address/5', 'failed', 'telegram-blocked', {}],
      ],
    ],
    [
      'a network that blocks Telegram',
      w => (w.closed = () => true),
      [
        ...addresses('address-unreachable', 'failed', '443, 80, 5222').slice(0, 4),
        ['telegram-address/5', 'failed', 'telegram-blocked', {}],
      ],
    ],
    [
      'a proxy that is away',
      w => (
        (w.proxy = { kind: 'mtproxy', host: 'p.example', port: 443, hasSecret: true }),
        (w.proxyError = 'proxy/unreachable')
      ),
      [['proxy', 'failed', 'proxy-unreachable', { host: 'p.example', port: 443 }]],
    ],
    [
      'a proxy that gets nowhere',
      w => (
        (w.proxy = { kind: 'socks5', host: 'p.example', port: 1080, username: '', hasPassword: false }),
        (w.proxyError = 'proxy/telegram-unreachable')
      ),
      [['proxy', 'failed', 'proxy-gets-nowhere', { host: 'p.example', port: 1080 }]],
    ],
    ['no api_id', w => (w.app = false), [['telegram-app', 'failed', 'telegram-app-missing', {}]]],
    [
      'a refused api_id',
      health({ health: 'offline', lastError: 'telegram/api-id-invalid' }),
      [
        ['telegram-app', 'failed', 'telegram-app-refused', {}],
        ['telegram-session/a1', 'warning', 'account-offline', {}],
      ],
    ],
    [
      'a session that expired',
      health({ health: 'signed-out' }),
      [['telegram-session/a1', 'failed', 'account-signed-out', {}]],
    ],
    [
      'a session used twice',
      health({ health: 'session-duplicated' }),
      [['telegram-session/a1', 'failed', 'account-session-duplicated', {}]],
    ],
    [
      'a restricted account',
      health({ health: 'restricted' }),
      [['telegram-session/a1', 'failed', 'account-restricted', {}]],
    ],
    [
      'a frozen account',
      health({ health: 'frozen' }),
      [['telegram-session/a1', 'failed', 'account-frozen', {}]],
    ],
    [
      'a pause',
      health({ health: 'paused', pausedUntil: '2027-01-04T09:10:00Z' }),
      [['telegram-session/a1', 'info', 'account-waiting', { minutes: 10 }]],
    ],
    [
      'a clock ahead of Telegram’s',
      w => (w.telegramAhead = -90_000),
      [['telegram-clock', 'warning', 'clock-ahead', { minutes: 2 }]],
    ],
    [
      'a clock behind the licence server’s',
      w => (w.serverAhead = 3 * 3_600_000),
      [['license-clock', 'warning', 'clock-behind', { minutes: 180 }]],
    ],
    ['no licence server', w => (w.url = ''), [['license-server', 'warning', 'license-server-not-set', {}]]],
    [
      'a licence server that is away',
      w => (w.answer = 'offline'),
      [['license-server', 'failed', 'license-server-unreachable', { host: 'license.example' }]],
    ],
    [
      'a broken licence server',
      w => (w.answer = { status: 502, headers: {}, body: '' }),
      [['license-server', 'failed', 'license-server-unreachable', { host: 'license.example' }]],
    ],
    [
      'a captive portal',
      w => (w.answer = { status: 200, headers: {}, body: '<html>' }),
      [['license-server', 'failed', 'license-server-not-itself', { host: 'license.example' }]],
    ],
    [
      'no licence',
      w => (w.license = { ...licensed, state: 'none' }),
      [['license', 'warning', 'license-none', {}]],
    ],
    [
      'an expired licence',
      w => (w.license = { ...licensed, state: 'expired' }),
      [['license', 'failed', 'license-expired', {}]],
    ],
    [
      'a refused licence',
      w => (w.license = { ...licensed, state: 'denied', denial: 'revoked' }),
      [['license', 'failed', 'license-denied', { reason: 'revoked' }]],
    ],
    [
      'a licence soon over',
      w => (w.license = { ...licensed, state: 'warn', offlineUntil: '2027-01-05T09:00:00Z' }),
      [['license', 'warning', 'license-soon-over', { hours: 24 }]],
    ],
    [
      'an unpaid invoice',
      w => (w.license = checkout('awaiting_payment')),
      [['purchase', 'info', 'purchase-unpaid', {}]],
    ],
    [
      'an invoice paid in part',
      w => (w.license = checkout('underpaid')),
      [['purchase', 'warning', 'purchase-underpaid', { paid: '10.00' }]],
    ],
    [
      'an expired invoice',
      w => (w.license = checkout('expired')),
      [['purchase', 'warning', 'purchase-expired', {}]],
    ],
    [
      'an invalid payment',
      w => (w.license = checkout('invalid')),
      [['purchase', 'warning', 'purchase-invalid', {}]],
    ],
  ])('%s', async (_what, spoil, expected) => {
    const { world, findings } = setup()
    spoil(world)
    expect(await findings()).toEqual(expected)
  })
})

test('with a proxy set, Telegram is not dialled past it', async () => {
  const { world, run, contacts } = setup()
  world.proxy = { kind: 'mtproxy', host: 'p.example', port: 443, hasSecret: true }
  const { items } = await run()
  expect(
    items.filter(({ check, code }) => check === 'telegram-address' && code === 'not-needed'),
  ).toHaveLength(5)
  expect(contacts.list().map(({ purpose }) => purpose)).toEqual(['license-server'])
})

test('while the vault is locked, what needs it is left out with the reason, and the rest is looked at', async () => {
  const { world, run } = setup()
  world.vault = 'locked'
  const { items } = await run()
  expect(items.filter(({ code }) => code === 'needs-open-vault').map(({ id }) => id)).toEqual([
    'sessions',
    'proxy',
    'telegram-session',
    'telegram-clock',
    'license',
    'purchase',
  ])
  expect(items.find(({ id }) => id === 'vault')).toMatchObject({ state: 'info', code: 'vault-locked' })
  expect(items.find(({ id }) => id === 'license-server')).toMatchObject({ state: 'ok' })
})

test('a damaged database is found, and one that did not open at all', async () => {
  const { database, findings } = setup()
  database.run('PRAGMA foreign_keys = OFF')
  database.run(
    "INSERT INTO chat (account_id, chat_id, position, present, kind, sealed, forum, can_post, admin, slow_mode_seconds) VALUES ('x', '1', 0, 1, 'channel', x'00', 0, 1, 1, 0)",
  )
  expect(await findings()).toEqual([['database', 'failed', 'database-damaged', {}]])
})

test('cancelling ends it at once; what was not looked at says so, and it can be started again', async () => {
  const { world, handlers, run } = setup()
  world.hang = true
  handlers['diagnostics.start']({})
  const at = (id: string) =>
    contract.get.output.parse(handlers['diagnostics.get']({})).items.find(item => item.id === id)
  await eventually(() => expect(at('telegram-address/1')?.state).toBe('running'))
  const stopped = contract.cancel.output.parse(handlers['diagnostics.cancel']({}))
  expect(stopped.running).toBe(false)
  expect(at('disk-write')).toMatchObject({ code: 'ok' })
  expect(at('telegram-address/1')).toMatchObject({ state: 'skipped', code: 'cancelled' })
  await settle()
  expect(at('log')).toMatchObject({ state: 'skipped', code: 'cancelled' })
  world.hang = false
  expect((await run()).items.every(({ code }) => code !== 'cancelled')).toBe(true)
})

test('a check that never answers is given up after a minute, and the others follow', async () => {
  const { world, handlers, time } = setup()
  world.hang = true
  handlers['diagnostics.start']({})
  for (let minute = 0; minute < 6; minute++) await time.advance(60_000)
  await eventually(() => expect(handlers['diagnostics.get']({})).toMatchObject({ running: false }))
})

/** The files of a zip, by their own checksums. */
function unzip(bytes: Buffer): Map<string, string> {
  const files = new Map<string, string>()
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const [packed, nameLength] = [bytes.readUInt32LE(at + 18), bytes.readUInt16LE(at + 26)]
    const name = bytes.toString('utf8', at + 30, at + 30 + nameLength)
    const plain = inflateRawSync(bytes.subarray(at + 30 + nameLength, at + 30 + nameLength + packed))
    expect(crc32(plain)).toBe(bytes.readUInt32LE(at + 14))
    files.set(name, plain.toString())
    at += 30 + nameLength + packed
  }
  return files
}

describe('the bundle', () => {
  test('holds exactly what was shown, without what was left out, and names nobody', async () => {
    const { run, handlers, world } = setup()
    world.session = 'damaged'
    await run()
    const shown = contract.prepareExport.output.parse(await handlers['diagnostics.prepareExport']({}))
    expect(shown.files.map(({ name, kind }) => [name, kind])).toEqual([
      ['report.json', 'report'],
      ['system.json', 'system'],
      ['hosts.json', 'hosts'],
      ['settings.json', 'settings'],
      ['autotele_20270104.log', 'log'],
    ])
    for (const { text, bytes } of shown.files) expect(Buffer.byteLength(text)).toBe(bytes)
    expect(shown.files.map(({ text }) => text).join()).not.toMatch(/Alix|12345|"a1"/)
    const saved = contract.export.output.parse(
      handlers['diagnostics.export']({ exportId: shown.exportId, leaveOut: ['hosts.json'] }),
    )
    expect(saved.fileName).toBe('autotele-diagnostics-2027-01-04.zip')
    expect([...unzip(Buffer.from(saved.base64, 'base64'))]).toEqual(
      shown.files.filter(({ name }) => name !== 'hosts.json').map(({ name, text }) => [name, text]),
    )
  })

  test('prepared long ago is prepared again instead of saved', async () => {
    const { handlers, time } = setup()
    const { exportId } = contract.prepareExport.output.parse(await handlers['diagnostics.prepareExport']({}))
    await time.advance(16 * 60_000)
    expect(() => handlers['diagnostics.export']({ exportId, leaveOut: [] })).toThrow(
      expect.objectContaining({ message: 'diagnostics/export-over' }),
    )
  })
})

describe('who was contacted', () => {
  test('is counted where it happens, by purpose, and kept over restarts', async () => {
    const { ports, time } = setup()
    const records = createSealedRecords(memoryDatabase(), openSealer(), ports.log)
    const first = createContacts(ports)
    first.attach(records)
    const http = first.http(({ url }) =>
      url.includes('down')
        ? Promise.reject(new Error('x'))
        : Promise.resolve({ status: 200, headers: {}, body: '' }),
    )
    const ask = (url: string) => http({ method: 'GET', url, headers: {}, timeoutMs: 1 }).catch(() => null)
    await ask('https://license.example/v1/plans?secret=1')
    await time.advance(5000)
    await ask('https://license.example/v1/plans')
    await ask('http://down.example:8080/')
    await first.openExternal(() => Promise.resolve(true))('https://pay.example/i/abc')
    first.noteUrl('https://updates.example/releases/stable.jws', 'updates', true)
    await time.advance(30_000)
    const again = createContacts(ports)
    again.attach(records)
    const byHost = new Map(again.list().map(contact => [contact.host, contact]))
    expect(byHost.get('license.example')).toEqual({
      ...{ host: 'license.example', port: 443, purpose: 'license-server', count: 2, failed: 0 },
      ...{ firstAt: '2027-01-04T09:00:00Z', lastAt: '2027-01-04T09:00:05Z' },
    })
    expect(byHost.get('down.example')).toMatchObject({ port: 8080, count: 1, failed: 1 })
    expect(byHost.get('pay.example')).toMatchObject({ purpose: 'payment-page', count: 1 })
    expect(byHost.get('updates.example')).toMatchObject({ purpose: 'updates', port: 443, failed: 0 })
    expect(JSON.stringify(again.list())).not.toMatch(/secret|abc|releases/)
  })

  test('that a full disk does not take end nothing, and are written when there is room again', async () => {
    const ports = testPorts()
    const records = createSealedRecords(memoryDatabase(), openSealer(), ports.log)
    let full = true
    const contacts = createContacts(ports)
    contacts.attach({
      ...records,
      write: (...args) => {
        if (full) throw new CallFailure('storage/disk-full', undefined, true)
        records.write(...args)
      },
    })
    contacts.note('a.example', 443, 'telegram', true)
    await ports.time.advance(31_000)
    contacts.note('b.example', 443, 'telegram', true)
    full = false
    await ports.time.advance(31_000)
    expect(records.read('contacts', 'all')).toHaveLength(2)
    full = true
    contacts.detach()
  })

  test('Telegram’s addresses are counted as they are dialled, a proxy instead of what is behind it', () => {
    const { contacts } = setup()
    const dial = (proxy: object | null, ...outcomes: string[]): void => {
      contacts.gateway(options => {
        for (const outcome of outcomes)
          options.onAttempt?.({ host: '149.154.167.50', port: 443, outcome: outcome as 'reached' })
        return {} as never
      })({ proxy } as never)
    }
    dial(null, 'unreachable')
    dial(null, 'reached', 'no-answer')
    dial({ kind: 'mtproxy', host: 'p.example', port: 1 }, 'proxy-unreachable')
    dial({ kind: 'socks5', host: 's.example', port: 2 }, 'reached')
    expect(contacts.list().map(({ host, purpose, count, failed }) => [host, purpose, count, failed])).toEqual(
      [
        ['149.154.167.50', 'telegram', 3, 2],
        ['p.example', 'proxy', 1, 1],
        ['s.example', 'proxy', 1, 0],
      ],
    )
  })
})

test('the machine itself is asked without harm', async () => {
  const folder = tempFolder()
  expect(await systemProbe.canWrite(folder)).toBe(true)
  expect(await systemProbe.canWrite(join(folder, 'missing'))).toBe(false)
  expect(await systemProbe.freeBytes(folder)).toBeGreaterThan(0)
  expect(await systemProbe.freeBytes(join(folder, 'missing'))).toBeNull()
})

describe('who answers at an address', () => {
  /** Listens and answers a first message with what `answer` makes of it; null: never. */
  async function listen(answer: (asked: Buffer) => Buffer | null): Promise<{ host: string; port: number }> {
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.once('data', asked => {
        const back = answer(asked)
        if (back !== null) socket.end(back)
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  }
  /** `resPQ` as a data centre frames it; its nonce is the last 16 bytes of the question. */
  const resPq = (nonce: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from('63241605', 'hex'), nonce, Buffer.alloc(40)])
    const message = Buffer.concat([Buffer.alloc(20), body])
    const length = Buffer.alloc(4)
    length.writeUInt32LE(message.length)
    return Buffer.concat([length, message])
  }
  const ask = async (place: { host: string; port: number }, signal = AbortSignal.timeout(5000)) =>
    systemProbe.whoAnswers(place, signal)

  test('Telegram is who gives our nonce back; anything else that answers is not', async () => {
    expect(await ask(await listen(asked => resPq(asked.subarray(-16))))).toBe('telegram')
    expect(await ask(await listen(() => resPq(Buffer.alloc(16))))).toBe('other')
    expect(
      await ask(await listen(() => Buffer.from('HTTP/1.1 302 Found\r\nLocation: http://portal.example/'))),
    ).toBe('other')
    expect(await ask(await listen(() => Buffer.alloc(0)))).toBe('other')
  })

  test('one that says nothing is given up when asked to, and a closed port is nobody', async () => {
    const silent = await listen(() => null)
    expect(await ask(silent, AbortSignal.timeout(50))).toBe('other')
    expect(await ask(silent, AbortSignal.abort())).toBe('nobody')
    expect(await ask({ host: '127.0.0.1', port: 1 })).toBe('nobody')
  })
})

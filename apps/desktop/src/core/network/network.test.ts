import { expect, test } from 'vitest'
import type { EventMessage, RouteAttempt } from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'
import { OFFLINE } from '../telegram/errors.ts'
import type { ConnectionOptions, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import { fakeTime, memoryDatabase, memoryLog, openSealer } from '../testing/index.ts'
import { createSealedRecords } from '../vault/index.ts'
import { createNetwork } from './index.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const socks = { kind: 'socks5', host: 'proxy.exemple.fr', port: 1080, username: 'camille' } as const
const mtproxy = { kind: 'mtproxy', host: 'proxy.exemple.fr', port: 443 } as const

/** `world`: what trying to connect meets. */
function setup(
  world: {
    attempts?: RouteAttempt['outcome'][]
    answer?: Result<{ serverTime: number }, TelegramFailure> | 'never'
  } = {},
) {
  const time = fakeTime()
  const { log, lines } = memoryLog()
  const database = memoryDatabase()
  const records = createSealedRecords(database, openSealer(), log)
  const dialled: ConnectionOptions[] = []
  const events: EventMessage['name'][] = []
  let changes = 0
  let destroyed = 0
  const open = () =>
    createNetwork({
      records,
      log,
      clock: time.clock,
      timers: time.timers,
      emit: name => events.push(name),
      app: () => null,
      device: { appVersion: '1', language: 'fr' },
      onChange: () => (changes += 1),
      gateway: options => {
        dialled.push(options)
        return {
          connect: () => {
            for (const outcome of world.attempts ?? ['reached'])
              options.onAttempt?.({ host: '192.0.2.1', port: 443, outcome })
            return world.answer === 'never'
              ? new Promise(() => undefined)
              : Promise.resolve(world.answer ?? success({ serverTime: 0 }))
          },
          destroy: () => Promise.resolve(void (destroyed += 1)),
        } as Partial<TelegramConnection> as TelegramConnection
      },
    })
  const network = open()
  return {
    ...network.handlers,
    network,
    open,
    time,
    database,
    dialled,
    events,
    lines,
    changes: () => changes,
    destroyed: () => destroyed,
    dial: (from = network) => {
      from.gateway({} as ConnectionOptions)
      return dialled.at(-1)?.proxy
    },
  }
}

test('without a setting, Telegram is reached directly', () => {
  const { dial, ...handlers } = setup()
  expect(handlers['network.get']({})).toEqual({ kind: 'none' })
  expect(dial()).toBeNull()
})

test('what is set counts for the next connection and the next start, and accounts connect anew', () => {
  const it = setup()
  it['network.setProxy']({ ...socks, password: 'sésame' })
  expect(it.dial()).toEqual({ ...socks, password: 'sésame' })
  expect(it.changes()).toBe(1)
  expect(it.events).toEqual(['network.changed'])
  expect(it.dial(it.open())).toEqual({ ...socks, password: 'sésame' })
})

test('neither password nor secret is given back, logged, or kept in clear', async () => {
  const it = setup()
  expect(await it['network.setProxy']({ ...socks, password: 'sésame' })).toEqual({
    ...socks,
    hasPassword: true,
  })
  const rows = it.database.all('SELECT * FROM sealed_record')
  expect(rows).toHaveLength(1)
  const kept = Buffer.from(rows[0]!['sealed'] as Uint8Array).toString('latin1')
  expect(kept).not.toContain(socks.host)
  expect(await it['network.setProxy']({ ...mtproxy, secret: SECRET })).toEqual({
    ...mtproxy,
    hasSecret: true,
  })
  expect(JSON.stringify([it['network.get']({}), it.lines])).not.toContain(SECRET)
})

test('a password that is not typed again stays, but never follows to another place', () => {
  const it = setup()
  it['network.setProxy']({ ...socks, password: 'sésame' })
  it['network.setProxy']({ ...socks, password: null })
  expect(it.dial()).toMatchObject({ password: 'sésame' })
  for (const other of [{ host: 'autre.exemple.fr' }, { port: 1081 }, { username: 'nassim' }]) {
    it['network.setProxy']({ ...socks, password: 'sésame' })
    it['network.setProxy']({ ...socks, ...other, password: null })
    expect(it.dial()).toMatchObject({ password: '' })
  }
  it['network.setProxy']({ ...mtproxy, secret: SECRET })
  expect(() => it['network.setProxy']({ ...mtproxy, port: 444, secret: null })).toThrow(
    'proxy/secret-invalid',
  )
})

test.each([
  ['ee' + SECRET + '7777772e', 'proxy/secret-fake-tls'],
  [Buffer.from(`ee${SECRET}`, 'hex').toString('base64url'), 'proxy/secret-fake-tls'],
  [SECRET.slice(2), 'proxy/secret-invalid'],
  ['un secret', 'proxy/secret-invalid'],
])('the secret %s is refused with its reason, and what was set stays', (secret, code) => {
  const it = setup()
  it['network.setProxy']({ ...mtproxy, secret: `dd${SECRET}` })
  expect(() => it['network.setProxy']({ ...mtproxy, secret })).toThrow(code)
  expect(it.dial()).toEqual({ ...mtproxy, secret: new Uint8Array(Buffer.from(SECRET, 'hex')) })
})

test.each([
  [['proxy-unreachable'], 'proxy/unreachable'],
  [['proxy-credentials-refused'], 'proxy/credentials-refused'],
  [['proxy-not-socks5'], 'proxy/not-socks5'],
  [['proxy-refused'], 'proxy/telegram-unreachable'],
  [['reached', 'no-answer'], 'proxy/telegram-unreachable'],
] as const)('a test that meets %s says %s', async (attempts, error) => {
  const it = setup({ attempts: [...attempts], answer: failure(OFFLINE) })
  expect(await it['network.test']({ ...socks, password: 'x' })).toMatchObject({
    error,
    attempts: [{ host: '192.0.2.1', port: 443, outcome: attempts.at(-1) }],
  })
  expect(it.destroyed()).toBe(1)
})

test('a test changes nothing, and succeeds where Telegram answers, even with a refusal', async () => {
  const it = setup({
    answer: failure({ reaction: 'APP', code: 'telegram/api-id-invalid', rpc: 'API_ID_INVALID' }),
  })
  expect(await it['network.test']({ ...mtproxy, secret: SECRET })).toMatchObject({ error: null })
  expect(it['network.get']({})).toEqual({ kind: 'none' })
  expect(it.changes()).toBe(0)
})

test('a test that nothing answers ends by itself', async () => {
  const it = setup({ attempts: ['reached', 'no-answer'], answer: 'never' })
  const testing = it['network.test']({ ...mtproxy, secret: SECRET })
  await it.time.advance(45_000)
  expect(await testing).toMatchObject({ error: 'proxy/no-answer' })
})

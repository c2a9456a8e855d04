import { createServer, type AddressInfo } from 'node:net'
import { startMtProxy, startSocks5 } from '@autotele/sandbox/proxies'
import { pointGramjsAt, type TelegramSandbox } from '@autotele/sandbox/telegram'
import { expect, onTestFinished, test } from 'vitest'
import { readProxySecret, type RouteAttempt } from '../../apps/desktop/src/contract/network.ts'
import type { Proxy } from '../../apps/desktop/src/core/telegram/gateway.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/gramjs/index.ts'
import { dataCentre, NASSIM, valueOf } from '../gateway/support.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const CREDENTIALS = { username: 'camille', password: 'sésame 🔑' }
/** An address of the documentation range: nothing is there, and only a proxy can pretend otherwise. */
const NOWHERE = '192.0.2.10'

async function running<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting
  onTestFinished(() => started.stop())
  return started
}

/** A client that believes Telegram to be at an address where nothing is. `hurry.by` divides every time limit set from then on. */
function through(
  dc: TelegramSandbox,
  proxy: Proxy | null,
  {
    hurry = { by: 1 },
    onAttempt = () => undefined,
  }: { hurry?: { readonly by: number }; onAttempt?: (attempt: RouteAttempt) => void } = {},
) {
  pointGramjsAt(dc)
  const attempts: RouteAttempt[] = []
  const gateway = createGramjsGateway({ defaultDc: { dcId: 2, host: NOWHERE, port: 443 } })
  const line = gateway({
    purpose: 'sign-in',
    session: null,
    apiId: 4242,
    apiHash: '0123456789abcdef0123456789abcdef',
    device: { appVersion: '9.9.9', language: 'fr' },
    proxy,
    onAttempt: attempt => {
      attempts.push(attempt)
      onAttempt(attempt)
    },
    onSession: () => undefined,
    onHint: () => undefined,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    timers: {
      after: (ms, run) => {
        const timer = setTimeout(run, ms / hurry.by)
        return () => clearTimeout(timer)
      },
    },
    log: () => undefined,
  })
  onTestFinished(() => line.destroy())
  return { line, attempts }
}

const secretOf = (text: string): Uint8Array => {
  const secret = readProxySecret(text)
  if ('problem' in secret) throw new Error(secret.problem)
  return Uint8Array.from(secret.bytes)
}

test('a whole sign-in passes through SOCKS5 with a name and a password, and the proxy is only told addresses', async () => {
  const dc = await dataCentre()
  const proxy = await running(
    startSocks5({ ...CREDENTIALS, resolve: () => ({ host: dc.host, port: dc.port }) }),
  )
  const { line, attempts } = through(dc, { kind: 'socks5', ...proxy, ...CREDENTIALS })
  valueOf(await line.connect())
  const sent = valueOf(await line.sendCode(NASSIM.phone))
  expect(valueOf(await line.signIn(NASSIM.phone, sent.hash, NASSIM.code))).toMatchObject({
    kind: 'signed-in',
  })
  expect(proxy.asked).toEqual([{ host: NOWHERE, port: 443 }])
  expect(attempts).toEqual([{ host: NOWHERE, port: 443, outcome: 'reached' }])
})

test('behind a proxy that only lets port 5222 through, 443 and 80 are tried first', async () => {
  const dc = await dataCentre()
  const resolve = ({ port }: { port: number }) => (port === 5222 ? { host: dc.host, port: dc.port } : null)
  const proxy = await running(startSocks5({ resolve }))
  const { line, attempts } = through(dc, { kind: 'socks5', ...proxy, username: '', password: '' })
  valueOf(await line.connect())
  expect(attempts.map(({ port, outcome }) => [port, outcome])).toEqual([
    [443, 'proxy-refused'],
    [80, 'proxy-refused'],
    [5222, 'reached'],
  ])
})

test('a wrong password is told apart from a proxy that is away and from one that is no proxy', async () => {
  const dc = await dataCentre()
  const proxy = await running(startSocks5(CREDENTIALS))
  const outcomes = async (to: { host: string; port: number }, password: string) => {
    const { line, attempts } = through(dc, {
      kind: 'socks5',
      host: to.host,
      port: to.port,
      username: 'camille',
      password,
    })
    expect(await line.connect()).toMatchObject({ ok: false, error: { reaction: 'OFFLINE' } })
    return [...new Set(attempts.map(({ outcome }) => outcome))]
  }
  expect(await outcomes(proxy, 'faux')).toEqual(['proxy-credentials-refused'])
  expect(await outcomes({ host: '127.0.0.1', port: 1 }, CREDENTIALS.password)).toEqual(['proxy-unreachable'])
  const website = createServer(client => client.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await new Promise<void>(resolve => website.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void website.close())
  const { port } = website.address() as AddressInfo
  expect(await outcomes({ host: '127.0.0.1', port }, CREDENTIALS.password)).toEqual(['proxy-not-socks5'])
})

test('a proxy that hangs up instead of saying no is still a proxy, and every port is tried', async () => {
  const dc = await dataCentre()
  const rude = createServer(client => {
    client.on('error', () => undefined)
    client.once('data', () => {
      client.write(Buffer.from([5, 0]))
      client.once('data', () => client.destroy())
    })
  })
  await new Promise<void>(resolve => rude.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void rude.close())
  const { port } = rude.address() as AddressInfo
  const { line, attempts } = through(dc, {
    kind: 'socks5',
    host: '127.0.0.1',
    port,
    username: '',
    password: '',
  })
  expect(await line.connect()).toMatchObject({ ok: false, error: { reaction: 'OFFLINE' } })
  expect(attempts.map(attempt => [attempt.port, attempt.outcome])).toEqual([
    [443, 'proxy-refused'],
    [80, 'proxy-refused'],
    [5222, 'proxy-refused'],
  ])
})

test.each([
  ['plain', SECRET],
  ['dd', `dd${SECRET}`],
  ['base64url', Buffer.from(SECRET, 'hex').toString('base64url')],
])('a whole sign-in passes through an MTProxy whose secret is given as %s', async (_form, text) => {
  const dc = await dataCentre()
  const proxy = await running(
    startMtProxy({ secret: SECRET, dataCentre: () => ({ host: dc.host, port: dc.port }) }),
  )
  const { line } = through(dc, { kind: 'mtproxy', ...proxy, secret: secretOf(text) })
  valueOf(await line.connect())
  const sent = valueOf(await line.sendCode(NASSIM.phone))
  expect(valueOf(await line.signIn(NASSIM.phone, sent.hash, NASSIM.code))).toMatchObject({
    kind: 'signed-in',
  })
  expect(valueOf(await line.dialogs(null)).chats.length).toBeGreaterThan(0)
  expect(proxy.asked).toEqual([2])
})

test('a wrong secret meets silence, and silence is what is told', async () => {
  const dc = await dataCentre()
  const proxy = await running(
    startMtProxy({ secret: SECRET, dataCentre: () => ({ host: dc.host, port: dc.port }) }),
  )
  const wrong = { kind: 'mtproxy', ...proxy, secret: secretOf('f'.repeat(32)) } as const
  const { line, attempts } = through(dc, wrong, { hurry: { by: 60 } })
  expect(await line.connect()).toMatchObject({ ok: false, error: { reaction: 'OFFLINE' } })
  expect(proxy.asked).toEqual([])
  expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['reached', 'no-answer']))
})

test('T4: a port that takes the connection and stays silent is tried last the next time', async () => {
  const dc = await dataCentre()
  const asked: number[] = []
  const silent = createServer(() => undefined)
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void silent.close())
  const proxy = await running(
    startSocks5({
      resolve: ({ port }) => {
        asked.push(port)
        return { host: '127.0.0.1', port: port === 443 ? (silent.address() as AddressInfo).port : dc.port }
      },
    }),
  )
  const hurry = { by: 30 }
  const { line, attempts } = through(
    dc,
    { kind: 'socks5', ...proxy, username: '', password: '' },
    {
      hurry,
      // Silence is waited for in a hurry; the handshake afterwards takes what a busy machine takes.
      onAttempt: ({ outcome }) => {
        if (outcome === 'no-answer') hurry.by = 1
      },
    },
  )
  valueOf(await line.connect())
  expect(asked).toEqual([443, 80])
  expect(attempts.map(({ port, outcome }) => [port, outcome])).toEqual([
    [443, 'reached'],
    [443, 'no-answer'],
    [80, 'reached'],
  ])
})

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { tempFolder } from '../core/testing/index.ts'
import { startWebHost, type WebHost } from './web-host.ts'

const stubCore = join(import.meta.dirname, 'testing', 'stub-core-process.ts')

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string }
type Asked = { method?: string; headers?: Record<string, string>; body?: string }

/** Plain HTTP, with whatever `Host` and path a test wants to lie about. */
const ask = (
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          })
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })

function rendererIn(folder: string): string {
  const renderer = join(folder, 'renderer')
  mkdirSync(join(renderer, 'assets'), { recursive: true })
  writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>AutoTele</title>')
  writeFileSync(join(renderer, 'assets', 'index-a1.js'), 'export {}')
  writeFileSync(join(renderer, 'assets', 'index-a1.js.map'), '{}')
  writeFileSync(join(folder, 'secret.txt'), 'outside')
  return renderer
}

const start = (folder: string, port = 0): Promise<WebHost> =>
  startWebHost({
    dataFolder: join(folder, 'data'),
    port,
    rendererFolder: rendererIn(folder),
    core: { command: stubCore, args: { from: 'test' } },
    version: '9.9.9',
  })

async function signIn(url: string): Promise<string> {
  const { port, pathname, search } = new URL(url)
  const { headers } = await ask(Number(port), pathname + search)
  return String(headers['set-cookie']).split(';')[0] ?? ''
}

const rpcHeaders = (cookie: string): Record<string, string> => ({
  cookie,
  'content-type': 'application/json',
  'x-autotele': '1',
})

const rpc = async (port: number, cookie: string, name: string, input: unknown = {}): Promise<unknown> =>
  JSON.parse(
    (
      await ask(port, '/rpc', {
        method: 'POST',
        headers: rpcHeaders(cookie),
        body: JSON.stringify({ name, input }),
      })
    ).body,
  )

/** Processes take their time on a busy machine; polled without spinning. */
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('one running host', () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-host-'))
  let host: WebHost
  let cookie: string
  const call = (asked: Partial<Asked> & { headers?: Record<string, string> }): Promise<Answer> =>
    ask(host.port, '/rpc', {
      method: 'POST',
      body: '{"name":"app.state","input":{}}',
      ...asked,
      headers: { ...rpcHeaders(cookie), ...asked.headers },
    })

  beforeAll(async () => {
    host = await start(folder)
    cookie = await signIn(host.url)
  })
  afterAll(async () => {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('a file streams to the core whole, however large it is for a call', async () => {
    const body = 'x'.repeat(3 * 1024 * 1024 + 7)
    const headers = { cookie, 'x-autotele': '1', 'x-file-name': encodeURIComponent('fête.jpg') }
    const answer = await ask(host.port, '/files', { method: 'POST', headers, body })
    expect(JSON.parse(answer.body)).toEqual({ ok: true, data: { size: body.length } })
  })

  test('a file comes from our own signed-in page alone, and no page may speak as its host', async () => {
    const headers = { cookie, 'x-autotele': '1', 'x-file-name': 'a.jpg' }
    const post = (over: Record<string, string>) =>
      ask(host.port, '/files', { method: 'POST', headers: { ...headers, ...over }, body: 'x' })
    expect((await post({ cookie: '' })).status).toBe(401)
    expect((await post({ 'x-autotele': '' })).status).toBe(403)
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403)
    expect((await post({ 'x-file-name': '' })).status).toBe(400)
    expect(await rpc(host.port, cookie, 'media.begin', { name: 'a', size: 1 })).toMatchObject({
      error: { code: 'call/unknown-method' },
    })
  })

  test('a link works once, and leads to an address without the token', async () => {
    const { pathname, search } = new URL(host.newLink())
    const first = await ask(host.port, pathname + search)
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(String(first.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/)
    expect((await ask(host.port, pathname + search)).status).toBe(401)
  })

  test('a browser that is signed in may reload a used link', async () => {
    const { pathname, search } = new URL(host.url)
    expect(await ask(host.port, pathname + search, { headers: { cookie } })).toMatchObject({ status: 303 })
  })

  test('a HEAD request, as a preview of a link makes, does not use the link up', async () => {
    const { pathname, search } = new URL(host.newLink())
    await ask(host.port, pathname + search, { method: 'HEAD' })
    expect((await ask(host.port, pathname + search)).status).toBe(303)
  })

  test('a forged, altered or foreign cookie is nobody', async () => {
    const [name, value] = cookie.split('=') as [string, string]
    const [expiry, nonce, mac] = value.split('.') as [string, string, string]
    for (const forged of [
      '',
      `${name}=`,
      `${name}=${Number(expiry) + 1}.${nonce}.${mac}`,
      `${name}=${expiry}.${nonce}.`,
      `other=${value}`,
    ]) {
      expect((await ask(host.port, '/', { headers: { cookie: forged } })).status).toBe(401)
    }
  })

  test('without a session the page says, in French and in English, what is needed, and runs nothing', async () => {
    const { status, body } = await ask(host.port, '/')
    expect(status).toBe(401)
    expect(body).toContain('lien affiché au démarrage')
    expect(body).toContain('link shown when AutoTele started')
    expect(body).not.toMatch(/<script|<style|\son[a-z]+=/)
  })

  test('the interface calls the core and gets its envelope', async () => {
    expect(await rpc(host.port, cookie, 'app.state')).toMatchObject({
      ok: true,
      data: { init: { hosted: 'web', version: '9.9.9', args: { from: 'test' } } },
    })
  })

  test('a name that is not of the contract never reaches the core', async () => {
    expect(await rpc(host.port, cookie, 'constructor')).toEqual({
      ok: false,
      error: { code: 'call/unknown-method', retryable: false },
    })
  })

  test('calls from another page are refused, by origin, by fetch metadata, by the missing header', async () => {
    const own = `127.0.0.1:${host.port}`
    const refused = [
      { headers: { origin: 'https://evil.example' } },
      { headers: { origin: 'null' } },
      { headers: { origin: 'http://127.0.0.1:1' } },
      { headers: { origin: `http://${own}`, 'sec-fetch-site': 'same-site' } },
      { headers: { 'sec-fetch-site': 'cross-site' } },
      { headers: { 'x-autotele': '0' } },
      { headers: { 'x-autotele': '' } },
    ]
    for (const asked of refused) expect((await call(asked)).status).toBe(403)
    expect((await call({ headers: { 'content-type': 'text/plain' } })).status).toBe(415)
    expect((await call({ headers: { cookie: '' } })).status).toBe(401)
    expect((await call({ method: 'GET' })).status).toBe(405)
    const accepted = { headers: { origin: `http://${own}`, 'sec-fetch-site': 'same-origin' } }
    expect((await call(accepted)).status).toBe(200)
  })

  test('a foreign name pointed at this machine (DNS rebinding) is refused, session or not', async () => {
    for (const name of ['evil.example', `evil.example:${host.port}`, '127.0.0.1.evil.example', 'x']) {
      expect((await call({ headers: { host: name } })).status).toBeGreaterThanOrEqual(400)
      const { pathname, search } = new URL(host.newLink())
      expect((await ask(host.port, pathname + search, { headers: { host: name } })).status).not.toBe(303)
    }
  })

  test('through an SSH tunnel the port of the address differs, and it works', async () => {
    const tunnelled = { host: 'localhost:8000', origin: 'http://localhost:8000' }
    expect((await call({ headers: tunnelled })).status).toBe(200)
  })

  test('a body over a mebibyte, or one that is no call, is refused', async () => {
    expect((await call({ body: `"${'x'.repeat(1024 * 1024)}"` })).status).toBe(413)
    for (const body of ['', '{', '[]', '{"name":1,"input":{}}', '{"name":"app.state","input":{},"more":1}']) {
      expect((await call({ body })).status).toBe(400)
    }
  })

  test('only the built files are served, however a path is spelled', async () => {
    const get = (path: string, method = 'GET'): Promise<Answer> =>
      ask(host.port, path, { method, headers: { cookie } })
    expect(await get('/')).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(await get('/assets/index-a1.js')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'x-content-type-options': 'nosniff' },
    })
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%5c..%5csecret.txt',
      '//secret.txt',
      '/assets/',
      '/assets/index-a1.js.map',
      '/index.html/',
    ]) {
      const { status, body } = await get(path)
      expect([status, body]).toEqual([404, '404\n'])
    }
    expect((await get('/', 'POST')).status).toBe(405)
  })

  test('every answer carries the policy, and the policy allows nothing unsafe', async () => {
    for (const path of ['/', '/assets/index-a1.js', '/nothing', '/rpc']) {
      const { headers } = await ask(host.port, path, { headers: { cookie } })
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      })
      expect(headers['content-security-policy']).not.toMatch(/unsafe|http|ws:|\*|data:/)
      expect(headers['content-security-policy']).toContain("connect-src 'self'")
    }
  })

  test('a file asked for by another site is not given', async () => {
    const headers = { cookie, 'sec-fetch-site': 'cross-site' }
    expect((await ask(host.port, '/assets/index-a1.js', { headers })).status).toBe(403)
  })

  test('the secret behind the cookie can be read by nobody else', () => {
    const file = join(folder, 'data', 'config', '.web-secret')
    expect(readFileSync(file)).toHaveLength(32)
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('the token is in no log', () => {
    const token = new URL(host.url).searchParams.get('token') ?? ''
    const day = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
    const log = readFileSync(join(folder, 'data', 'logs', `autotele_${day.replaceAll('-', '')}.log`), 'utf8')
    expect(log).toContain('host.started')
    expect(log).not.toContain(token)
  })
})

test('a WebSocket is not spoken here: asking for one, signed in or not, gets no upgrade', async () => {
  const host = await start(tempFolder())
  onTestFinished(() => host.stop())
  const cookie = await signIn(host.url)
  const upgrade = (headers: Record<string, string>): Promise<string> =>
    new Promise(resolve => {
      const request = httpRequest({
        host: '127.0.0.1',
        port: host.port,
        path: '/events',
        headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', ...headers },
        agent: false,
      })
      request.on('upgrade', () => resolve('upgraded'))
      request.on('response', response => {
        resolve(String(response.statusCode))
        response.destroy()
      })
      request.on('error', () => resolve('closed'))
      request.end()
    })
  expect(await upgrade({})).toBe('401')
  expect(await upgrade({ cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toBe(
    '403',
  )
  expect(await upgrade({ cookie })).not.toBe('upgraded')
})

test('what is too large never becomes a request: headers, an endless address, a body that lies about its length', async () => {
  const host = await start(tempFolder())
  onTestFinished(() => host.stop())
  const cookie = await signIn(host.url)
  const refused = (promise: Promise<Answer>): Promise<number> =>
    promise.then(
      ({ status }) => status,
      () => 0,
    )
  expect(await refused(ask(host.port, '/', { headers: { cookie, 'x-large': 'x'.repeat(20_000) } }))).toBe(431)
  expect(await refused(ask(host.port, `/${'x'.repeat(20_000)}`, { headers: { cookie } }))).toBe(431)
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`x-${n}`, '']))
  expect(await refused(ask(host.port, '/', { headers: { cookie, ...many } }))).toBe(431)
  const endless = new Promise<string>(resolve => {
    const socket = connect(host.port, '127.0.0.1', () => {
      socket.write(
        `POST /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nX-AutoTele: 1\r\n` +
          'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      )
      const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
      const more = (): void => {
        if (!socket.destroyed) socket.write(chunk, () => setImmediate(more))
      }
      more()
    })
    let answer = ''
    socket.on('data', data => (answer += String(data)))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })
  expect(await endless).toMatch(/^(?:HTTP\/1\.1 413 |$)/)
  expect((await ask(host.port, '/', { headers: { cookie } })).status).toBe(200)
})

test('a restart of the host keeps the browser signed in', async () => {
  const folder = tempFolder()
  const first = await start(folder)
  const cookie = await signIn(first.url)
  await first.stop()
  const second = await start(folder)
  onTestFinished(() => second.stop())
  expect((await ask(second.port, '/', { headers: { cookie } })).status).toBe(200)
})

/** Reads a server-sent event stream until it ends. */
function openEvents(port: number, cookie: string, headers: Record<string, string> = {}) {
  const stream = { status: 0, text: '', ended: false, close: (): void => undefined }
  const request = httpRequest(
    { host: '127.0.0.1', port, path: '/events', headers: { cookie, ...headers }, agent: false },
    response => {
      stream.status = response.statusCode ?? 0
      response.on('data', (chunk: Buffer) => (stream.text += chunk.toString()))
      response.on('close', () => (stream.ended = true))
    },
  )
  request.on('error', () => (stream.ended = true))
  request.end()
  stream.close = () => request.destroy()
  return stream
}

test('a killed core comes back, answers again, and is given the key the host held for it', async () => {
  const folder = tempFolder()
  const host = await start(folder)
  onTestFinished(() => host.stop())
  const cookie = await signIn(host.url)
  const events = openEvents(host.port, cookie)
  await eventually(() => {
    expect(events.status).toBe(200)
  })
  await rpc(host.port, cookie, 'vault.unlock', 'the key')
  await rpc(host.port, cookie, 'settings.update', { n: 1 })
  await eventually(() => {
    expect(events.text).toContain('data: {"name":"app.changed","revision":1,"payload":{"n":1}}\n\n')
  })

  const pid = host.corePid()!
  const waiting = rpc(host.port, cookie, 'license.refresh')
  await rpc(host.port, cookie, 'app.state')
  process.kill(pid, 'SIGKILL')
  expect(await waiting).toEqual({ ok: false, error: { code: 'call/core-unavailable', retryable: true } })
  // The page learns of it by the end of its stream; the next stream opens when the core is back.
  await eventually(() => {
    expect(events.ended).toBe(true)
  })
  const after = openEvents(host.port, cookie)
  onTestFinished(after.close)
  await eventually(() => {
    expect(after.status).toBe(200)
  })
  expect(host.corePid()).not.toBe(pid)
  expect(await rpc(host.port, cookie, 'vault.create')).toEqual({ ok: true, data: 'the key' })
  await rpc(host.port, cookie, 'settings.update', { n: 2 })
  await eventually(() => {
    expect(after.text).toContain('"revision":3')
  })
})

test('the event stream is for our own page, signed in', async () => {
  const host = await start(tempFolder())
  onTestFinished(() => host.stop())
  const cookie = await signIn(host.url)
  const streams = [
    openEvents(host.port, ''),
    openEvents(host.port, cookie, { 'sec-fetch-site': 'cross-site' }),
    openEvents(host.port, cookie, { origin: 'https://evil.example' }),
  ]
  await eventually(() => {
    expect(streams.map(({ status }) => status)).toEqual([401, 403, 403])
  })
})

test('stop ends the core, the streams and the port', async () => {
  const host = await start(tempFolder())
  const cookie = await signIn(host.url)
  const events = openEvents(host.port, cookie)
  await eventually(() => {
    expect(events.status).toBe(200)
  })
  const pid = host.corePid()!
  await host.stop()
  expect(alive(pid)).toBe(false)
  await eventually(() => {
    expect(events.ended).toBe(true)
  })
  await new Promise<void>((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(host.port, '127.0.0.1', () => server.close(() => resolve()))
  })
})

test('a port that is taken is an error, and no core is left behind', async () => {
  const host = await start(tempFolder())
  onTestFinished(() => host.stop())
  await expect(start(tempFolder(), host.port)).rejects.toThrow('EADDRINUSE')
})

test('only this machine can connect', async () => {
  const host = await start(tempFolder())
  onTestFinished(() => host.stop())
  const address = await new Promise(resolve => {
    const socket = connect(host.port, '127.0.0.1', () => {
      resolve(socket.remoteAddress)
      socket.destroy()
    })
  })
  expect(address).toBe('127.0.0.1')
  await expect(
    new Promise((resolve, reject) => connect(host.port, '::1', () => resolve(null)).once('error', reject)),
  ).rejects.toThrow()
})

test('when the host is killed, its core goes too', async () => {
  const folder = tempFolder()
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'testing', 'spawn-web-host.ts'),
      join(folder, 'data'),
      rendererIn(folder),
      stubCore,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const line = await new Promise<string>(resolve => child.stdout.once('data', data => resolve(String(data))))
  const { url, corePid } = JSON.parse(line) as { url: string; corePid: number }
  // The core answers: it runs, and listens for its parent's end.
  expect(await rpc(Number(new URL(url).port), await signIn(url), 'app.state')).toMatchObject({ ok: true })
  child.kill('SIGKILL')
  await eventually(() => {
    expect(alive(corePid)).toBe(false)
  })
})

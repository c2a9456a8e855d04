import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer, type Server } from 'node:http'
import { connect, createServer, type AddressInfo, type Server as TcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP } from '@autotele/sandbox/product'
import { launchBrowser } from './support/browser.ts'

// The client without a screen, as `npm run serve` starts it, in a real Chromium: how one gets in, and who does not.

const serveWeb = join(DESKTOP, 'src', 'host', 'serve-web.ts')
const flags = ['--disable-warning=ExperimentalWarning', serveWeb]

let folder: string
let server: ChildProcess
let said = ''
let port: number
let browser: Browser
let context: BrowserContext
let page: Page
const violations: string[] = []

const newLink = async (): Promise<string> =>
  (await promisify(execFile)(process.execPath, [...flags, '--data', folder, '--link'])).stdout.trim()

const listening = (it: Server | TcpServer): Promise<number> =>
  new Promise(resolve => it.listen(0, '127.0.0.1', () => resolve((it.address() as AddressInfo).port)))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autotele-headless-'))
  server = spawn(process.execPath, [...flags, '--data', folder, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  port = await new Promise<number>((resolve, reject) => {
    server.once('exit', () => reject(new Error(`the client ended: ${said}`)))
    server.stdout?.on('data', data => {
      said += String(data)
      const [, found] = /127\.0\.0\.1:(\d+)/.exec(said) ?? []
      if (found !== undefined) resolve(Number(found))
    })
  })
  browser = await launchBrowser()
  context = await browser.newContext({ locale: 'en-GB' })
  page = await context.newPage()
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', event => {
      const { violatedDirective, blockedURI, sample } = event as SecurityPolicyViolationEvent
      // Read by `violations` below, through the console: the page itself may be gone by then.
      // eslint-disable-next-line no-console
      console.error(`CSP ${violatedDirective} ${blockedURI} ${sample}`)
    })
  })
  page.on('console', message => {
    if (/CSP |Content Security|TrustedHTML/.test(message.text())) violations.push(message.text())
  })
  page.on('pageerror', error => violations.push(String(error)))
})

afterAll(async () => {
  await browser.close()
  const ended = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGTERM')
  await ended
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
})

test('what a service would put into its journal holds no link', () => {
  expect(said).toContain('--link')
  expect(said).not.toContain('token')
})

test('without a link there is nothing to see; a link opens the interface once, in one browser', async () => {
  await page.goto(`http://127.0.0.1:${port}/`)
  expect(await page.locator('main').innerText()).toContain('link shown when AutoTele started')
  const link = await newLink()
  await page.goto(link)
  await page.getByRole('button', { name: /Commencer|Get started/ }).waitFor()
  expect(page.url()).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/(?:#.*)?$`))
  const stranger = await browser.newContext()
  const elsewhere = await stranger.newPage()
  expect((await elsewhere.goto(link))?.status()).toBe(401)
  await stranger.close()
})

test('the interface works under its policy with Trusted Types, and text never becomes markup or script', async () => {
  await page.getByRole('button', { name: /Commencer|Get started/ }).click()
  expect(violations).toEqual([])
  const refused = await page.evaluate(async () => {
    const attempt = (run: () => unknown): string => {
      try {
        run()
        return 'done'
      } catch (error) {
        return (error as Error).name
      }
    }
    return {
      markup: attempt(() => (document.createElement('div').innerHTML = '<img src=x>')),
      script: attempt(() => (document.createElement('script').src = 'https://evil.example/x.js')),
      policy: attempt(() =>
        (
          globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
        ).trustedTypes.createPolicy('evil', {}),
      ),
      // Later: what the browser's debugger runs itself may evaluate.
      evaluation: await new Promise(resolve =>
        setTimeout(() => resolve(attempt(() => Reflect.construct(Function, ['return 1']))), 0),
      ),
    }
  })
  expect(refused).toEqual({
    markup: 'TypeError',
    script: 'TypeError',
    policy: 'TypeError',
    evaluation: 'EvalError',
  })
  violations.length = 0
})

test('through a tunnel with another port it is the same interface', async () => {
  const tunnel = createServer(socket => {
    const onward = connect(port, '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    for (const end of [socket, onward]) end.on('error', () => end.destroy())
  })
  const local = await listening(tunnel)
  const home = await browser.newContext()
  const there = await home.newPage()
  await there.goto((await newLink()).replace(`:${port}/`, `:${local}/`))
  await there
    .getByRole('button', { name: /Commencer|Get started|Suivant|Next|Continuer|Continue/ })
    .first()
    .waitFor()
  await home.close()
  tunnel.close()
})

test.each(['127.0.0.1', 'localhost'])(
  'a page of another origin (%s, another port) in the signed-in browser reads nothing, calls nothing, frames nothing',
  async host => {
    const asked: string[] = []
    const evil = createHttpServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>evil</title>')
    })
    const evilPort = await listening(evil)
    const attacker = await context.newPage()
    await attacker.goto(`http://${host}:${evilPort}/`)
    const results = await attacker.evaluate(async target => {
      const tried = async (run: () => Promise<string>): Promise<string> => run().catch(() => 'refused')
      const call = {
        method: 'POST',
        credentials: 'include' as const,
        body: '{"name":"app.state","input":{}}',
      }
      const loaded = (element: HTMLElement, address: 'src' | 'href'): Promise<string> =>
        new Promise((resolve, reject) => {
          element.onload = () => resolve('loaded')
          element.onerror = () => reject(new Error('refused'))
          element.setAttribute(address, `${target}/`)
          document.body.append(element)
        })
      return {
        read: await tried(async () => (await fetch(`${target}/`, { credentials: 'include' })).text()),
        json: await tried(async () =>
          (
            await fetch(`${target}/rpc`, {
              ...call,
              headers: { 'content-type': 'application/json', 'x-autotele': '1' },
            })
          ).text(),
        ),
        events: await tried(
          () =>
            new Promise((resolve, reject) => {
              const source = new EventSource(`${target}/events`, { withCredentials: true })
              source.onopen = () => resolve('open')
              source.onerror = () => reject(new Error('refused'))
            }),
        ),
        socket: await tried(
          () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket(`${target.replace('http', 'ws')}/events`)
              socket.onopen = () => resolve('open')
              socket.onerror = () => reject(new Error('refused'))
            }),
        ),
        script: await tried(() => loaded(document.createElement('script'), 'src')),
        opaque: await tried(async () => {
          const answer = await fetch(`${target}/rpc`, { ...call, mode: 'no-cors' })
          return answer.type === 'opaque' ? 'opaque' : answer.text()
        }),
      }
    }, `http://127.0.0.1:${port}`)
    // An opaque answer tells nothing; that it was a refusal is what the page's own state shows below.
    expect(results).toMatchObject({ read: 'refused', json: 'refused', events: 'refused', socket: 'refused' })
    expect(results.script).toBe('refused')
    expect(['opaque', 'refused']).toContain(results.opaque)
    await attacker.setContent(`<iframe src="http://127.0.0.1:${port}/"></iframe>`)
    const frame = attacker.frames()[1]
    await frame?.waitForLoadState().catch(() => undefined)
    expect(
      await frame
        ?.locator('#app')
        .count()
        .catch(() => 0),
    ).toBe(0)
    await attacker.close()
    evil.close()
  },
)

test('a name that is pointed here afterwards (DNS rebinding) gets nowhere, with or without a link', async () => {
  const link = new URL(await newLink())
  const rebound = await launchBrowser(['--host-resolver-rules=MAP evil.example 127.0.0.1'])
  const there = await rebound.newPage()
  const answer = await there.goto(`http://evil.example:${port}/${link.search}`)
  expect(answer?.status()).toBe(403)
  expect(await (await there.goto(`http://evil.example:${port}/`))?.text()).toBe('403\n')
  await rebound.close()
  // It was not used up there.
  await page.goto(link.href)
  await page.waitForURL(url => url.search === '')
})

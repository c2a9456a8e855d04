import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { Express, Request, Response } from 'express'
import { RpcError } from '../errors.ts'
import type { TelegramSandbox } from '../index.ts'
import { perform } from './actions.ts'
import { createGate } from './gate.ts'
import type { Gate } from './gate.ts'
import { callsPage } from './pages/calls.ts'
import { chatPage } from './pages/chat.ts'
import { chatsPage } from './pages/chats.ts'
import { forbiddenPage, frame, pageOf } from './pages/frame.ts'
import type { Notice } from './pages/frame.ts'
import { overviewPage } from './pages/overview.ts'
import { wordsFor } from './words/index.ts'
import type { Words } from './words/index.ts'

export type ControlOptions = {
  readonly telegram: TelegramSandbox
  /** 0, the default, for any free port. Always on 127.0.0.1. */
  readonly port?: number
}

export type Control = {
  /** A link that opens the page once, in one browser. */
  readonly url: string
  readonly newLink: () => string
  readonly stop: () => Promise<void>
}

// Nothing but our own style sheet and script; forms and refreshes go to ourselves.
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const asset = (name: string): string => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8')

const wordsOf = (request: Request): Words => wordsFor(request.headers['accept-language'])

/** A path of this page, so that nobody is led elsewhere. */
const pathIn = (value: unknown): string =>
  typeof value === 'string' && /^\/(?!\/)[\w/:-]*$/.test(value) ? value : '/'

const attempt = (telegram: TelegramSandbox, given: unknown, words: Words): Notice => {
  try {
    return perform(telegram, given)
      ? { good: true, text: words.said.done }
      : { good: false, text: words.said.gone }
  } catch (error) {
    if (error instanceof RpcError) return { good: false, text: words.said.refused(error.message) }
    if (error instanceof RangeError) return { good: false, text: words.said.gone }
    throw error
  }
}

const createApp = (telegram: TelegramSandbox, gate: Gate): Express => {
  const app = express()
  let notice: Notice | null = null
  // What happened is said once, on the page that follows; a refresh in the background does not take it away.
  const takeNotice = (request: Request): Notice | null => {
    const said = notice
    if (request.headers['x-refresh'] === undefined) notice = null
    return said
  }

  app.disable('x-powered-by')
  app.use((_request, response, next) => {
    response.set({
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      // Without a referrer a browser sends no origin with a form, and the gate asks for it (Fetch standard, 3.2).
      'Referrer-Policy': 'same-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    })
    next()
  })
  // The style of the page is no secret, and the page that refuses needs it.
  const [css, script] = [asset('control.css'), asset('refresh.js')]
  app.get('/control.css', (_request, response) => void response.type('css').send(css))
  app.get('/refresh.js', (_request, response) => void response.type('js').send(script))
  app.use(gate.guard)

  app.get('/', (request, response) => {
    const page = pageOf(telegram, wordsOf(request), '/')
    response.type('html').send(frame(page, page.words.nav.overview, takeNotice(request), overviewPage(page)))
  })
  app.get('/chats', (request, response) => {
    const page = pageOf(telegram, wordsOf(request), '/chats')
    response.type('html').send(frame(page, page.words.nav.chats, takeNotice(request), chatsPage(page)))
  })
  app.get('/chats/:peer', (request, response: Response) => {
    const page = pageOf(telegram, wordsOf(request), `/chats/${request.params.peer}`)
    const found = chatPage(page, request.params.peer)
    if (!found) return response.redirect(303, '/chats')
    response.type('html').send(frame(page, found.title, takeNotice(request), found.content))
  })
  app.get('/calls', (request, response) => {
    const page = pageOf(telegram, wordsOf(request), '/calls')
    response.type('html').send(frame(page, page.words.nav.calls, takeNotice(request), callsPage(page)))
  })
  app.post('/', express.urlencoded({ extended: false, limit: '64kb' }), (request, response) => {
    const given = request.body as Record<string, unknown>
    notice = attempt(telegram, given, wordsOf(request))
    response.redirect(303, pathIn(given['then']))
  })
  return app
}

/**
 * One page where a person sees what the local Telegram holds, and acts on it: accounts and their codes, queues, chats,
 * calls, the world's clock. On 127.0.0.1 only; ends with `stop`.
 */
export const startControl = async ({ telegram, port = 0 }: ControlOptions): Promise<Control> => {
  const server = createServer()
  const gate = createGate(
    () => (server.address() as AddressInfo).port,
    request => forbiddenPage(wordsOf(request)),
  )
  server.on('request', createApp(telegram, gate))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: gate.newLink(),
    newLink: gate.newLink,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { METHOD_NAMES, type Envelope, type MethodName } from '../contract/index.ts'
import { addFile } from './add-file.ts'
import { securityHeaders } from './security-headers.ts'
import type { StaticFile } from './static-files.ts'
import type { Supervisor } from './supervisor.ts'
import { needsLinkPage } from './web-pages.ts'
import type { WebSessions } from './web-session.ts'

export type WebServer = { readonly port: number; close(): Promise<void> }

type Options = {
  readonly core: Pick<Supervisor, 'call' | 'subscribe' | 'onConnection'>
  readonly sessions: WebSessions
  readonly files: ReadonlyMap<string, StaticFile>
  /** 0: any free port. */
  readonly port: number
}

const MAX_BODY = 1024 * 1024
const HEARTBEAT_MS = 15_000
/** A page that does not read is let go: it comes back and fetches again. */
const MAX_UNREAD = 4 * 1024 * 1024
const MAX_STREAMS = 32
/** A file of 4 GB from a disk that is slow. */
const LONGEST_REQUEST_MS = 15 * 60_000
/** Of a connection on which nothing moves; the heartbeat of a stream does. */
const IDLE_MS = 60_000

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/
const Call = z.strictObject({ name: z.string().max(100), input: z.unknown() })
const names: ReadonlySet<string> = new Set<MethodName>(METHOD_NAMES)

/** The interface and its calls over HTTP on 127.0.0.1, for one signed-in browser; everything else is refused. */
export async function startWebServer({ core, sessions, files, port }: Options): Promise<WebServer> {
  const headers = securityHeaders("'self'")
  let streams = 0

  function send(
    response: ServerResponse,
    status: number,
    more: Record<string, string>,
    body?: string | Uint8Array,
  ) {
    response.writeHead(status, { ...headers, 'Cache-Control': 'no-store', ...more })
    response.end(body)
  }
  const refuse = (response: ServerResponse, status: number): void => {
    send(
      response,
      status,
      { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' },
      `${status}\n`,
    )
  }
  const needsLink = (response: ServerResponse): void => {
    send(response, 401, { 'Content-Type': 'text/html; charset=utf-8' }, needsLinkPage)
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A name that is not loopback's, pointed at this machine (DNS rebinding), never gets as far as a cookie.
    if (!LOOPBACK_HOST.test(request.headers.host ?? '')) {
      refuse(response, 403)
      return
    }
    // Compared as it was sent: nothing is decoded or resolved, so that a path has one spelling.
    const [pathname = '/', query] = (request.url ?? '/').split('?', 2)
    const token = new URLSearchParams(query).get('token')
    if (request.method === 'GET' && pathname === '/' && token !== null) {
      const cookie = sessions.redeem(token)
      if (cookie !== undefined) send(response, 303, { Location: '/', 'Set-Cookie': cookie })
      // Reloading a used link in a browser that is signed in leads home.
      else if (sessions.accepts(request.headers.cookie)) send(response, 303, { Location: '/' })
      else needsLink(response)
      return
    }
    const fromUs = isSameOrigin(request)
    if (!sessions.accepts(request.headers.cookie)) {
      if (request.method === 'GET' && pathname === '/') needsLink(response)
      else refuse(response, 401)
    } else if (pathname === '/rpc' || pathname === '/files') {
      if (request.method !== 'POST') refuse(response, 405)
      else if (!fromUs || request.headers['x-autotele'] !== '1') refuse(response, 403)
      else await (pathname === '/rpc' ? answerCall : takeFile)(request, response)
    } else if (request.method !== 'GET') {
      refuse(response, 405)
    } else if (pathname === '/events') {
      if (!fromUs) refuse(response, 403)
      else openStream(response)
    } else {
      const file = files.get(pathname)
      if (file === undefined) refuse(response, 404)
      // The page itself may be reached by a link; what belongs to it is for our own page only.
      else if (pathname !== '/' && !fromUs) refuse(response, 403)
      else send(response, 200, { 'Content-Type': file.type, 'Cache-Control': caching(pathname) }, file.body)
    }
  }

  async function answerCall(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      refuse(response, 415)
      return
    }
    const body = await readBody(request)
    if (body === undefined) {
      refuse(response, 413)
      return
    }
    const call = Call.safeParse(parseJson(body))
    if (!call.success) {
      refuse(response, 400)
      return
    }
    const envelope: Envelope<unknown> = names.has(call.data.name)
      ? await core.call(call.data.name, call.data.input)
      : { ok: false, error: { code: 'call/unknown-method', retryable: false } }
    send(response, 200, { 'Content-Type': 'application/json; charset=utf-8' }, JSON.stringify(envelope))
  }

  async function takeFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = fileNameOf(request.headers['x-file-name'])
    if (name === undefined) {
      refuse(response, 400)
      return
    }
    const length = request.headers['content-length']
    const size = length === undefined ? null : Number(length)
    const envelope = await addFile(core, { name, size }, request as AsyncIterable<Uint8Array>)
    // What was refused half-way is not read to its end.
    const more: Record<string, string> = request.complete ? {} : { Connection: 'close' }
    send(
      response,
      200,
      { 'Content-Type': 'application/json; charset=utf-8', ...more },
      JSON.stringify(envelope),
    )
  }

  // The stream is open exactly while the core is: a page learns of its going by the stream's end, and of its return
  // by the answer to the request it repeats, which waits for the core.
  function openStream(response: ServerResponse): void {
    if (streams >= MAX_STREAMS) {
      refuse(response, 429)
      return
    }
    streams += 1
    const write = (text: string): void => {
      if (!response.headersSent) return
      if (response.writableLength > MAX_UNREAD) response.destroy()
      else response.write(text)
    }
    const ends = [
      core.onConnection(connected => {
        if (connected && !response.headersSent) {
          response.writeHead(200, {
            ...headers,
            'Content-Type': 'text/event-stream; charset=utf-8',
            'Cache-Control': 'no-store',
          })
          write('retry: 1000\n\n')
        } else if (!connected && response.headersSent) response.end()
      }),
      core.subscribe(message => {
        write(`data: ${JSON.stringify(message)}\n\n`)
      }),
    ]
    const heartbeat = setInterval(write, HEARTBEAT_MS, ': here\n\n')
    response.once('close', () => {
      streams -= 1
      clearInterval(heartbeat)
      for (const end of ends) end()
    })
  }

  const server = createServer({
    requestTimeout: LONGEST_REQUEST_MS,
    headersTimeout: 10_000,
    maxHeaderSize: 16_384,
  })
  server.setTimeout(IDLE_MS)
  server.on('request', (request, response) => {
    handle(request, response).catch(() => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

/**
 * Sent by our own page, or by a program of this person's (no browser, which would say so). `Host` may name another
 * port than ours, through an SSH tunnel; what counts is that the page's origin is the very address it asks.
 */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return false
  return headers.origin === undefined || headers.origin === `http://${headers.host}`
}

/** Built files carry a hash of their contents in their names; the page does not. */
const caching = (path: string): string =>
  path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store'

/** Percent-encoded UTF-8, since headers are Latin-1. */
function fileNameOf(header: string | string[] | undefined): string | undefined {
  try {
    const name = decodeURIComponent(typeof header === 'string' ? header : '')
    return name.length > 0 && name.length <= 1024 ? name : undefined
  } catch {
    return undefined
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_BODY) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

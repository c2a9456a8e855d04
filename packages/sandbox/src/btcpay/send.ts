import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

export type Sending = {
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly signal: AbortSignal
}

const maxRedirects = 50

/**
 * One HTTP exchange as .NET's HttpClient does it: redirects are followed, and 300 to 303 turn the POST into a GET
 * without a body. Resolves with the status code; rejects when no answer came. A connection per call, so that a
 * receiver that restarted is not mistaken for one that does not answer.
 */
export async function send(sending: Sending, redirects = 0): Promise<number> {
  const { status, location } = await exchange(sending)
  const next = status >= 300 && status < 400 && location ? target(location, sending.url) : undefined
  if (!next || redirects === maxRedirects) return status
  const kept = status === 307 || status === 308
  return send(
    kept ? { ...sending, url: next } : { ...sending, url: next, method: 'GET', headers: {}, body: undefined },
    redirects + 1,
  )
}

function exchange({ url, method, headers, body, signal }: Sending) {
  return new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    const { protocol, hostname } = new URL(url)
    const length = body && { 'Content-Length': String(body.length) }
    const options = { method, headers: { ...headers, ...length }, agent: false, signal } as const
    const request =
      protocol === 'https:'
        ? // BTCPay accepts any certificate of a loopback host, and only there.
          httpsRequest(url, { ...options, rejectUnauthorized: !isLoopback(hostname) })
        : httpRequest(url, options)
    request.on('error', reject)
    request.on('response', response => {
      // The code decides; the body is read only to free the socket.
      response.on('error', () => undefined)
      response.resume()
      resolve({ status: response.statusCode ?? 0, location: response.headers.location })
    })
    request.end(body)
  })
}

function target(location: string, base: string): string | undefined {
  if (!URL.canParse(location, base)) return undefined
  const next = new URL(location, base)
  const downgrade = base.startsWith('https:') && next.protocol !== 'https:'
  return downgrade || !/^https?:$/.test(next.protocol) ? undefined : next.href
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

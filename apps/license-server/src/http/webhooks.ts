import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { verifyWebhookSignature } from '@autotele/crypto'
import { HEADERS } from '@autotele/shared'
import type { Inbox } from '../billing/index.ts'
import type { Metrics } from './metrics.ts'

const PATH = '/webhooks/btcpay'
const MAX_WEBHOOK_BYTES = 1024 * 1024
/** What BTCPay 2.4.1 sends about invoices. */
const KNOWN_TYPES: ReadonlySet<string> = new Set([
  'InvoiceCreated',
  'InvoiceReceivedPayment',
  'InvoicePaymentSettled',
  'InvoiceProcessing',
  'InvoiceExpired',
  'InvoiceSettled',
  'InvoiceInvalid',
  'InvoiceExpiredPaidPartial',
  'InvoicePaidAfterExpiration',
  'InvoiceRefund',
])

/** Whether a request is BTCPay's to `webhookHandler`. */
export const isWebhook = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'POST' && (url === PATH || url.startsWith(`${PATH}?`))

/**
 * Where BTCPay delivers. It delivers one event after another, retries only what may come right later, and gives up on
 * every other 4xx for good: so what is verified is stored and answered 200, whatever it says, and only a database that
 * is away is 503. Answers have no body.
 *
 * On bare `node:http`: a delivery needs nothing of what the other routes share, and while one is answered all later
 * ones of the store wait.
 */
export function webhookHandler(options: {
  readonly inbox: Pick<Inbox, 'store'>
  readonly secrets: readonly string[]
  /** Called when there is an invoice to read again. */
  readonly wake: () => void
  readonly metrics: Metrics
  readonly log: Logger
}) {
  const { inbox, secrets, wake, metrics, log } = options

  return function handle(request: IncomingMessage, response: ServerResponse): void {
    const started = performance.now()
    const requestId = randomUUID()
    response.setHeader(HEADERS.requestId, requestId)

    const answer = (status: number, result: string): void => {
      metrics.webhooks.inc({ result })
      // The rest of a body that is not wanted would have to be read before the connection could be used again.
      if (status === 413 || status === 415) response.setHeader('Connection', 'close')
      if (status === 503) response.setHeader('Retry-After', '10')
      response.writeHead(status).end()
      const ms = performance.now() - started
      metrics.requests.observe({ method: 'POST', route: PATH, status: String(status) }, ms / 1000)
      const line = { requestId, method: 'POST', path: PATH, status, ms: Math.round(ms) }
      log[status >= 500 ? 'error' : 'info'](line, 'request')
    }

    // The signature is over the bytes as they came; an encoding in between is none of BTCPay's.
    if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') return answer(415, 'encoded')
    if (Number(request.headers['content-length'] ?? 0) > MAX_WEBHOOK_BYTES) return answer(413, 'too_large')
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_WEBHOOK_BYTES) chunks.push(chunk)
      else if (!response.writableEnded) answer(413, 'too_large')
    })
    request.on('end', () => {
      if (response.writableEnded) return
      const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
      const signature = request.headers['btcpay-sig']
      if (!verifyWebhookSignature(body, typeof signature === 'string' ? signature : undefined, secrets)) {
        // Not retried: with a wrong secret on our side every event is lost, and only reconciliation is left.
        log.warn({ requestId, bytes: size, signed: signature !== undefined }, 'webhook refused')
        return answer(401, 'bad_signature')
      }
      inbox.store(body).then(
        ({ type, invoiceId, repeated }) => {
          answer(200, repeated ? 'repeated' : 'stored')
          if (type === null || !KNOWN_TYPES.has(type)) metrics.unknown.inc({ what: 'event' })
          else if (invoiceId === null) metrics.unknown.inc({ what: 'no_invoice' })
          if (invoiceId !== null) wake()
        },
        (error: unknown) => {
          log.error({ requestId, err: error }, 'webhook not stored')
          answer(503, 'not_stored')
        },
      )
    })
  }
}

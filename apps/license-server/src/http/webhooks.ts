import { Router, type ErrorRequestHandler } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import { verifyWebhookSignature } from '@autotele/crypto'
import type { Inbox } from '../billing/index.ts'
import { bytesOf, rawBody } from './body.ts'
import type { Metrics } from './metrics.ts'

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
const statusSchema = z.object({ status: z.union([z.literal(413), z.literal(415)]) })

/**
 * Where BTCPay delivers. It delivers one event after another, retries only what may come right later, and gives up on
 * every other 4xx for good: so what is verified is stored and answered 200, whatever it says, and only a database that
 * is away is 503. Answers have no body.
 */
export function webhookRoutes(options: {
  /** `undefined` while BTCPay is not set up: nothing could be read again. */
  readonly inbox: Pick<Inbox, 'store'>
  readonly secrets: readonly string[]
  readonly wake: () => void
  readonly metrics: Metrics
  readonly log: Logger
}): Router {
  const { inbox, secrets, wake, metrics, log } = options
  const router = Router()
  const path = '/webhooks/btcpay'

  router.post(path, rawBody(MAX_WEBHOOK_BYTES), async (request, response) => {
    const body = bytesOf(request)
    if (!verifyWebhookSignature(body, request.get('btcpay-sig'), secrets)) {
      // Not retried: with a wrong secret on our side every event is lost, and only reconciliation is left.
      metrics.webhooks.inc({ result: 'bad_signature' })
      log.warn({ bytes: body.length, signed: request.get('btcpay-sig') !== undefined }, 'webhook refused')
      response.status(401).end()
      return
    }
    try {
      const { type, invoiceId, repeated } = await inbox.store(body)
      metrics.webhooks.inc({ result: repeated ? 'repeated' : 'stored' })
      if (type === null || !KNOWN_TYPES.has(type)) metrics.unknown.inc({ what: 'event' })
      else if (invoiceId === null) metrics.unknown.inc({ what: 'no_invoice' })
    } catch (error) {
      metrics.webhooks.inc({ result: 'not_stored' })
      log.error({ err: error }, 'webhook not stored')
      response.status(503).set('Retry-After', '10').end()
      return
    }
    response.status(200).end()
    wake()
  })

  const refuse: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    const { data } = statusSchema.safeParse(error)
    if (!data) return next(error)
    metrics.webhooks.inc({ result: data.status === 413 ? 'too_large' : 'encoded' })
    response.status(data.status).end()
  }
  router.use(path, refuse)
  return router
}

import { z } from 'zod'
import type { BtcpayConfig } from '../config/config.ts'
import { invoiceSchema, paymentMethodsSchema, type Invoice, type Payment } from './invoice.ts'

/** Making an invoice fetches rates and talks to the node: users have seen 15 s. */
const CREATE_TIMEOUT_MS = 30_000
const READ_TIMEOUT_MS = 10_000

/** BTCPay did not do what it was asked. Carries no body: BTCPay's messages list internals, and some echo keys. */
export class BtcpayError extends Error {
  readonly kind: 'unreachable' | 'refused' | 'not_found' | 'unreadable'
  readonly status: number | undefined
  constructor(kind: BtcpayError['kind'], operation: string, status?: number) {
    super(`BTCPay: ${operation}: ${kind}${status === undefined ? '' : ` (HTTP ${String(status)})`}`)
    this.name = 'BtcpayError'
    this.kind = kind
    this.status = status
  }
  /** Whether the request may have taken effect although no usable answer came. */
  get mayHaveHappened(): boolean {
    return this.kind === 'unreachable' || this.kind === 'unreadable' || (this.status ?? 0) >= 500
  }
}

const keySchema = z.object({ permissions: z.array(z.string()) })
const pullPaymentSchema = z.object({ id: z.string(), name: z.string().nullish() })

type Init = { readonly method: 'GET' | 'POST' | 'DELETE'; readonly body?: string; readonly timeout: number }

type NewInvoice = {
  readonly amount: string
  readonly currency: string
  readonly orderId: string
  readonly itemCode: string
  readonly itemDesc: string
}

export type Btcpay = {
  readonly storeId: string
  readonly createInvoice: (invoice: NewInvoice) => Promise<Invoice>
  /** `null` when BTCPay does not know it. */
  readonly getInvoice: (id: string) => Promise<Invoice | null>
  /** Accounted payments of every method. */
  readonly getPayments: (id: string) => Promise<Payment[]>
  readonly findByOrderId: (orderId: string) => Promise<Invoice[]>
  /**
   * One page of the store's invoices made since then, newest first, archived ones included. `size` counts also those
   * that could not be read, of which there should be none.
   */
  readonly listInvoices: (page: {
    readonly since: number
    readonly skip: number
    readonly take: number
  }) => Promise<{ readonly invoices: Invoice[]; readonly size: number }>
  /** Puts an invoice away; it can still be read and paid. Needs `canmodifyinvoices`. */
  readonly archiveInvoice: (id: string) => Promise<void>
  /** What the API key may do. */
  readonly permissions: () => Promise<readonly string[]>
  /** Every promise to pay out that the store has made, refunds among them. Needs `canmanagepullpayments`. */
  readonly listPullPayments: () => Promise<readonly z.infer<typeof pullPaymentSchema>[]>
}

/** Whether a key has one of these permissions: each is written for one store or for all. */
export const mayInStore = (
  permissions: readonly string[],
  storeId: string,
  sufficient: readonly string[],
): boolean =>
  permissions.some(
    permission =>
      permission === 'unrestricted' ||
      sufficient.some(name => permission === name || permission === `${name}:${storeId}`),
  )

export type BtcpayOptions = {
  readonly fetch?: typeof fetch
  /** Told of each call when it has ended: seconds and `ok` or the error's kind, for metrics. */
  readonly observe?: (operation: string, outcome: string, seconds: number) => void
}

/**
 * The part of BTCPay's Greenfield API that the server needs, under the path `/stores/{id}`: it exists in every version
 * and answers 404 for what is unknown. Every failure is a `BtcpayError`. The key appears in no error and no log.
 */
export function createBtcpay(config: BtcpayConfig, options: BtcpayOptions = {}): Btcpay {
  const { fetch: send = fetch, observe = () => undefined } = options
  const store = `/stores/${encodeURIComponent(config.storeId)}`

  async function call<T>(operation: string, path: string, schema: z.ZodType<T>, init: Init): Promise<T> {
    const started = performance.now()
    let outcome = 'ok'
    try {
      return await exchange(operation, path, schema, init)
    } catch (error) {
      outcome = error instanceof BtcpayError ? error.kind : 'error'
      throw error
    } finally {
      observe(operation, outcome, (performance.now() - started) / 1000)
    }
  }

  async function exchange<T>(operation: string, path: string, schema: z.ZodType<T>, init: Init): Promise<T> {
    let response: Response
    let text: string
    try {
      response = await send(`${config.url}/api/v1${path}`, {
        method: init.method,
        headers: {
          authorization: `token ${config.apiKey}`,
          accept: 'application/json',
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(init.body === undefined ? {} : { body: init.body }),
        // A redirect would send the key to another address.
        redirect: 'error',
        signal: AbortSignal.timeout(init.timeout),
      })
      text = await response.text()
    } catch {
      throw new BtcpayError('unreachable', operation)
    }
    if (response.status === 404) throw new BtcpayError('not_found', operation, 404)
    if (!response.ok) throw new BtcpayError('refused', operation, response.status)
    const parsed = schema.safeParse(parseJson(text))
    if (!parsed.success) throw new BtcpayError('unreadable', operation, response.status)
    return parsed.data
  }

  const get = <T>(operation: string, path: string, schema: z.ZodType<T>) =>
    call(operation, path, schema, { method: 'GET', timeout: READ_TIMEOUT_MS })
  const read = <T>(operation: string, path: string, schema: z.ZodType<T>) =>
    get(operation, `${store}${path}`, schema)

  return {
    storeId: config.storeId,

    createInvoice({ amount, currency, orderId, itemCode, itemDesc }) {
      const body = {
        amount,
        currency,
        // Repeated in every webhook and kept there for 60 days: nothing about the customer.
        metadata: { orderId, itemCode, itemDesc },
        checkout: {
          speedPolicy: 'MediumSpeed',
          expirationMinutes: 60,
          // Seven days: a low-fee payment that confirms late still counts.
          monitoringMinutes: 10_080,
          paymentTolerance: 0,
        },
      }
      return call('createInvoice', `${store}/invoices`, invoiceSchema, {
        method: 'POST',
        body: JSON.stringify(body),
        timeout: CREATE_TIMEOUT_MS,
      })
    },

    async getInvoice(id) {
      try {
        return await read('getInvoice', `/invoices/${encodeURIComponent(id)}`, invoiceSchema)
      } catch (error) {
        if (error instanceof BtcpayError && error.kind === 'not_found') return null
        throw error
      }
    },

    async getPayments(id) {
      const path = `/invoices/${encodeURIComponent(id)}/payment-methods`
      const methods = await read('getPayments', path, paymentMethodsSchema)
      return methods.flatMap(method => method.payments)
    },

    findByOrderId(orderId) {
      const query = new URLSearchParams({ orderId, take: '20' })
      return read('findByOrderId', `/invoices?${query.toString()}`, z.array(invoiceSchema))
    },

    async listInvoices({ since, skip, take }) {
      // Without `take` BTCPay answers everything there is.
      const values = {
        startDate: String(since),
        skip: String(skip),
        take: String(take),
        includeArchived: 'true',
      }
      const path = `/invoices?${new URLSearchParams(values).toString()}`
      const page = await read('listInvoices', path, z.array(z.unknown()))
      const invoices = page.flatMap(item => invoiceSchema.safeParse(item).data ?? [])
      return { invoices, size: page.length }
    },

    async archiveInvoice(id) {
      const path = `${store}/invoices/${encodeURIComponent(id)}`
      await call('archiveInvoice', path, z.unknown(), { method: 'DELETE', timeout: READ_TIMEOUT_MS })
    },

    // The answer holds the key itself: only the permissions leave this function.
    async permissions() {
      return (await get('permissions', '/api-keys/current', keySchema)).permissions
    },

    // Archived ones too: who puts a refund away has still promised it. The list knows no pages.
    listPullPayments: () =>
      read('listPullPayments', '/pull-payments?includeArchived=true', z.array(pullPaymentSchema)),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

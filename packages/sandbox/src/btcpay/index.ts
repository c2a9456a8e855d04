import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFaults, type Fault, type FaultOptions, type Faults } from './faults.ts'
import { createApp } from './http/app.ts'
import { newApiKey, newId } from './ids.ts'
import type { Store } from './model.ts'
import { invoiceModel, type InvoiceModel } from './greenfield.ts'
import { openState } from './state.ts'
import { createTill, type PaymentKind } from './till.ts'
import { createWebhookSender, realDelaysMs, type DeliveryAttempt } from './webhooks.ts'

export type { DeliveryAttempt, Fault, FaultOptions, Faults, InvoiceModel, PaymentKind }
export { sign } from './webhooks.ts'

export type BtcpayOptions = {
  /** Loopback port; default 0, any free one. */
  readonly port?: number
  /** Invoices, store, API keys, webhooks and ended deliveries survive a restart in this file. The queue does not: BTCPay keeps it in memory. */
  readonly stateFile?: string
  /** Waits between the attempts of one delivery; default: the real ones, more than an hour in all. */
  readonly webhookDelaysMs?: readonly number[]
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** How long a payment made on the checkout page waits for its confirmation; default 2000, 0: until a click. */
  readonly autoConfirmMs?: number
}

export type BtcpaySandbox = {
  readonly url: string
  /** What a license server needs and no more: create and view invoices, view the store. */
  readonly apiKey: string
  /** What an operator needs: modify invoices, webhooks, refunds. */
  readonly operatorKey: string
  readonly storeId: string
  /** Another key with the given permissions, scoped or not (`btcpay.store.canviewinvoices:<storeId>`, `unrestricted`). */
  createApiKey(permissions: readonly string[], label?: string): string
  revokeApiKey(apiKey: string): void
  /** Changes settings of the store as its keeper would. */
  setStore(settings: Partial<Omit<Store, 'id'>>): void
  /**
   * Creates the store's webhook or replaces it, its URL included, as an operator would in the store settings. Default:
   * every event, the secret it had. Others can be made over the API with the operator's key.
   */
  setWebhook(webhook: {
    readonly url: string
    readonly secret?: string
    readonly events?: readonly string[]
    readonly enabled?: boolean
  }): Promise<{ id: string; secret: string }>
  readonly invoices: {
    get(id: string): InvoiceModel | undefined
    /** Newest first. */
    list(): InvoiceModel[]
    /** As after the restore of an older backup: the API answers 404 for it. */
    forget(id: string): void
  }
  /** On-chain payments wait for `confirm`. Throws for an unknown invoice, and for Lightning after expiry. */
  pay(invoiceId: string, how?: PaymentKind): Promise<void>
  /** Enough blocks for every payment that waits. */
  confirm(invoiceId: string): Promise<void>
  /** Replaces every unconfirmed payment; nothing is announced. */
  doubleSpend(invoiceId: string): Promise<void>
  expire(invoiceId: string): Promise<void>
  /** Ends the time that BTCPay waits for confirmations: Processing becomes Invalid. */
  endMonitoring(invoiceId: string): Promise<void>
  /** Rejects where BTCPay would answer 422. */
  mark(invoiceId: string, status: 'Settled' | 'Invalid'): Promise<void>
  /** Makes a claim link and announces it; resolves with the pull payment's id, rejects where BTCPay answers `non-refundable`. */
  refund(invoiceId: string): Promise<string>
  /** Every attempt of this run, oldest first; the last 10,000. */
  readonly deliveries: { list(): DeliveryAttempt[] }
  /** Queues an ended delivery once more; resolves with the new delivery's id. */
  redeliver(deliveryId: string): Promise<string>
  readonly faults: Faults
  /** Looks at the clock now instead of within a quarter of a second: for tests that move `now`. */
  tick(): void
  /** Resolves when no delivery is queued, under way, or waiting for a retry. */
  settled(): Promise<void>
  stop(): Promise<void>
}

const tickMs = 250

/** Starts a BTCPay Server for one store, on the loopback interface, with money that exists nowhere. Refuses to start in production. */
export async function startBtcpay(options: BtcpayOptions = {}): Promise<BtcpaySandbox> {
  if (process.env['NODE_ENV'] === 'production') throw new Error('The local BTCPay is not for production')
  const now = options.now ?? Date.now
  const file = openState(options.stateFile)
  const { state } = file
  const sender = createWebhookSender({ file, delaysMs: options.webhookDelaysMs ?? realDelaysMs, now })
  const till = createTill({ file, now, publish: sender.publish })

  let server: Server | undefined
  let port = options.port ?? 0
  const faultBox = createFaults(async open => {
    if (open === (server !== undefined)) return
    if (open) {
      server = await listen(createServer(app), port)
      port = (server.address() as AddressInfo).port
    } else {
      const closing = server
      server = undefined
      await close(closing)
    }
  })
  const autoConfirmMs = options.autoConfirmMs ?? 2000
  const app = createApp({ file, till, sender, faultBox, now, autoConfirmMs })

  file.save()
  await faultBox.faults.clear()
  const url = `http://127.0.0.1:${port}`

  const tick = () => {
    till.tick()
    sender.prune()
  }
  const clock = setInterval(tick, tickMs)

  const model = (invoice: Parameters<typeof invoiceModel>[0]) => invoiceModel(invoice, state.store.id, url)

  return {
    url,
    apiKey: state.runtimeKey,
    operatorKey: state.operatorKey,
    storeId: state.store.id,
    createApiKey(permissions, label = 'test') {
      const apiKey = newApiKey()
      state.apiKeys.push({ apiKey, label, permissions: [...permissions] })
      file.save()
      return apiKey
    },
    revokeApiKey(apiKey) {
      state.apiKeys = state.apiKeys.filter(key => key.apiKey !== apiKey)
      file.save()
    },
    setStore(settings) {
      Object.assign(state.store, settings)
      file.save()
    },
    async setWebhook({ url: target, secret, events, enabled = true }) {
      const old = state.webhooks.find(({ id }) => id === state.operatorWebhook)
      const webhook = {
        id: old?.id ?? newId(),
        secret: secret ?? old?.secret ?? newId(),
        url: target,
        enabled,
        automaticRedelivery: true,
        everything: events === undefined,
        specificEvents: [...(events ?? [])],
      }
      state.webhooks = [...state.webhooks.filter(({ id }) => id !== webhook.id), webhook]
      state.operatorWebhook = webhook.id
      file.save()
      return { id: webhook.id, secret: webhook.secret }
    },
    invoices: {
      get(id) {
        const invoice = till.find(id)
        return invoice && model(invoice)
      },
      list: () => till.list().map(model),
      forget: till.forget,
    },
    pay: async (id, how = 'full') => till.pay(id, how),
    confirm: async id => till.confirm(id),
    doubleSpend: async id => till.doubleSpend(id),
    expire: async id => till.expire(id),
    endMonitoring: async id => till.endMonitoring(id),
    async mark(id, status) {
      if (!till.mark(id, status)) throw new Error(`BTCPay does not mark invoice ${id} as ${status}`)
    },
    async refund(id) {
      const pullPaymentId = till.refund(id)
      if (pullPaymentId === undefined) throw new Error(`BTCPay does not refund invoice ${id}`)
      return pullPaymentId
    },
    deliveries: { list: sender.attempts },
    async redeliver(deliveryId) {
      const queued = sender.redeliver(undefined, deliveryId)
      if ('error' in queued) throw new Error(`Delivery ${deliveryId} is ${queued.error}`)
      return queued.id
    },
    faults: faultBox.faults,
    tick,
    settled: sender.idle,
    async stop() {
      clearInterval(clock)
      sender.stop()
      await close(server)
      server = undefined
    },
  }
}

function listen(server: Server, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function close(server: Server | undefined): Promise<void> {
  return new Promise(resolve => {
    if (!server) return resolve()
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

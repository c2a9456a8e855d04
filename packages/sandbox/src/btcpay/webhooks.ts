import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from './ids.ts'
import type { Delivery, Invoice, Webhook } from './model.ts'
import { send } from './send.ts'
import type { StateFile } from './state.ts'

/** BTCPay 2.4.1: ten seconds, a minute, then six times ten minutes; after that the event is given up. */
export const realDelaysMs = [10_000, 60_000, ...Array<number>(6).fill(600_000)]

/** The version that this server claims to be; 2.3.4 changed the retry rule, 2.4.1 is the shape that was studied. */
export const btcpayVersion = '2.4.1'

const answerTimeoutMs = 100_000
const keptForSeconds = 60 * 24 * 3600
const mostAttempts = 10_000
const pruneEverySeconds = 6 * 3600

/** One attempt as tests want to see it; `bytes` are exactly those that went over the wire and were signed. */
export type DeliveryAttempt = {
  readonly webhookId: string
  readonly deliveryId: string
  readonly originalDeliveryId: string
  readonly type: string
  readonly invoiceId: string
  readonly bytes: Buffer
  readonly signature: string
  readonly httpCode: number | null
}

type Body = Record<string, unknown> & { readonly type: string }
type Job = {
  readonly webhookId: string
  readonly id: string
  readonly originalId: string
  readonly timestamp: number
  readonly body: Body
}
type Redelivery = { readonly id: string } | { readonly error: 'missing' | 'pruned' }
type Queue = { readonly jobs: Job[]; running: boolean }

export type WebhookSender = ReturnType<typeof createWebhookSender>

export type WebhookSenderOptions = {
  readonly file: StateFile
  readonly delaysMs: readonly number[]
  /** Milliseconds. */
  readonly now: () => number
}

/** `BTCPay-Sig` of a body: HMAC-SHA256 with the secret's text as key, over the exact bytes. */
export function sign(secret: string, bytes: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`
}

/** BTCPay signs and sends indented JSON, line feeds only. */
export function indented(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body, null, 2))
}

/**
 * Sends events to the store's webhooks: one queue in memory per webhook, strictly one delivery after another, so that
 * a receiver that fails delays everything behind it. `stop` drops what waits, as a restart of BTCPay does.
 */
export function createWebhookSender({ file, delaysMs, now }: WebhookSenderOptions) {
  const { state, save } = file
  const queues = new Map<string, Queue>()
  const attempts: DeliveryAttempt[] = []
  const stopping = new AbortController()
  let idleWaiters: (() => void)[] = []
  let nextPruning = 0
  const seconds = () => Math.floor(now() / 1000)

  function publish(type: string, invoice: Invoice, fields: Readonly<Record<string, unknown>>) {
    for (const webhook of state.webhooks) {
      if (!subscribed(webhook, type)) continue
      const id = newId()
      const timestamp = seconds()
      const body = {
        ...fields,
        deliveryId: id,
        webhookId: webhook.id,
        originalDeliveryId: id,
        isRedelivery: false,
        type,
        timestamp,
        storeId: state.store.id,
        invoiceId: invoice.id,
        metadata: structuredClone(invoice.metadata),
      }
      enqueue({ webhookId: webhook.id, id, originalId: id, timestamp, body })
    }
  }

  /** By hand or by API: goes to the end of the same queue and is retried by the same rules. */
  function redeliver(webhookId: string | undefined, deliveryId: string): Redelivery {
    const delivery = state.deliveries.find(
      ({ id, webhookId: owner }) => id === deliveryId && (webhookId === undefined || owner === webhookId),
    )
    if (!delivery) return { error: 'missing' }
    if (delivery.body === null) return { error: 'pruned' }
    const job = again({
      webhookId: delivery.webhookId,
      id: delivery.id,
      originalId: delivery.originalDeliveryId,
      timestamp: delivery.timestamp,
      body: JSON.parse(delivery.body) as Body,
    })
    enqueue(job)
    return { id: job.id }
  }

  function again(job: Job): Job {
    const id = newId()
    return { ...job, id, timestamp: seconds(), body: redeliveryBody(job.body, id, job.originalId) }
  }

  function enqueue(job: Job) {
    if (stopping.signal.aborted) return
    const queue = queues.get(job.webhookId) ?? { jobs: [], running: false }
    queues.set(job.webhookId, queue)
    queue.jobs.push(job)
    if (!queue.running) void drain(queue)
  }

  async function drain(queue: Queue) {
    queue.running = true
    for (let job = queue.jobs.shift(); job && !stopping.signal.aborted; job = queue.jobs.shift())
      await deliver(job)
    queue.running = false
    if (busy()) return
    const waiters = idleWaiters
    idleWaiters = []
    for (const resolve of waiters) resolve()
  }

  async function deliver(first: Job) {
    let job = first
    for (const delay of [...delaysMs, undefined]) {
      // Read anew for each attempt: a changed secret or URL is used, a removed or disabled webhook ends the retries.
      const webhook = state.webhooks.find(({ id }) => id === job.webhookId)
      if (!webhook || !subscribed(webhook, job.body.type)) return
      const code = await attempt(job, webhook)
      if (!worthRetrying(code) || !webhook.automaticRedelivery || delay === undefined) return
      await sleep(delay, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      job = again(job)
    }
  }

  /** Null: no answer. Recorded only when it has ended, as in BTCPay. */
  async function attempt(job: Job, webhook: Webhook): Promise<number | null> {
    const bytes = indented(job.body)
    const signature = sign(webhook.secret, bytes)
    let httpCode: number | null = null
    let errorMessage: string | null = null
    try {
      httpCode = await send({
        url: webhook.url,
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'User-Agent': `BTCPayServer/${btcpayVersion}`,
          'BTCPay-Sig': signature,
        },
        body: bytes,
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(answerTimeoutMs)]),
      })
      if (!succeeded(httpCode)) errorMessage = `HTTP Error Code ${httpCode}`
    } catch (error) {
      errorMessage = error instanceof Error ? error.message : String(error)
    }
    if (stopping.signal.aborted) return null
    state.deliveries.push({
      id: job.id,
      webhookId: webhook.id,
      originalDeliveryId: job.originalId,
      timestamp: job.timestamp,
      deliveryTime: seconds(),
      httpCode,
      errorMessage,
      status: httpCode === null ? 'Failed' : succeeded(httpCode) ? 'HttpSuccess' : 'HttpError',
      body: bytes.toString(),
    })
    save()
    attempts.push({
      webhookId: webhook.id,
      deliveryId: job.id,
      originalDeliveryId: job.originalId,
      type: job.body.type,
      invoiceId: String(job.body['invoiceId']),
      bytes,
      signature,
      httpCode,
    })
    if (attempts.length > mostAttempts) attempts.shift()
    return httpCode
  }

  function busy(): boolean {
    return [...queues.values()].some(({ running, jobs }) => running || jobs.length > 0)
  }

  return {
    publish,
    redeliver,
    /** The last attempts of this run, oldest first. */
    attempts: () => [...attempts],
    /** Ended attempts of one webhook, newest first. */
    deliveriesOf: (webhookId: string): Delivery[] =>
      state.deliveries.filter(delivery => delivery.webhookId === webhookId).reverse(),
    /** Bodies older than 60 days go, the record of the attempt stays; looks every six hours, as BTCPay does. */
    prune() {
      if (seconds() < nextPruning) return
      nextPruning = seconds() + pruneEverySeconds
      const limit = seconds() - keptForSeconds
      for (const delivery of state.deliveries) if (delivery.timestamp < limit) delivery.body = null
    },
    /** Resolves when nothing is queued, being sent, or waiting for a retry. */
    idle: () =>
      busy() ? new Promise<void>(resolve => void idleWaiters.push(resolve)) : Promise.resolve(undefined),
    /** Drops the queue: nothing of it is sent later. */
    stop() {
      stopping.abort()
      for (const { jobs } of queues.values()) jobs.length = 0
    },
  }
}

/**
 * The body of a retry: new id, same timestamp and data. BTCPay reads the old body into its base type, so the common
 * fields come first this time and the bytes differ in more than the ids.
 */
function redeliveryBody(body: Body, deliveryId: string, originalDeliveryId: string): Body {
  const { webhookId, type, timestamp, ...rest } = body
  return {
    ...{ deliveryId, webhookId, originalDeliveryId, isRedelivery: true, type, timestamp },
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !renewed.has(name))),
  }
}

const renewed = new Set(['deliveryId', 'originalDeliveryId', 'isRedelivery'])

function subscribed({ enabled, everything, specificEvents }: Webhook, type: string): boolean {
  return enabled && (everything || specificEvents.includes(type))
}

function succeeded(code: number): boolean {
  return code >= 200 && code < 300
}

/** Since 2.3.4 only these; any other 4xx, and 3xx, is final. */
function worthRetrying(code: number | null): boolean {
  return code === null || code >= 500 || code === 429 || code === 408
}

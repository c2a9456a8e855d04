import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { startBtcpay, type BtcpayOptions, type BtcpaySandbox } from './index.ts'

export type Received = {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly event: Record<string, unknown> & { type: string }
}

/** What the receiver answers; `hang up` closes the connection without a word. */
export type Answer = number | 'hang up' | { readonly redirect: string }

/** Retries without waiting, as many as the real server makes. */
export const noDelays = Array<number>(8).fill(0)

/** A webhook receiver; `answer` decides by the request and by how many came before it. */
export async function startReceiver(answer: (received: Received, before: number) => Answer = () => 200) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const event = (text ? JSON.parse(text) : { type: '' }) as Received['event']
      const one = { method: request.method ?? '', headers: request.headers, text, event }
      const decided = answer(one, received.length)
      received.push(one)
      if (decided === 'hang up') return void request.socket.destroy()
      if (typeof decided === 'number') return void response.writeHead(decided).end()
      response.writeHead(302, { Location: decided.redirect }).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/btcpay`,
    received,
    types: () => received.map(({ event }) => event.type),
  }
}

/** A server that the test need not stop. */
export async function startForTest(options: BtcpayOptions = {}): Promise<BtcpaySandbox> {
  const btcpay = await startBtcpay({ webhookDelaysMs: noDelays, ...options })
  onTestFinished(() => btcpay.stop())
  return btcpay
}

export type Reply = { readonly status: number; readonly body: unknown }

/** One call of the API; JSON both ways. */
export async function call(
  btcpay: BtcpaySandbox,
  method: string,
  path: string,
  { body, key = btcpay.apiKey }: { body?: unknown; key?: string | null } = {},
): Promise<Reply> {
  const response = await fetch(btcpay.url + path, {
    method,
    headers: {
      ...(key === null ? {} : { Authorization: `token ${key}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = response.headers.get('Content-Type')?.includes('json')
  return { status: response.status, body: json ? JSON.parse(text) : text }
}

/** An invoice of 29.99 EUR, made as a license server makes it. Returns its id. */
export async function createInvoice(
  btcpay: BtcpaySandbox,
  more: Record<string, unknown> = {},
): Promise<string> {
  const { status, body } = await call(btcpay, 'POST', `/api/v1/stores/${btcpay.storeId}/invoices`, {
    body: { amount: '29.99', currency: 'EUR', metadata: { orderId: 'order-1' }, ...more },
  })
  if (status !== 200) throw new Error(`No invoice: ${status} ${JSON.stringify(body)}`)
  return (body as { id: string }).id
}

/** `status/additionalStatus` of an invoice. */
export function standing(btcpay: BtcpaySandbox, id: string): string {
  const invoice = btcpay.invoices.get(id)
  return invoice ? `${invoice.status}/${invoice.additionalStatus}` : 'unknown'
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

type FakePayment = { receivedDate: number; status: string }
export type FakeInvoice = {
  id: string
  storeId: string
  type: string
  currency: string
  amount: string
  paidAmount: string
  status: string
  additionalStatus: string
  createdTime: number
  expirationTime: number
  monitoringExpiration: number
  checkoutLink: string
  metadata: { orderId: string; itemCode: string }
  payments: FakePayment[]
}

const createSchema = z.looseObject({
  amount: z.string(),
  currency: z.string(),
  metadata: z.object({ orderId: z.string(), itemCode: z.string(), itemDesc: z.string() }),
})

/** What the fake does with the next matching request instead of answering it. */
type Trouble = {
  readonly when: 'create' | 'read'
  readonly how: 'drop' | 'drop_after' | number | 'html'
}

/** Just enough BTCPay over real HTTP for the server's own tests: what an invoice says is what a test wrote into it. */
export async function startFakeBtcpay(now: () => number) {
  const invoices = new Map<string, FakeInvoice>()
  const troubles: Trouble[] = []
  const requests: { method: string; path: string }[] = []
  const archived = new Set<string>()
  /** What `api-keys/current` says that the key may do. */
  const permissions: string[] = ['btcpay.store.cancreateinvoice:store', 'btcpay.store.canviewinvoices:store']
  /** Promises to pay out, which is what a refund is. */
  const pullPayments: { id: string; name: string }[] = []
  let count = 0

  const make = (body: z.infer<typeof createSchema>): FakeInvoice => {
    const invoice: FakeInvoice = {
      id: `Invoice${String(++count)}`,
      storeId: 'store',
      type: 'Standard',
      currency: body.currency,
      amount: body.amount,
      paidAmount: '0',
      status: 'New',
      additionalStatus: 'None',
      createdTime: now(),
      expirationTime: now() + 3600,
      monitoringExpiration: now() + 7 * 86_400,
      checkoutLink: `${url}/i/Invoice${String(count)}`,
      metadata: body.metadata,
      payments: [],
    }
    invoices.set(invoice.id, invoice)
    return invoice
  }

  const server = createServer((request, response) => {
    void (async () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake')
      requests.push({ method: request.method ?? '', path: pathname })
      const send = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      const body = await text(request)
      if (request.headers.authorization !== 'token test-key') {
        return send(401, { code: 'unauthenticated', message: '' })
      }
      const creating = request.method === 'POST'
      const at = troubles.findIndex(trouble => trouble.when === (creating ? 'create' : 'read'))
      const [trouble] = at < 0 ? [] : troubles.splice(at, 1)
      if (trouble?.how === 'drop') return request.socket.destroy()
      if (trouble?.how === 'html') return response.writeHead(502).end('<html>Bad Gateway</html>')
      if (typeof trouble?.how === 'number') return send(trouble.how, { code: 'generic-error', message: 'x' })
      const [, id, methods] = /\/invoices(?:\/([^/]+))?(\/payment-methods)?$/.exec(pathname) ?? []
      if (creating) {
        const invoice = make(createSchema.parse(JSON.parse(body)))
        return trouble ? request.socket.destroy() : send(200, invoice)
      }
      // As BTCPay does: the key itself is in the answer, and must be in nobody's log.
      if (pathname.endsWith('/api-keys/current')) return send(200, { apiKey: 'test-key', permissions })
      if (pathname.endsWith('/pull-payments')) return send(200, pullPayments)
      if (id === undefined) {
        const orderId = searchParams.get('orderId')
        const skip = Number(searchParams.get('skip') ?? 0)
        const list = [...invoices.values()]
          .filter(invoice => orderId === null || invoice.metadata.orderId === orderId)
          .filter(invoice => searchParams.get('includeArchived') === 'true' || !archived.has(invoice.id))
          .filter(invoice => invoice.createdTime >= Number(searchParams.get('startDate') ?? 0))
          .reverse()
        return send(200, list.slice(skip, skip + Number(searchParams.get('take') ?? list.length)))
      }
      if (request.method === 'DELETE') {
        archived.add(id)
        return response.writeHead(200).end()
      }
      const invoice = invoices.get(id)
      if (!invoice) return send(404, { code: 'invoice-not-found', message: '' })
      return send(200, methods ? [{ paymentMethodId: 'BTC-CHAIN', payments: invoice.payments }] : invoice)
    })()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`

  return {
    url,
    invoices,
    troubles,
    requests,
    archived,
    permissions,
    pullPayments,
    make,
    /** Changes an invoice as BTCPay would after an event. */
    set(id: string, change: Partial<FakeInvoice>): FakeInvoice {
      const invoice = invoices.get(id)
      if (!invoice) throw new Error(`no invoice ${id}`)
      return Object.assign(invoice, change)
    },
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

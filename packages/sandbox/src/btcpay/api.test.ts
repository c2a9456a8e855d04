import { describe, expect, it } from 'vitest'
import type { InvoiceModel } from './index.ts'
import { call, createInvoice, standing, startForTest, startReceiver } from './test-kit.ts'

const invoices = (storeId: string) => `/api/v1/stores/${storeId}/invoices`

describe('keys and permissions', () => {
  it('accepts token and bearer in any case, and says 401 to everything else', async () => {
    const btcpay = await startForTest()
    const status = async (authorization: string) =>
      (await fetch(`${btcpay.url}/api/v1/server/info`, { headers: { Authorization: authorization } })).status
    expect(await status(`token ${btcpay.apiKey}`)).toBe(200)
    expect(await status(`Bearer ${btcpay.apiKey}`)).toBe(200)
    expect(await status(`TOKEN  ${btcpay.apiKey}`)).toBe(200)
    expect(await status(`Basic ${btcpay.apiKey}`)).toBe(401)
    expect(await call(btcpay, 'GET', '/api/v1/server/info', { key: 'f'.repeat(40) })).toEqual({
      status: 401,
      body: { code: 'unauthenticated', message: expect.any(String) },
    })
    expect((await call(btcpay, 'GET', '/api/v1/health', { key: null })).status).toBe(200)
  })

  it('asks each route for its own permission, before it looks at anything else', async () => {
    const btcpay = await startForTest()
    const { storeId, operatorKey } = btcpay
    const id = await createInvoice(btcpay)
    const store = `/api/v1/stores/${storeId}`
    const routes = [
      ['POST', `${store}/invoices`, 'btcpay.store.cancreateinvoice'],
      ['GET', `${store}/invoices`, 'btcpay.store.canviewinvoices'],
      ['GET', `${store}/invoices/${id}`, 'btcpay.store.canviewinvoices'],
      ['GET', `${store}/invoices/${id}/payment-methods`, 'btcpay.store.canviewinvoices'],
      ['POST', `${store}/invoices/${id}/status`, 'btcpay.store.canmodifyinvoices'],
      ['DELETE', `${store}/invoices/${id}`, 'btcpay.store.canmodifyinvoices'],
      ['GET', store, 'btcpay.store.canviewstoresettings'],
      ['GET', `${store}/webhooks`, 'btcpay.store.webhooks.canmodifywebhooks'],
      ['POST', `${store}/webhooks`, 'btcpay.store.webhooks.canmodifywebhooks'],
    ] as const
    for (const [method, path, needed] of routes) {
      const label = `${method} ${path}`
      const without = btcpay.createApiKey(['btcpay.user.canviewprofile'])
      expect(await call(btcpay, method, path, { key: without }), label).toEqual({
        status: 403,
        body: { missingPermission: needed, code: 'missing-permission', message: expect.any(String) },
      })
      const elsewhere = btcpay.createApiKey([`${needed}:another-store`])
      expect((await call(btcpay, method, path, { key: elsewhere })).status, label).toBe(403)
      for (const permissions of [[`${needed}:${storeId}`], [needed], ['unrestricted']]) {
        const key = btcpay.createApiKey(permissions)
        expect((await call(btcpay, method, path, { key })).status, label).not.toBe(403)
      }
    }
    expect((await call(btcpay, 'GET', `${store}/invoices`, { key: operatorKey })).status).toBe(200)
  })

  it('gives the license server no more than it needs', async () => {
    const btcpay = await startForTest()
    const { body } = await call(btcpay, 'GET', '/api/v1/api-keys/current')
    expect(body).toMatchObject({
      apiKey: btcpay.apiKey,
      permissions: ['cancreateinvoice', 'canviewinvoices', 'canviewstoresettings'].map(
        name => `btcpay.store.${name}:${btcpay.storeId}`,
      ),
    })
    expect((await call(btcpay, 'GET', `/api/v1/stores/${btcpay.storeId}/webhooks`)).status).toBe(403)
    btcpay.revokeApiKey(btcpay.apiKey)
    expect((await call(btcpay, 'GET', '/api/v1/api-keys/current')).status).toBe(401)
  })
})

describe('creating an invoice', () => {
  it('answers with money as strings, times in seconds, and links on the host that asked', async () => {
    const btcpay = await startForTest({ now: () => 1_800_000_000_000 })
    const path = btcpay.url + invoices(btcpay.storeId)
    const answer = await fetch(path, {
      method: 'POST',
      headers: {
        Authorization: `token ${btcpay.apiKey}`,
        'Content-Type': 'application/json',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'pay.example.com',
      },
      body: JSON.stringify({
        amount: 29.99,
        currency: 'eur',
        checkout: { expirationMinutes: 60, monitoringMinutes: 10080, redirectURL: 'javascript:alert(1)' },
      }),
    })
    expect(await answer.json()).toMatchObject({
      storeId: btcpay.storeId,
      amount: '29.99',
      paidAmount: '0',
      currency: 'EUR',
      type: 'Standard',
      status: 'New',
      additionalStatus: 'None',
      createdTime: 1_800_000_000,
      expirationTime: 1_800_003_600,
      monitoringExpiration: 1_800_608_400,
      checkoutLink: expect.stringMatching(/^https:\/\/pay\.example\.com\/i\//),
      checkout: { redirectURL: null, expirationMinutes: 60, speedPolicy: 'MediumSpeed' },
      paymentMethods: [],
    })
  })

  it.each([
    ['a negative amount', { amount: '-1' }],
    ['an amount that is no number', { amount: 'thirty' }],
    ['a fraction of a minute', { checkout: { expirationMinutes: 0.5 } }],
    ['no time at all', { checkout: { expirationMinutes: 0 } }],
    ['an unknown payment method', { checkout: { paymentMethods: ['DOGE-CHAIN'] } }],
    ['an impossible tolerance', { checkout: { paymentTolerance: 101 } }],
    ['an unknown language', { checkout: { defaultLanguage: 'tlh' } }],
    ['metadata that is no object', { metadata: 'order-1' }],
  ])('%s is a 422 with an array', async (_what, more) => {
    const btcpay = await startForTest()
    const reply = await call(btcpay, 'POST', invoices(btcpay.storeId), {
      body: { amount: '1', currency: 'EUR', ...more },
    })
    expect(reply).toEqual({
      status: 422,
      body: [{ path: expect.any(String), message: expect.any(String) }],
    })
  })

  it('a body that is no JSON is a 422 too, one that does not claim to be a 415', async () => {
    const btcpay = await startForTest()
    const post = (type: string) =>
      fetch(btcpay.url + invoices(btcpay.storeId), {
        method: 'POST',
        headers: { Authorization: `token ${btcpay.apiKey}`, 'Content-Type': type },
        body: '{"amount"',
      })
    expect((await post('application/json')).status).toBe(422)
    expect((await post('text/plain')).status).toBe(415)
  })

  it('without a rate is a 400 generic-error', async () => {
    const btcpay = await startForTest()
    expect(
      await call(btcpay, 'POST', invoices(btcpay.storeId), { body: { amount: '1', currency: 'XYZ' } }),
    ).toEqual({ status: 400, body: { code: 'generic-error', message: expect.any(String) } })
  })

  it('of zero settles at once, of no amount takes any payment', async () => {
    const btcpay = await startForTest()
    const zero = await createInvoice(btcpay, { amount: '0' })
    expect(standing(btcpay, zero)).toBe('Settled/None')
    expect(btcpay.invoices.get(zero)?.checkout.paymentMethods).toEqual([])
    const topUp = await createInvoice(btcpay, { amount: null })
    await btcpay.pay(topUp, 'partial')
    expect(btcpay.invoices.get(topUp)).toMatchObject({ type: 'TopUp', status: 'Processing', amount: '5.00' })
  })

  it('publishes InvoiceCreated before the answer', async () => {
    const receiver = await startReceiver()
    const btcpay = await startForTest()
    await btcpay.setWebhook({ url: receiver.url })
    let answered = false
    await btcpay.faults.set({ kind: 'slow', delayMs: 2_000 })
    const making = createInvoice(btcpay).finally(() => (answered = true))
    await expect.poll(receiver.types, { timeout: 1_900 }).toEqual(['InvoiceCreated'])
    expect(answered).toBe(false)
    expect(receiver.received[0]?.event['invoiceId']).toBe(await making)
  })

  it('with a tolerance accepts less, and too much is PaidOver', async () => {
    const btcpay = await startForTest()
    const tolerant = await createInvoice(btcpay, { checkout: { paymentTolerance: 60 } })
    await btcpay.pay(tolerant, 'partial')
    expect(standing(btcpay, tolerant)).toBe('Processing/None')
    const over = await createInvoice(btcpay)
    await btcpay.pay(over, 'over')
    await btcpay.confirm(over)
    expect(standing(btcpay, over)).toBe('Settled/PaidOver')
    expect(Number(btcpay.invoices.get(over)?.paidAmount)).toBeGreaterThan(29.99)
  })
})

describe('reading invoices', () => {
  it('lists the newest first, all of them, and filters as BTCPay does', async () => {
    let now = 1_800_000_000_000
    const btcpay = await startForTest({ now: () => now })
    const ids: string[] = []
    for (const orderId of ['a', 'b', 'b', 'c']) {
      ids.unshift(await createInvoice(btcpay, { metadata: { orderId } }))
      now += 10_000
    }
    await btcpay.pay(ids[0]!, 'lightning')
    const list = async (query: string) => {
      const { body } = await call(btcpay, 'GET', `${invoices(btcpay.storeId)}?${query}`)
      return (body as InvoiceModel[]).map(({ id }) => ids.indexOf(id))
    }
    expect(await list('')).toEqual([0, 1, 2, 3])
    expect(await list('orderId=b')).toEqual([1, 2])
    expect(await list('orderId=a&orderId=c')).toEqual([0, 3])
    expect(await list('status=settled')).toEqual([0])
    expect(await list('status=Settled&status=Nonsense')).toEqual([0])
    expect(await list('status=Nonsense')).toEqual([0, 1, 2, 3])
    expect(await list('skip=1&take=2')).toEqual([1, 2])
    expect(await list('startDate=1800000010&endDate=1800000020')).toEqual([1, 2])
    expect(await list('textSearch=c')).toEqual([0])
    const late = await call(btcpay, 'GET', `${invoices(btcpay.storeId)}?startDate=yesterday`)
    expect(late).toEqual({ status: 422, body: [{ path: 'startDate', message: expect.any(String) }] })
  })

  it('hides archived invoices unless asked', async () => {
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay)
    const path = invoices(btcpay.storeId)
    expect((await call(btcpay, 'DELETE', `${path}/${id}`, { key: btcpay.operatorKey })).status).toBe(200)
    expect((await call(btcpay, 'GET', path)).body).toEqual([])
    expect((await call(btcpay, 'GET', `${path}?includeArchived=true`)).body).toHaveLength(1)
    expect((await call(btcpay, 'GET', `${path}/${id}`)).body).toMatchObject({ archived: true })
    const unarchive = () => call(btcpay, 'POST', `${path}/${id}/unarchive`, { key: btcpay.operatorKey })
    expect((await unarchive()).body).toMatchObject({ archived: false })
    expect(await unarchive()).toMatchObject({ status: 400, body: { code: 'already-unarchived' } })
  })

  it('replaces the whole metadata', async () => {
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay, { metadata: { orderId: 'order-1', itemCode: 'monthly' } })
    const put = (body: unknown) =>
      call(btcpay, 'PUT', `${invoices(btcpay.storeId)}/${id}`, { key: btcpay.operatorKey, body })
    expect((await put({ metadata: { itemCode: 'yearly' } })).body).toMatchObject({
      metadata: { itemCode: 'yearly' },
    })
    expect(btcpay.invoices.get(id)?.metadata).toEqual({ itemCode: 'yearly' })
    expect((await put({})).status).toBe(422)
  })

  it('knows an unknown id by 404 on the nested path and by 403 without the store', async () => {
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay)
    expect(await call(btcpay, 'GET', `${invoices(btcpay.storeId)}/nope`)).toEqual({
      status: 404,
      body: { code: 'invoice-not-found', message: 'The invoice was not found' },
    })
    expect((await call(btcpay, 'GET', '/api/v1/invoices/nope')).status).toBe(403)
    expect((await call(btcpay, 'GET', `/api/v1/invoices/${id}`)).status).toBe(200)
    btcpay.invoices.forget(id)
    expect((await call(btcpay, 'GET', `${invoices(btcpay.storeId)}/${id}`)).status).toBe(404)
  })

  it('answers a call that lost its id with a page, not with a list', async () => {
    const btcpay = await startForTest()
    const { status, body } = await call(btcpay, 'GET', '/api/v1/invoices/')
    expect(status).toBe(404)
    expect(body).toContain('<html>')
  })

  it('shows payments that count, and replaced ones only on request', async () => {
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay)
    await btcpay.pay(id, 'full')
    const path = `${invoices(btcpay.storeId)}/${id}`
    const methods = async (query = '') =>
      (await call(btcpay, 'GET', `${path}/payment-methods${query}`)).body as Record<string, unknown>[]
    expect(await methods()).toMatchObject([
      {
        paymentMethodId: 'BTC-CHAIN',
        rate: '92500.00',
        amount: '0.00032422',
        totalPaid: '0.00032422',
        due: '0',
        payments: [{ value: '0.00032422', status: 'Processing' }],
      },
      { paymentMethodId: 'BTC-LN', payments: [] },
    ])
    await btcpay.doubleSpend(id)
    expect((await methods())[0]).toMatchObject({ due: '0.00032422', payments: [] })
    expect((await methods('?onlyAccountedPayments=false'))[0]).toMatchObject({
      payments: [{ status: 'Invalid' }],
    })
    const { body } = await call(btcpay, 'GET', `${path}?includePaymentMethods=true`)
    expect((body as InvoiceModel).paymentMethods).toHaveLength(2)
  })
})

describe('what an operator does', () => {
  it('marks by hand where BTCPay allows it, 422 elsewhere', async () => {
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay)
    const mark = (status: string) =>
      call(btcpay, 'POST', `${invoices(btcpay.storeId)}/${id}/status`, {
        key: btcpay.operatorKey,
        body: { status },
      })
    expect((await mark('Settled')).body).toMatchObject({ status: 'Settled', additionalStatus: 'Marked' })
    expect((await mark('Settled')).status).toBe(422)
    expect((await mark('New')).status).toBe(422)
    expect((await mark('Invalid')).body).toMatchObject({ status: 'Invalid', additionalStatus: 'Marked' })
    await btcpay.mark(id, 'Settled')
    const paid = await createInvoice(btcpay)
    await btcpay.pay(paid, 'lightning')
    await expect(btcpay.mark(paid, 'Invalid')).rejects.toThrow('does not mark')
  })

  it('refunds what was paid, and only that', async () => {
    const receiver = await startReceiver()
    const btcpay = await startForTest()
    await btcpay.setWebhook({ url: receiver.url, events: ['InvoiceRefund'] })
    const id = await createInvoice(btcpay)
    await expect(btcpay.refund(id)).rejects.toThrow('does not refund')
    await btcpay.pay(id, 'lightning')
    const pullPaymentId = await btcpay.refund(id)
    await btcpay.settled()
    expect(receiver.received[0]?.event).toMatchObject({ type: 'InvoiceRefund', pullPaymentId })
  })

  it('sets webhooks: the secret is told once, a replacement is whole but keeps it', async () => {
    const receiver = await startReceiver()
    const btcpay = await startForTest()
    const path = `/api/v1/stores/${btcpay.storeId}/webhooks`
    const operate = (method: string, where: string, body?: unknown) =>
      call(btcpay, method, where, { key: btcpay.operatorKey, body })
    const made = (
      await operate('POST', path, {
        url: receiver.url,
        enabled: false,
        authorizedEvents: { everything: false, specificEvents: ['InvoiceSettled', 'InvoiceSetled'] },
      })
    ).body as { id: string; secret: string }
    expect(made.secret).toMatch(/^[1-9A-HJ-NP-Za-km-z]{20,22}$/)
    const item = `${path}/${made.id}`
    expect((await operate('GET', item)).body).toEqual({
      id: made.id,
      url: receiver.url,
      enabled: false,
      automaticRedelivery: true,
      authorizedEvents: { everything: false, specificEvents: ['InvoiceSettled', 'InvoiceSetled'] },
    })
    expect((await operate('PUT', item, { url: receiver.url })).body).toEqual({
      id: made.id,
      url: receiver.url,
      enabled: true,
      automaticRedelivery: true,
      authorizedEvents: { everything: true, specificEvents: [] },
    })
    expect((await operate('POST', path, { url: 'not a url' })).status).toBe(422)
    expect((await operate('DELETE', item)).status).toBe(200)
    expect((await operate('DELETE', item)).status).toBe(404)
    expect((await operate('GET', path)).body).toEqual([])
  })

  it('reads deliveries, their exact request, and sends one again; after 60 days it is pruned', async () => {
    let now = 1_800_000_000_000
    const receiver = await startReceiver((_received, before) => (before === 0 ? 400 : 200))
    const btcpay = await startForTest({ now: () => now })
    const { id } = await btcpay.setWebhook({ url: receiver.url })
    await createInvoice(btcpay)
    await createInvoice(btcpay)
    await btcpay.settled()
    const path = `/api/v1/stores/${btcpay.storeId}/webhooks/${id}/deliveries`
    const operate = (method: string, where: string) =>
      call(btcpay, method, where, { key: btcpay.operatorKey })
    const list = (await operate('GET', path)).body as { id: string; status: string; httpCode: number }[]
    expect(list.map(({ status, httpCode }) => [status, httpCode])).toEqual([
      ['HttpSuccess', 200],
      ['HttpError', 400],
    ])
    expect((await operate('GET', `${path}?count=1`)).body).toHaveLength(1)
    const failed = list[1]!.id
    expect((await operate('GET', `${path}/${failed}`)).body).toMatchObject({ id: failed })
    expect((await operate('GET', `${path}/${failed}/request`)).body).toEqual(receiver.received[0]?.event)
    const again = await operate('POST', `${path}/${failed}/redeliver`)
    await btcpay.settled()
    expect(receiver.received.at(-1)?.event).toMatchObject({
      deliveryId: again.body,
      originalDeliveryId: failed,
    })
    expect(await operate('POST', `${path}/nope/redeliver`)).toMatchObject({
      status: 404,
      body: { code: 'webhookdelivery-not-found' },
    })
    now += 61 * 24 * 3600 * 1000
    btcpay.tick()
    expect(await operate('POST', `${path}/${failed}/redeliver`)).toMatchObject({
      status: 409,
      body: { code: 'webhookdelivery-pruned' },
    })
  })
})

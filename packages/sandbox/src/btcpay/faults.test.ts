import { describe, expect, it } from 'vitest'
import { call, createInvoice, startForTest } from './test-kit.ts'

describe('faults', () => {
  it('refuse: nobody listens, and the same address answers again after', async () => {
    const btcpay = await startForTest()
    await btcpay.faults.set({ kind: 'refuse' })
    const refused: unknown = await fetch(`${btcpay.url}/api/v1/health`).catch((error: unknown) => error)
    expect(refused).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await btcpay.faults.clear()
    expect((await call(btcpay, 'GET', '/api/v1/health')).status).toBe(200)
  })

  it('syncing: health says so with a 200, invoices fail, what exists is still read', async () => {
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay)
    await btcpay.faults.set({ kind: 'syncing' })
    expect(await call(btcpay, 'GET', '/api/v1/health')).toEqual({
      status: 200,
      body: { synchronized: false },
    })
    expect((await call(btcpay, 'GET', '/api/v1/server/info')).body).toMatchObject({ fullySynched: false })
    const path = `/api/v1/stores/${btcpay.storeId}/invoices`
    expect(await call(btcpay, 'POST', path, { body: { amount: '1' } })).toMatchObject({
      status: 400,
      body: { code: 'generic-error' },
    })
    expect((await call(btcpay, 'GET', `${path}/${id}`)).status).toBe(200)
  })

  it('proxy-html and server-error: for as many requests as asked, with no JSON', async () => {
    const btcpay = await startForTest()
    const get = () => call(btcpay, 'GET', `/api/v1/stores/${btcpay.storeId}`)
    await btcpay.faults.set({ kind: 'proxy-html' }, { times: 2 })
    expect(await get()).toMatchObject({ status: 502, body: expect.stringContaining('<html>') })
    expect((await get()).status).toBe(502)
    expect((await get()).status).toBe(200)
    await btcpay.faults.set({ kind: 'server-error', status: 503 })
    expect(await get()).toEqual({ status: 503, body: '' })
  })

  it('key-revoked and forbidden: as if the key had changed', async () => {
    const btcpay = await startForTest()
    const get = () => call(btcpay, 'GET', `/api/v1/stores/${btcpay.storeId}`)
    await btcpay.faults.set({ kind: 'key-revoked' })
    expect(await get()).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    await btcpay.faults.set({ kind: 'forbidden' })
    expect(await get()).toMatchObject({
      status: 403,
      body: { missingPermission: 'btcpay.store.canviewstoresettings' },
    })
    await btcpay.faults.clear()
    expect((await get()).status).toBe(200)
  })

  it('lost-answer: the invoice exists, its maker does not know, and finds it by its order', async () => {
    const btcpay = await startForTest()
    await btcpay.faults.set({ kind: 'lost-answer', holdMs: 0 }, { times: 1 })
    await expect(createInvoice(btcpay)).rejects.toThrow('fetch failed')
    const path = `/api/v1/stores/${btcpay.storeId}/invoices?orderId=order-1`
    expect((await call(btcpay, 'GET', path)).body).toHaveLength(1)
    await createInvoice(btcpay)
    expect((await call(btcpay, 'GET', path)).body).toHaveLength(2)
  })

  it('lost-answer without an end: the client has to give up by itself', async () => {
    const btcpay = await startForTest()
    await btcpay.faults.set({ kind: 'lost-answer' })
    const asked = fetch(`${btcpay.url}/api/v1/stores/${btcpay.storeId}/invoices`, {
      method: 'POST',
      headers: { Authorization: `token ${btcpay.apiKey}`, 'Content-Type': 'application/json' },
      body: '{"amount":"1"}',
      signal: AbortSignal.timeout(200),
    })
    await expect(asked).rejects.toThrow('timeout')
    expect(btcpay.invoices.list()).toHaveLength(1)
  })
})

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startBtcpay } from './index.ts'
import { call, createInvoice, standing, startForTest, startReceiver } from './test-kit.ts'

let folder: string
let stateFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotele-btcpay-'))
  stateFile = join(folder, 'data', 'btcpay.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a restart', () => {
  it('keeps store, keys, webhooks, invoices and ended deliveries, and forgets the queue', async () => {
    let broken = true
    const receiver = await startReceiver(() => (broken ? 503 : 200))
    const first = await startForTest({ stateFile, webhookDelaysMs: [3_600_000] })
    const webhook = await first.setWebhook({ url: receiver.url })
    const paid = await createInvoice(first)
    const open = await createInvoice(first)
    await first.pay(paid, 'full')
    await expect.poll(() => first.deliveries.list().length, { timeout: 4_000 }).toBe(1)
    await first.stop()

    broken = false
    const second = await startForTest({ stateFile })
    expect([second.storeId, second.apiKey, second.operatorKey]).toEqual([
      first.storeId,
      first.apiKey,
      first.operatorKey,
    ])
    expect(standing(second, paid)).toBe('Processing/None')
    await second.settled()
    expect(receiver.received).toHaveLength(1)

    await second.confirm(paid)
    await second.settled()
    expect(receiver.types().slice(1)).toEqual(['InvoicePaymentSettled', 'InvoiceSettled'])
    expect(second.invoices.list().map(({ id }) => id)).toEqual([open, paid])
    const path = `/api/v1/stores/${second.storeId}/webhooks/${webhook.id}/deliveries`
    const { body } = await call(second, 'GET', path, { key: second.operatorKey })
    expect(body).toMatchObject([{ httpCode: 200 }, { httpCode: 200 }, { httpCode: 503 }])
  })

  it('lets the operator move the webhook to another address, with the secret it had', async () => {
    const moved = await startReceiver()
    const first = await startForTest({ stateFile })
    const old = await first.setWebhook({ url: 'http://127.0.0.1:9/gone' })
    await first.stop()
    const second = await startForTest({ stateFile, webhookDelaysMs: [] })
    expect(await second.setWebhook({ url: moved.url })).toEqual(old)
    await createInvoice(second)
    await second.settled()
    expect(second.deliveries.list().map(({ httpCode }) => httpCode)).toEqual([200])
  })

  it('notices what the clock did meanwhile', async () => {
    let now = 1_800_000_000_000
    const first = await startForTest({ stateFile, now: () => now })
    const id = await createInvoice(first)
    await first.stop()
    now += 3_600_000
    const second = await startForTest({ stateFile, now: () => now })
    second.tick()
    expect(standing(second, id)).toBe('Expired/None')
  })

  it('leaves no half-written file behind, and shows the keys to nobody else', async () => {
    const btcpay = await startForTest({ stateFile })
    await createInvoice(btcpay)
    await btcpay.stop()
    expect(readdirSync(join(folder, 'data'))).toEqual(['btcpay.json'])
    expect(JSON.parse(readFileSync(stateFile, 'utf8'))).toMatchObject({ version: 1 })
    if (process.platform !== 'win32') expect(statSync(stateFile).mode & 0o077).toBe(0)
  })

  it('refuses a file that it cannot read instead of overwriting it', async () => {
    const file = join(folder, 'other.json')
    writeFileSync(file, '{"version":2}')
    await expect(startBtcpay({ stateFile: file })).rejects.toThrow(file)
    expect(readFileSync(file, 'utf8')).toBe('{"version":2}')
  })
})

it('does not start in production, where somebody might take its money for real', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  await expect(startBtcpay()).rejects.toThrow('production')
  vi.unstubAllEnvs()
})

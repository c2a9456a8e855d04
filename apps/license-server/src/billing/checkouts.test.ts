import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCheckoutRequestSchema } from '@autotele/shared'
import { startBilling, type Billing } from '../testing/billing.ts'
import { someDevice } from '../testing/device.ts'
import type { Btcpay } from './btcpay-client.ts'

let billing: Billing
beforeAll(async () => (billing = await startBilling()))
afterAll(() => billing.stop())

/** A machine that slept while BTCPay answered it. */
test('an attempt taken for dead that comes back changes nothing of what the next one was told', async () => {
  const { clock, db, replica } = billing
  const request = createCheckoutRequestSchema.parse({ plan: 'monthly', device: someDevice })
  const device = 'A'.repeat(43)
  const key = randomUUID()
  const create = (over: Partial<Btcpay> = {}) =>
    replica('grant', over).checkouts.create(device, request, key, Buffer.from('{}'))

  const sleep = new EventEmitter()
  const [asleep, awake] = [once(sleep, 'begins'), once(sleep, 'ends')]
  const { createInvoice } = replica().btcpay
  const first = create({
    async createInvoice(invoice) {
      sleep.emit('begins')
      await awake
      return await createInvoice(invoice)
    },
  })
  await asleep
  expect(await create()).toMatchObject({ ok: false, code: 'IDEMPOTENCY_IN_PROGRESS' })
  clock.advance({ seconds: 91 })
  const second = await create()
  if (!second.ok) throw new Error(second.code)
  const { invoiceId } = await db.checkout.findUniqueOrThrow({ where: { id: second.body.id } })

  sleep.emit('ends')
  expect(await first).toMatchObject({ ok: false, code: 'IDEMPOTENCY_IN_PROGRESS' })
  expect(await db.checkout.findUniqueOrThrow({ where: { id: second.body.id } })).toMatchObject({
    ...{ invoiceId, checkoutUrl: second.body.checkoutUrl },
  })
  expect(await create()).toEqual({ ...second, replayed: true })
})

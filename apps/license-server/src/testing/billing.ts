import { randomUUID } from 'node:crypto'
import { createCheckoutRequestSchema } from '@autotele/shared'
import {
  createArchive,
  createAttention,
  createBtcpay,
  createCheckouts,
  createInbox,
  createReconcile,
  createRefundWatch,
  createSettle,
  createSweep,
} from '../billing/index.ts'
import type { Btcpay } from '../billing/btcpay-client.ts'
import { openStorage } from '../storage/database.ts'
import { MIGRATED } from './cluster.ts'
import { someDevice } from './device.ts'
import { startFakeBtcpay, type FakeInvoice } from './fake-btcpay.ts'
import { createDatabase, createTestClock } from './harness.ts'

/** The money side of the server on a database of its own, without HTTP: any number of replicas, a clock, a fake BTCPay. */
export async function startBilling() {
  const clock = createTestClock()
  const database = await createDatabase(MIGRATED)
  const { db, pool } = openStorage({ url: database.url, file: undefined }, () => undefined)
  const fake = await startFakeBtcpay(clock.unix)
  const found: string[] = []
  const foreign: string[] = []
  const worked: { outcome: string }[] = []

  /** A replica: its own objects over the same database. */
  function replica(latePayments: 'grant' | 'review' = 'grant', over: Partial<Btcpay> = {}) {
    const now = clock.now
    const btcpay = { ...createBtcpay({ url: fake.url, apiKey: 'test-key', storeId: 'store' }), ...over }
    const settling = createSettle({ db, clock: now, btcpay, latePayments, reconcileSeconds: 300 })
    const { settle } = settling
    const onFound = (invoiceId: string) => void found.push(invoiceId)
    const onForeign = (invoiceId: string) => void foreign.push(invoiceId)
    const onError = () => undefined
    return {
      btcpay,
      settle,
      queue: createAttention({ db, clock: now, settling }),
      inbox: createInbox({ db, pool, clock: now, settle, onWorked: result => worked.push(result) }),
      reconcile: createReconcile({ db, clock: now, settle, reconcileSeconds: 300, onFound, onError }),
      sweep: createSweep({ db, clock: now, btcpay, settle, onFound, onForeign, onError }),
      watchRefunds: createRefundWatch({ db, clock: now, btcpay }),
      archive: createArchive({ db, clock: now, btcpay }),
      checkouts: createCheckouts({
        db,
        clock: now,
        pepper: Buffer.alloc(32, 1),
        btcpay,
        openIssuer: () => Promise.reject(new Error('no tokens here')),
        reconcileSeconds: 300,
        onError,
      }),
    }
  }

  return {
    clock,
    db,
    pool,
    fake,
    /** Invoices whose payment no webhook had announced. */
    found,
    /** Invoices met by the sweep that are none of ours. */
    foreign,
    worked,
    replica,

    async checkout(
      deviceId: string = newDevice(),
    ): Promise<{ id: string; invoiceId: string; deviceId: string }> {
      const request = createCheckoutRequestSchema.parse({ plan: 'monthly', device: someDevice })
      const made = await replica().checkouts.create(deviceId, request, randomUUID(), Buffer.from('{}'))
      if (!made.ok) throw new Error(made.code)
      const { invoiceId } = await db.checkout.findUniqueOrThrow({ where: { id: made.body.id } })
      return { id: made.body.id, invoiceId: invoiceId ?? '', deviceId }
    },
    body: (invoiceId: string, over: object = {}) =>
      Buffer.from(JSON.stringify({ type: 'InvoiceSettled', invoiceId, deliveryId: randomUUID(), ...over })),
    pay: (invoiceId: string, over: Partial<FakeInvoice> = {}) =>
      fake.set(invoiceId, {
        status: 'Settled',
        additionalStatus: 'None',
        paidAmount: '29.99',
        payments: [{ receivedDate: clock.unix(), status: 'Settled' }],
        ...over,
      }),
    ledger: (invoiceId: string) =>
      db.ledgerEntry.findMany({ where: { invoiceId }, orderBy: { revision: 'asc' } }),
    /** Kinds of what waits for a person about this invoice. */
    attention: async (invoiceId: string) =>
      (await db.attention.findMany({ where: { invoiceId, resolvedAt: null }, orderBy: { id: 'asc' } })).map(
        item => item.kind,
      ),
    licenseOf: (id: string) => db.license.findFirstOrThrow({ where: { checkouts: { some: { id } } } }),
    async drain(inbox = replica().inbox) {
      while (await inbox.workOnce());
    },
    async stop() {
      await fake.stop()
      await db.$disconnect()
      await database.drop()
    },
  }
}
export type Billing = Awaited<ReturnType<typeof startBilling>>

const newDevice = () =>
  Buffer.from(randomUUID().replaceAll('-', '')).toString('base64url').padEnd(43, 'A').slice(0, 43)

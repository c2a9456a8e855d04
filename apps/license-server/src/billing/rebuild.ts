import { createHash, randomBytes } from 'node:crypto'
import { checkoutIdSchema } from '@autotele/shared'
import { fromUnix, toDate, toIso, type Clock } from '../clock.ts'
import { freshKey, releaseSeat } from '../licensing/index.ts'
import type { Database } from '../storage/database.ts'
import type { Btcpay } from './btcpay-client.ts'
import { ITEM_CODE, type Invoice } from './invoice.ts'
import { compareMoney } from './money.ts'
import type { Settle } from './settle.ts'

const PAGE = 100

/** A purchase that was found at BTCPay alone. */
export type Recovered = {
  readonly invoiceId: string
  /** What the customer's application and receipt call it. */
  readonly orderId: string
  readonly createdAt: string
  readonly licenseId: string | null
  /** For the customer, who proves the purchase with the invoice; told here and kept nowhere in clear. */
  readonly licenseKey: string
}

/**
 * Makes good what a lost database no longer knows: every invoice of ours in the store that took money and has no row here
 * gets one, and is judged by the same rules as any other. BTCPay does not know whose computer it was, so each becomes a
 * licence of its own with a new key. May be run again: what has a row is left alone.
 */
export function createRebuild(options: {
  readonly db: Database
  readonly clock: Clock
  readonly btcpay: Btcpay
  readonly settle: Settle
  readonly pepper: Uint8Array
  readonly onRecovered: (recovered: Recovered) => void
  readonly onError: (error: unknown, invoiceId: string) => void
}) {
  const { db, clock, btcpay, settle, pepper, onRecovered, onError } = options

  return async function rebuild(): Promise<number> {
    let listed = 0
    for (let skip = 0; ; skip += PAGE) {
      const { invoices, size } = await btcpay.listInvoices({ since: 0, skip, take: PAGE })
      listed += size
      for (const invoice of invoices) {
        try {
          await recover(invoice)
        } catch (error) {
          onError(error, invoice.id)
        }
      }
      if (size < PAGE) return listed
    }
  }

  async function recover(invoice: Invoice): Promise<void> {
    const { itemCode, orderId } = invoice.metadata
    const id = checkoutIdSchema.safeParse(orderId).data
    const paid = invoice.status === 'Settled' || compareMoney(invoice.paidAmount, '0') > 0
    if (!paid || itemCode !== ITEM_CODE || id === undefined) return
    const known = { OR: [{ id }, { invoiceId: invoice.id }] }
    if ((await db.checkout.count({ where: known })) > 0) return
    // A placeholder for the computer that nobody knows; no key of a device has this thumbprint.
    const deviceId = createHash('sha256').update(`recovered:${id}`).digest('base64url')
    const { licenseKey, data } = freshKey(pepper)
    await db.$transaction(async tx => {
      const now = toDate(clock())
      const device = { label: 'recovered', platform: 'web', appVersion: '0', createdAt: now, lastSeenAt: now }
      await tx.device.create({ data: { id: deviceId, ...device } })
      await tx.checkout.create({
        data: {
          ...{ id, deviceId, plan: 'monthly', ...data },
          // What was sold then; `settle` compares it with the invoice again.
          ...{ amount: invoice.amount, currency: invoice.currency },
          // No secret opens these: whoever made the checkout has lost it with the database.
          ...{ claimHash: randomBytes(32).toString('hex'), sealedKey: randomBytes(32) },
          createdAt: toDate(fromUnix(invoice.createdTime)),
          invoiceId: invoice.id,
          checkoutUrl: invoice.checkoutLink,
          expiresAt: toDate(fromUnix(invoice.expirationTime)),
          state: 'awaiting_payment',
          nextCheckAt: now,
        },
      })
    })
    await settle(invoice.id)
    const { licenseId } = await db.checkout.findUniqueOrThrow({ where: { id } })
    if (licenseId !== null) await db.$transaction(tx => releaseSeat(tx, licenseId, deviceId, clock))
    const createdAt = toIso(fromUnix(invoice.createdTime))
    onRecovered({ invoiceId: invoice.id, orderId: id, createdAt, licenseId, licenseKey })
  }
}

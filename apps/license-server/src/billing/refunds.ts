import type { Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'
import { raise } from './attention-items.ts'
import { mayInStore, type Btcpay } from './btcpay-client.ts'

/**
 * BTCPay names the pull payment of a refund so unless its maker names it otherwise (GreenfieldInvoiceController.RefundInvoice);
 * nothing of the invoice itself shows that one was made.
 */
const REFUND_NAME = /^Refund (\S{1,200})$/

/** What may list pull payments also may approve payouts, so an API key that may not is as it should be. */
const SUFFICIENT = ['btcpay.store.canmanagepullpayments', 'btcpay.store.canmodifystoresettings']

export type RefundsSeen =
  { readonly allowed: true; readonly found: readonly string[] } | { readonly allowed: false }

/**
 * Finds the refunds whose webhook was lost, by BTCPay's list of pull payments. Where the API key may not see it, nothing
 * is asked: the command `reconcile` does it with an operator's key.
 */
export function createRefundWatch(options: {
  readonly db: Database
  readonly clock: Clock
  readonly btcpay: Pick<Btcpay, 'permissions' | 'storeId' | 'listPullPayments'>
}) {
  const { db, clock, btcpay } = options

  return async function watchRefunds(): Promise<RefundsSeen> {
    if (!mayInStore(await btcpay.permissions(), btcpay.storeId, SUFFICIENT)) return { allowed: false }
    const refunds = (await btcpay.listPullPayments()).flatMap(({ id, name }) => {
      const invoiceId = REFUND_NAME.exec(name ?? '')?.[1]
      return invoiceId === undefined ? [] : [{ invoiceId, key: keyOf(invoiceId, id), id }]
    })
    const known = await db.attention.findMany({
      where: { key: { in: refunds.map(({ key }) => key) } },
      select: { key: true },
    })
    const keys = new Set(known.map(({ key }) => key))
    const found: string[] = []
    for (const { invoiceId, key, id } of refunds) {
      if (!keys.has(key) && (await recordRefund(db, clock, invoiceId, id))) found.push(invoiceId)
    }
    return { allowed: true, found }
  }
}

const keyOf = (invoiceId: string, pullPaymentId: string | null): string =>
  `refund:${invoiceId}:${pullPaymentId ?? ''}`

/**
 * Puts a refund before a person: it is a promise to pay back, which the customer must still claim. `false` when it is
 * of no concern to us, an invoice neither made by us nor ever worth anything.
 */
export async function recordRefund(
  db: Database,
  clock: Clock,
  invoiceId: string,
  pullPaymentId: string | null,
): Promise<boolean> {
  const grant = await db.ledgerEntry.findFirst({ where: { invoiceId } })
  const checkout = await db.checkout.findUnique({ where: { invoiceId } })
  if (!grant && !checkout) return false
  const licenseId = grant ? grant.licenseId : (checkout?.licenseId ?? null)
  await raise(db, clock, {
    key: keyOf(invoiceId, pullPaymentId),
    kind: 'refund',
    invoiceId,
    checkout: { id: checkout?.id ?? null, licenseId },
    detail: { pullPaymentId },
  })
  return true
}

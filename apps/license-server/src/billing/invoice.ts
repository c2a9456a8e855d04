import { z } from 'zod'
import type { Checkout } from '../storage/generated/client.ts'
import { compareMoney, plainMoney } from './money.ts'

/** Decimal string in its one form; BTCPay writes strings, other versions have written numbers. */
const decimal = z
  .union([z.string(), z.number().transform(String)])
  .pipe(z.string().regex(/^-?\d{1,12}(\.\d+)?$/))
  .transform(plainMoney)

/** A name that was told to us: without control characters, for a table takes no NUL and a terminal obeys the others. */
export const toldSchema = z.string().regex(/^\P{Cc}{1,200}$/u)
/** Whoever makes an invoice writes into its metadata what he likes. */
const told = toldSchema.nullish().catch(null)

/**
 * What we read of a BTCPay invoice. Lenient: unknown members are ignored, unknown states stay text and are judged by
 * `decide`, because a newer BTCPay must never stop the worker.
 */
export const invoiceSchema = z.object({
  id: z.string().min(1),
  storeId: z.string(),
  type: z.string(),
  currency: z.string(),
  amount: decimal,
  paidAmount: decimal.nullish().transform(value => value ?? '0'),
  status: z.string(),
  additionalStatus: z
    .string()
    .nullish()
    .transform(value => value ?? 'None'),
  createdTime: z.number(),
  expirationTime: z.number(),
  monitoringExpiration: z
    .number()
    .nullish()
    .transform(value => value ?? null),
  checkoutLink: z.string(),
  metadata: z
    .looseObject({ orderId: told, itemCode: told })
    .nullish()
    .transform(value => value ?? { orderId: null, itemCode: null }),
})
export type Invoice = z.infer<typeof invoiceSchema>

/** A payment that BTCPay accounts for. */
const paymentSchema = z.object({ receivedDate: z.number(), status: z.string() })
export type Payment = z.infer<typeof paymentSchema>
export const paymentMethodsSchema = z.array(
  z.object({
    payments: z
      .array(paymentSchema)
      .nullish()
      .transform(value => value ?? []),
  }),
)

/** What is sold, as BTCPay's metadata names it. */
export const ITEM_CODE = 'autotele-month-1'
/** BTCPay's clock may be behind ours by this much. */
const CLOCK_SKEW_SECONDS = 300

/** What we asked BTCPay for when we made the invoice. */
export type Asked = {
  readonly invoiceId: string
  readonly storeId: string
  readonly amount: string
  readonly currency: string
}

/** Whether BTCPay's invoice is the one we asked for, to the cent. */
export function isWhatWeAsked(invoice: Invoice, asked: Asked): boolean {
  return (
    invoice.id === asked.invoiceId &&
    invoice.storeId === asked.storeId &&
    invoice.type === 'Standard' &&
    invoice.currency === asked.currency &&
    compareMoney(invoice.amount, asked.amount) === 0
  )
}

/** Whether an invoice is one that we asked for with this checkout: found by its order id, which anyone could copy. */
export function answersCheckout(invoice: Invoice, storeId: string, checkout: Checkout): boolean {
  const { amount, currency } = checkout
  return (
    isWhatWeAsked(invoice, { invoiceId: invoice.id, storeId, amount, currency }) &&
    invoice.metadata.orderId === checkout.id &&
    invoice.metadata.itemCode === ITEM_CODE &&
    invoice.createdTime >= checkout.createdAt.getTime() / 1000 - CLOCK_SKEW_SECONDS
  )
}

import { z } from 'zod'

/** Greenfield enumerations as BTCPay 2.4.1's code has them; its OpenAPI file lists one additional status too many. */
export const invoiceStatuses = ['New', 'Processing', 'Expired', 'Invalid', 'Settled'] as const
export const additionalStatuses = ['None', 'PaidLate', 'PaidPartial', 'Marked', 'PaidOver'] as const
export const speedPolicies = ['HighSpeed', 'MediumSpeed', 'LowMediumSpeed', 'LowSpeed'] as const
export const paymentMethodIds = ['BTC-CHAIN', 'BTC-LN'] as const

export type InvoiceStatus = (typeof invoiceStatuses)[number]
export type AdditionalStatus = (typeof additionalStatuses)[number]
export type PaymentMethodId = (typeof paymentMethodIds)[number]

const count = z.number().int().nonnegative()
const json = z.record(z.string(), z.unknown())

/**
 * One payment. `Invalid` is a payment that a double spend replaced: it no longer counts.
 * `plan` is what the checkout page promised to do with it, at a time in milliseconds.
 */
const payment = z.object({
  id: z.string(),
  method: z.enum(paymentMethodIds),
  receivedDate: count,
  sats: count,
  status: z.enum(['Processing', 'Settled', 'Invalid']),
  destination: z.string(),
  plan: z.object({ action: z.enum(['confirm', 'replace']), at: z.number() }).nullable(),
})

/** One invoice. Times are Unix seconds, `amount` a decimal string (null: a top-up nobody paid yet), `rate` minor units of the currency for one bitcoin. */
const invoice = z.object({
  id: z.string(),
  amount: z.string().nullable(),
  type: z.enum(['Standard', 'TopUp']),
  currency: z.string(),
  rate: z.number().int().positive(),
  createdTime: count,
  expirationTime: count,
  monitoringExpiration: count,
  status: z.enum(invoiceStatuses),
  additionalStatus: z.enum(additionalStatuses),
  archived: z.boolean(),
  metadata: json,
  checkout: z.object({
    speedPolicy: z.enum(speedPolicies),
    paymentMethods: z.array(z.enum(paymentMethodIds)),
    defaultPaymentMethod: z.string().nullable(),
    lazyPaymentMethods: z.boolean().nullable(),
    paymentTolerance: z.number(),
    redirectURL: z.string().nullable(),
    redirectAutomatically: z.boolean(),
    defaultLanguage: z.string().nullable(),
  }),
  receipt: z.object({ enabled: z.boolean(), showQR: z.boolean(), showPayments: z.boolean() }),
  searchTerms: z.array(z.string()),
  address: z.string(),
  bolt11: z.string(),
  payments: z.array(payment),
})

/** The settings a store keeper can change and that matter to an integration. Durations are seconds. */
const store = z.object({
  id: z.string(),
  name: z.string(),
  defaultCurrency: z.string(),
  invoiceExpiration: count,
  monitoringExpiration: count,
  speedPolicy: z.enum(speedPolicies),
  paymentTolerance: z.number().min(0).max(100),
  anyoneCanCreateInvoice: z.boolean(),
  archived: z.boolean(),
})

const apiKey = z.object({ apiKey: z.string(), label: z.string(), permissions: z.array(z.string()) })

const webhook = z.object({
  id: z.string(),
  secret: z.string(),
  url: z.string(),
  enabled: z.boolean(),
  automaticRedelivery: z.boolean(),
  everything: z.boolean(),
  specificEvents: z.array(z.string()),
})

/** One ended attempt. `body` is the exact text that was sent; null once it is older than 60 days, as BTCPay prunes it. */
const delivery = z.object({
  id: z.string(),
  webhookId: z.string(),
  originalDeliveryId: z.string(),
  timestamp: count,
  deliveryTime: count,
  httpCode: z.number().int().nullable(),
  errorMessage: z.string().nullable(),
  status: z.enum(['Failed', 'HttpError', 'HttpSuccess']),
  body: z.string().nullable(),
})

/** A promise to pay out, which a customer may claim: what a refund is. `amount` in bitcoin. */
const pullPayment = z.object({ id: z.string(), name: z.string(), amount: z.string() })

export const stateSchema = z.object({
  version: z.literal(1),
  store,
  runtimeKey: z.string(),
  operatorKey: z.string(),
  apiKeys: z.array(apiKey),
  webhooks: z.array(webhook),
  /** The one that the operator set, as opposed to those made over the API. */
  operatorWebhook: z.string().nullable(),
  invoices: z.array(invoice),
  deliveries: z.array(delivery),
  /** Absent from files of earlier versions. */
  pullPayments: z.array(pullPayment).default([]),
})

export type State = z.infer<typeof stateSchema>
export type Store = z.infer<typeof store>
export type ApiKey = z.infer<typeof apiKey>
export type Invoice = z.infer<typeof invoice>
export type Payment = z.infer<typeof payment>
export type Webhook = z.infer<typeof webhook>
export type PullPayment = z.infer<typeof pullPayment>
export type Delivery = z.infer<typeof delivery>

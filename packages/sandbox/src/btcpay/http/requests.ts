import { z } from 'zod'
import { findLanguage } from '../languages.ts'
import { paymentMethodIds, speedPolicies, type PaymentMethodId, type Store } from '../model.ts'
import { decimalsOf, fromMinor, toMinor } from '../money.ts'
import type { Draft } from '../till.ts'
import type { ValidationError } from './replies.ts'

/** Methods that BTCPay knows, under their old names too; null: known, but this store has not set it up. */
const methodNames: Readonly<Record<string, PaymentMethodId | null>> = {
  'BTC-CHAIN': 'BTC-CHAIN',
  BTC: 'BTC-CHAIN',
  'BTC-LN': 'BTC-LN',
  'BTC-LightningNetwork': 'BTC-LN',
  'BTC-LightningLike': 'BTC-LN',
  'BTC-LNURL': null,
}

const maxAmount = 10n ** 13n

const decimal = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine(text => toMinor(text, 2) !== undefined, 'Not a decimal number')
  .refine(text => !text.startsWith('-'), 'The amount should be 0 or more.')
  .refine(text => (toMinor(text, 0) ?? 0n) <= maxAmount, `The amount should less than ${String(maxAmount)}.`)

const minutes = z.number().int().nonnegative()

const createSchema = z.object({
  amount: decimal.nullish(),
  currency: z.string().trim().toUpperCase().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  additionalSearchTerms: z.array(z.string()).nullish(),
  receipt: z
    .object({
      enabled: z.boolean().nullish(),
      showQR: z.boolean().nullish(),
      showPayments: z.boolean().nullish(),
    })
    .nullish(),
  checkout: z
    .object({
      speedPolicy: z.enum(speedPolicies).nullish(),
      paymentMethods: z
        .array(z.string().refine(name => Object.hasOwn(methodNames, name), 'Invalid PaymentMethodId'))
        .nullish(),
      defaultPaymentMethod: z.string().nullish(),
      lazyPaymentMethods: z.boolean().nullish(),
      expirationMinutes: minutes.min(1, 'Expiration time must be at least 30 seconds').nullish(),
      monitoringMinutes: minutes.nullish(),
      paymentTolerance: z
        .number()
        .refine(
          percent => percent >= 0 && percent <= 100,
          'PaymentTolerance can only be between 0 and 100 percent',
        )
        .nullish(),
      redirectURL: z.string().nullish(),
      redirectAutomatically: z.boolean().nullish(),
      defaultLanguage: z
        .string()
        .refine(code => findLanguage(code) !== undefined, 'The requested defaultLang does not exists')
        .nullish(),
    })
    .nullish(),
})

const metadataSchema = z.object({ metadata: z.record(z.string(), z.unknown()) })

const markSchema = z.object({ status: z.enum(['Settled', 'Invalid']) })

const webhookSchema = z.object({
  url: z.string().refine(url => URL.canParse(url) && /^https?:/i.test(url), 'The URL is not valid'),
  enabled: z.boolean().nullish(),
  automaticRedelivery: z.boolean().nullish(),
  secret: z.string().nullish(),
  // Misspelt event names are accepted, and never fire.
  authorizedEvents: z
    .object({ everything: z.boolean().nullish(), specificEvents: z.array(z.string()).nullish() })
    .nullish(),
})

type Parsed<T> = { readonly value: T } | { readonly errors: readonly ValidationError[] }

/** The body of `POST /invoices` with the store's defaults applied. */
export function parseDraft(body: unknown, store: Store): Parsed<Draft> {
  const parsed = parse(createSchema, body)
  if ('errors' in parsed) return parsed
  const { amount, metadata, receipt, additionalSearchTerms, ...value } = parsed.value
  const checkout = value.checkout ?? {}
  const currency = value.currency ?? store.defaultCurrency
  const methods = checkout.paymentMethods?.map(name => methodNames[name] ?? null)
  return {
    value: {
      amount: amount == null ? null : rounded(amount, decimalsOf(currency)),
      currency,
      metadata: metadata ?? {},
      checkout: {
        speedPolicy: checkout.speedPolicy ?? store.speedPolicy,
        paymentMethods: paymentMethodIds.filter(method => !methods?.length || methods.includes(method)),
        defaultPaymentMethod: checkout.defaultPaymentMethod ?? null,
        lazyPaymentMethods: checkout.lazyPaymentMethods ?? null,
        paymentTolerance: checkout.paymentTolerance ?? store.paymentTolerance,
        redirectURL: webAddress(checkout.redirectURL),
        redirectAutomatically: checkout.redirectAutomatically ?? false,
        defaultLanguage:
          checkout.defaultLanguage == null ? null : (findLanguage(checkout.defaultLanguage) ?? null),
      },
      receipt: {
        enabled: receipt?.enabled ?? true,
        showQR: receipt?.showQR ?? true,
        showPayments: receipt?.showPayments ?? true,
      },
      searchTerms: additionalSearchTerms ?? [],
      expiresIn:
        checkout.expirationMinutes == null ? store.invoiceExpiration : checkout.expirationMinutes * 60,
      monitoredFor:
        checkout.monitoringMinutes == null ? store.monitoringExpiration : checkout.monitoringMinutes * 60,
    },
  }
}

/** The body of `PUT /invoices/{id}`. */
export function parseMetadata(body: unknown) {
  return parse(metadataSchema, body)
}

/** The body of `POST /invoices/{id}/status`. */
export function parseMark(body: unknown) {
  return parse(markSchema, body)
}

/** The body of `POST` or `PUT` of a webhook: what is left out becomes true, as in BTCPay. */
export function parseWebhook(body: unknown) {
  const parsed = parse(webhookSchema, body)
  if ('errors' in parsed) return parsed
  const { url, enabled, automaticRedelivery, secret, authorizedEvents } = parsed.value
  return {
    value: {
      url,
      secret: secret ? secret : undefined,
      enabled: enabled ?? true,
      automaticRedelivery: automaticRedelivery ?? true,
      everything: authorizedEvents ? (authorizedEvents.everything ?? false) : true,
      specificEvents: authorizedEvents?.specificEvents ?? [],
    },
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown): Parsed<T> {
  const result = schema.safeParse(body)
  if (result.success) return { value: result.data }
  return {
    errors: result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  }
}

/** BTCPay keeps the scale it was given and cuts it at the currency's decimals: "30" stays "30". */
function rounded(amount: string, decimals: number): string {
  const scale = amount.split('.')[1]?.length ?? 0
  return scale <= decimals ? amount : fromMinor(toMinor(amount, decimals) ?? 0n, decimals)
}

/** Anything but an absolute http(s) address is dropped without a word. */
function webAddress(text: string | null | undefined): string | null {
  return text && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : null
}

import { availableMarks } from './life-cycle.ts'
import { bitcoin, decimalsOf, fromMinor } from './money.ts'
import type { Delivery, Invoice, PaymentMethodId, PullPayment, Store, Webhook } from './model.ts'
import { counts, dueSats, paidAmount, paymentModel } from './totals.ts'
import { btcpayVersion } from './webhooks.ts'

/** An invoice as the Greenfield API shows it: money as strings, times in Unix seconds, links on the host that asked. */
export type InvoiceModel = ReturnType<typeof invoiceModel>

export function invoiceModel(invoice: Invoice, storeId: string, origin: string, withMethods = false) {
  const { checkout } = invoice
  return {
    id: invoice.id,
    storeId,
    amount: invoice.amount ?? '0',
    paidAmount: paidAmount(invoice),
    type: invoice.type,
    currency: invoice.currency,
    checkoutLink: `${origin}/i/${invoice.id}`,
    status: invoice.status,
    additionalStatus: invoice.additionalStatus,
    createdTime: invoice.createdTime,
    expirationTime: invoice.expirationTime,
    monitoringExpiration: invoice.monitoringExpiration,
    availableStatusesForManualMarking: availableMarks(invoice),
    archived: invoice.archived,
    paymentMethods: withMethods ? paymentMethodModels(invoice, true) : [],
    metadata: invoice.metadata,
    checkout: {
      speedPolicy: checkout.speedPolicy,
      paymentMethods: checkout.paymentMethods,
      defaultPaymentMethod: checkout.defaultPaymentMethod,
      expirationMinutes: minutes(invoice.createdTime, invoice.expirationTime),
      monitoringMinutes: minutes(invoice.expirationTime, invoice.monitoringExpiration),
      paymentTolerance: checkout.paymentTolerance,
      redirectURL: checkout.redirectURL,
      redirectAutomatically: checkout.redirectAutomatically,
      defaultLanguage: checkout.defaultLanguage,
      lazyPaymentMethods: checkout.lazyPaymentMethods,
    },
    receipt: invoice.receipt,
  }
}

function minutes(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 60))
}

/** One element per payment method of the invoice; replaced payments only on request. */
export function paymentMethodModels(invoice: Invoice, onlyAccounted: boolean) {
  const due = dueSats(invoice)
  const accounted = invoice.payments.filter(counts)
  const total = accounted.reduce((sum, { sats }) => sum + sats, 0)
  return invoice.checkout.paymentMethods.map(method => {
    const mine = (onlyAccounted ? accounted : invoice.payments).filter(payment => payment.method === method)
    const paid = mine.filter(counts).reduce((sum, { sats }) => sum + sats, 0)
    const destination = method === 'BTC-LN' ? invoice.bolt11 : invoice.address
    return {
      paymentMethodId: method,
      currency: 'BTC',
      destination,
      paymentLink: paymentLink(method, destination, Math.max(0, due - total)),
      rate: fromMinor(BigInt(invoice.rate), decimalsOf(invoice.currency)),
      paymentMethodPaid: bitcoin(paid),
      totalPaid: bitcoin(total),
      due: bitcoin(due - total),
      amount: bitcoin(due),
      paymentMethodFee: '0',
      payments: mine.map(paymentModel),
      activated: true,
      additionalData: {},
    }
  })
}

function paymentLink(method: PaymentMethodId, destination: string, sats: number): string {
  return method === 'BTC-LN' ? `lightning:${destination}` : `bitcoin:${destination}?amount=${bitcoin(sats)}`
}

/** The store with BTCPay's defaults for everything that no integration of ours depends on. */
export function storeModel(store: Store) {
  return {
    ...store,
    website: null,
    supportUrl: null,
    logoUrl: null,
    cssUrl: null,
    paymentSoundUrl: null,
    brandColor: null,
    applyBrandColorToBackend: false,
    additionalTrackedRates: [],
    displayExpirationTimer: 300,
    refundBOLT11Expiration: 30,
    lightningDescriptionTemplate: 'Paid to {StoreName} (Order ID: {OrderId})',
    receipt: { enabled: true, showQR: true, showPayments: true },
    lightningAmountInSatoshi: false,
    lightningPrivateRouteHints: false,
    onChainWithLnInvoiceFallback: false,
    redirectAutomatically: false,
    showRecommendedFee: true,
    recommendedFeeBlockTarget: 1,
    defaultLang: 'en',
    htmlTitle: null,
    networkFeeMode: 'MultiplePaymentsOnly',
    payJoinEnabled: false,
    autoDetectLanguage: true,
    showPayInWalletButton: true,
    showStoreHeader: true,
    celebratePayment: false,
    playSoundOnPayment: false,
    lazyPaymentMethods: false,
    defaultPaymentMethod: 'BTC-CHAIN',
    paymentMethodCriteria: [],
  }
}

export function serverInfoModel(synchronised: boolean) {
  const blocks = 900_000
  const seen = synchronised ? blocks : blocks - 5_000
  return {
    version: btcpayVersion,
    onion: null,
    supportedPaymentMethods: ['BTC-CHAIN', 'BTC-LN'],
    fullySynched: synchronised,
    syncStatus: [
      {
        paymentMethodId: 'BTC-CHAIN',
        nodeInformation: {
          headers: blocks,
          blocks: seen,
          verificationProgress: synchronised ? 1 : seen / blocks,
        },
        chainHeight: blocks,
        syncHeight: seen,
        available: synchronised,
      },
    ],
  }
}

/** A webhook without its secret, which only the answer to its creation holds. */
export function webhookModel({ id, url, enabled, automaticRedelivery, everything, specificEvents }: Webhook) {
  return { id, enabled, automaticRedelivery, url, authorizedEvents: { everything, specificEvents } }
}

export function deliveryModel({ id, timestamp, deliveryTime, httpCode, errorMessage, status }: Delivery) {
  return { id, timestamp, deliveryTime, httpCode, errorMessage, status }
}

/** A pull payment as BTCPay lists it; `origin` is where the claim page would be. */
export function pullPaymentModel({ id, name, amount }: PullPayment, origin: string) {
  return {
    id,
    name,
    description: '',
    currency: 'BTC',
    amount,
    BOLT11Expiration: '30',
    autoApproveClaims: false,
    archived: false,
    viewLink: `${origin}/pull-payments/${id}`,
  }
}

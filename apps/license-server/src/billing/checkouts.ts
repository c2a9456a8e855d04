import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import {
  deriveSealingKey,
  formatLicenseKey,
  generateLicenseKey,
  hashLicenseKey,
  openSealed,
  sealBytes,
} from '@autotele/crypto'
import {
  checkoutStateSchema,
  createCheckoutResponseSchema,
  licenseIdSchema,
  moneySchema,
  MONTHLY_PLAN,
  ROUTES,
  type CheckoutResponse,
  type CreateCheckoutRequest,
  type CreateCheckoutResponse,
} from '@autotele/shared'
import { fromDate, fromUnix, isBefore, plusSeconds, toDate, toIso, type Clock } from '../clock.ts'
import { newCheckoutId } from '../ids.ts'
import {
  isUsable,
  licenseFacts,
  licenseOf,
  registerDevice,
  standing,
  type OpenIssuer,
} from '../licensing/index.ts'
import { retryConflicts, runIn, type Database, type Tx } from '../storage/database.ts'
import type { Checkout } from '../storage/generated/client.ts'
import { BtcpayError, type Btcpay } from './btcpay-client.ts'
import { actionFor, MESSAGES } from './checkout-answers.ts'
import { answersCheckout, ITEM_CODE, type Invoice } from './invoice.ts'

const POLL_SECONDS = 5
/** Longer than BTCPay may take: a second call with the same key meanwhile is told to wait. */
const LEASE_SECONDS = 90

export type CheckoutCreation =
  | { readonly ok: true; readonly replayed: boolean; readonly body: CreateCheckoutResponse }
  | { readonly ok: false; readonly code: 'NOT_FOUND' | 'IDEMPOTENCY_KEY_REUSED' }
  | {
      readonly ok: false
      readonly code: 'IDEMPOTENCY_IN_PROGRESS' | 'PAYMENTS_UNAVAILABLE'
      readonly retryAfter: number
    }

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

export function createCheckouts(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  /** `undefined` while payments are not set up. */
  readonly btcpay: Btcpay | undefined
  readonly openIssuer: OpenIssuer
  /** When the reconciler should first look at a new invoice, in seconds. */
  readonly reconcileSeconds: number
  readonly onError: (error: BtcpayError, checkoutId: string) => void
}) {
  const { db, clock, pepper, btcpay, openIssuer, reconcileSeconds, onError } = options

  /** Seals what is answered under the caller's own key: what is stored shows no claim secret. */
  const responseKey = (idempotencyKey: string) =>
    deriveSealingKey(Buffer.concat([pepper, Buffer.from(idempotencyKey)]), 'idempotent response')

  type Claim =
    | { readonly outcome: CheckoutCreation }
    | {
        readonly checkout: Checkout
        readonly claimSecret: string
        /** An earlier attempt under the same key came to nothing, or was taken for dead. */
        readonly again: boolean
        readonly lockedUntil: Date
      }

  /**
   * Takes the idempotency key and writes our row, in one transaction, before BTCPay hears of it. A key whose first
   * attempt failed, or died, goes on with the same row, and so with the same order id.
   */
  async function claim(
    tx: Tx,
    deviceId: string,
    request: CreateCheckoutRequest,
    idempotencyKey: string,
    bodyHash: string,
  ): Promise<Claim> {
    const now = clock()
    const device = await registerDevice(tx, deviceId, request.device, pepper, clock)
    const scope = { deviceId, route: ROUTES.checkouts, keyHash: sha256(idempotencyKey) }
    // The device's row is locked by the line above, so no second call of this device comes between.
    const known = await tx.idempotencyKey.findUnique({ where: { deviceId_route_keyHash: scope } })
    if (known) {
      if (known.bodyHash !== bodyHash) return { outcome: { ok: false, code: 'IDEMPOTENCY_KEY_REUSED' } }
      if (known.response) {
        const plain = openSealed(known.response, responseKey(idempotencyKey), known.resourceId)
        const body = createCheckoutResponseSchema.parse(JSON.parse(Buffer.from(plain).toString()))
        return { outcome: { ok: true, replayed: true, body } }
      }
      if (known.lockedUntil && isBefore(now, fromDate(known.lockedUntil))) {
        return { outcome: { ok: false, code: 'IDEMPOTENCY_IN_PROGRESS', retryAfter: 2 } }
      }
    }

    const own = await licenseOf(tx, deviceId)
    if (request.licenseId !== undefined && request.licenseId !== own?.id) {
      return { outcome: { ok: false, code: 'NOT_FOUND' } }
    }
    const id = known?.resourceId ?? newCheckoutId()
    const claimSecret = randomBytes(32).toString('base64url')
    const key = generateLicenseKey()
    const secrets = {
      claimHash: sha256(claimSecret),
      sealedKey: sealBytes(Buffer.from(key), claimKey(claimSecret), id),
      keyHash: hashLicenseKey(key, pepper),
      keyTail: key.slice(-4),
    }
    const lockedUntil = toDate(plusSeconds(now, LEASE_SECONDS))
    if (known) {
      await tx.idempotencyKey.update({ where: { deviceId_route_keyHash: scope }, data: { lockedUntil } })
      const checkout = await tx.checkout.update({ where: { id }, data: secrets })
      return { checkout, claimSecret, again: true, lockedUntil }
    }
    const checkout = await tx.checkout.create({
      data: {
        id,
        deviceId: device.id,
        licenseId: own?.id ?? null,
        plan: request.plan,
        amount: MONTHLY_PLAN.amount,
        currency: MONTHLY_PLAN.currency,
        email: request.email ?? null,
        ...secrets,
        createdAt: toDate(now),
        state: 'awaiting_payment',
      },
    })
    await tx.idempotencyKey.create({
      data: { ...scope, bodyHash, resourceId: id, lockedUntil, createdAt: toDate(now) },
    })
    return { checkout, claimSecret, again: false, lockedUntil }
  }

  /** Makes the invoice, or finds the one that an earlier attempt made without hearing so. */
  async function obtainInvoice(client: Btcpay, checkout: Checkout, again: boolean): Promise<Invoice> {
    const ours = (invoice: Invoice) => answersCheckout(invoice, client.storeId, checkout)
    const find = async () => (await client.findByOrderId(checkout.id)).filter(ours).at(-1)
    const earlier = again ? await find() : undefined
    if (earlier) return earlier
    try {
      return await client.createInvoice({
        amount: checkout.amount,
        currency: checkout.currency,
        orderId: checkout.id,
        itemCode: ITEM_CODE,
        itemDesc: 'AutoTele, 1 mois',
      })
    } catch (error) {
      if (!(error instanceof BtcpayError) || !error.mayHaveHappened) throw error
      const made = await find().catch(() => undefined)
      if (!made) throw error
      return made
    }
  }

  return {
    /** Makes a checkout and its invoice; the same key and body give the same answer, however often they come. */
    async create(
      deviceId: string,
      request: CreateCheckoutRequest,
      idempotencyKey: string,
      rawBody: Uint8Array,
    ): Promise<CheckoutCreation> {
      const unavailable = { ok: false, code: 'PAYMENTS_UNAVAILABLE', retryAfter: 30 } as const
      if (!btcpay) return unavailable
      const bodyHash = sha256(rawBody)
      const claimed = await retryConflicts(() =>
        db.$transaction(tx => claim(tx, deviceId, request, idempotencyKey, bodyHash)),
      )
      if ('outcome' in claimed) return claimed.outcome
      const { checkout, claimSecret, again, lockedUntil } = claimed
      // While the key is still ours: an attempt that was taken for dead writes nothing over the next one's.
      const where = { deviceId, route: ROUTES.checkouts, keyHash: sha256(idempotencyKey), lockedUntil }
      let invoice: Invoice
      try {
        invoice = await obtainInvoice(btcpay, checkout, again)
      } catch (error) {
        await db.idempotencyKey.updateMany({ where, data: { lockedUntil: null } })
        if (!(error instanceof BtcpayError)) throw error
        onError(error, checkout.id)
        return unavailable
      }
      const body = createCheckoutResponseSchema.parse({
        id: checkout.id,
        claimSecret,
        checkoutUrl: invoice.checkoutLink,
        amount: checkout.amount,
        currency: checkout.currency,
        expiresAt: toIso(fromUnix(invoice.expirationTime)),
        pollAfterSeconds: POLL_SECONDS,
      })
      const response = sealBytes(Buffer.from(JSON.stringify(body)), responseKey(idempotencyKey), checkout.id)
      const kept = await db.$transaction(async tx => {
        const { count } = await tx.idempotencyKey.updateMany({ where, data: { response, lockedUntil: null } })
        if (count === 0) return false
        await tx.checkout.update({
          where: { id: checkout.id },
          data: {
            invoiceId: invoice.id,
            checkoutUrl: invoice.checkoutLink,
            expiresAt: toDate(fromUnix(invoice.expirationTime)),
            nextCheckAt: toDate(plusSeconds(clock(), reconcileSeconds)),
          },
        })
        return true
      })
      return kept
        ? { ok: true, replayed: false, body }
        : { ok: false, code: 'IDEMPOTENCY_IN_PROGRESS', retryAfter: 2 }
    },

    /**
     * What has become of a checkout, for the device that made it and still has the secret; `null` else. Once settled it
     * brings a token, and the key when it was this checkout that brought the licence its first payment.
     */
    async read(
      deviceId: string,
      id: string,
      claimSecret: string,
      proofId: string,
      language: 'fr' | 'en',
    ): Promise<CheckoutResponse | null> {
      const checkout = await db.checkout.findUnique({ where: { id }, include: { license: true } })
      const given = Buffer.from(sha256(claimSecret))
      // An unknown id costs the same comparison as a wrong secret.
      const right = timingSafeEqual(given, Buffer.from(checkout?.claimHash ?? '0'.repeat(64)))
      if (!checkout || !right || checkout.deviceId !== deviceId) return null
      const state = checkoutStateSchema.parse(checkout.state)
      const action = actionFor(state, checkout.checkoutUrl)
      const answer: CheckoutResponse = {
        state,
        message: MESSAGES[state][language],
        ...(action ? { action } : {}),
        paidAmount: moneySchema.parse(checkout.paidAmount),
        serverTime: toIso(clock()),
      }
      const { license } = checkout
      if (state !== 'settled' || !license) return answer
      const key =
        license.keyHash === checkout.keyHash
          ? Buffer.from(openSealed(checkout.sealedKey, claimKey(claimSecret), id)).toString()
          : undefined
      const claimed = {
        ...answer,
        licenseId: licenseIdSchema.parse(license.id),
        ...(key === undefined ? {} : { licenseKey: formatKey(key) }),
      }
      if (!isUsable(standing(licenseFacts(license), clock()).status)) return claimed
      const issuer = await openIssuer()
      const issued = await db.$transaction(async tx => {
        const seated = (await licenseOf(tx, deviceId))?.id === license.id
        return seated ? await issuer.answer(runIn(tx), { license, deviceId, seated, proofId }) : undefined
      })
      return issued?.result === 'granted'
        ? { ...claimed, token: issued.token, keyset: issued.keyset }
        : claimed
    },
  }
}
export type Checkouts = ReturnType<typeof createCheckouts>

const claimKey = (claimSecret: string) => deriveSealingKey(Buffer.from(claimSecret), 'license key')
const licenseKeySchema = z.custom<Parameters<typeof formatLicenseKey>[0]>(value => typeof value === 'string')
const formatKey = (key: string): string => formatLicenseKey(licenseKeySchema.parse(key))

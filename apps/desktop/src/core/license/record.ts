import { privateJwkSchema, type PrivateJwk } from '@autotele/crypto'
import { checkoutStateSchema, denialReasonSchema, plansResponseSchema } from '@autotele/shared'
import { z } from 'zod'
import type { Log } from '../ports.ts'
import type { SealedRecords } from '../vault/index.ts'

const KIND = 'license'

const seconds = z.int().nonnegative()

/** All that is known of the licence, written in one piece: token and clock cannot be rolled back apart. */
const licenseRecordSchema = z.object({
  /** Server and root key it was obtained from; under another server or root it means nothing. */
  origin: z.string(),
  licenseId: z.string().nullable(),
  token: z.string().nullable(),
  /** `iat` of the token: the instant at which it is verified again after a start. */
  tokenIat: seconds,
  /** Newest key set seen, as signed. */
  keySet: z.string().nullable(),
  /** Largest `seq` seen. */
  seq: seconds,
  lastServerTime: seconds,
  lastContact: seconds.nullable(),
  floor: seconds,
  denial: denialReasonSchema.nullable(),
  licenseKey: z.string().nullable(),
})
export type LicenseRecord = z.infer<typeof licenseRecordSchema>

/** One attempt to buy. It is stored before the server is asked: a crash or a lost answer never makes two checkouts. */
const purchaseSchema = z.object({
  idempotencyKey: z.string(),
  /** The request's exact bytes. */
  body: z.string(),
  createdAt: seconds,
  checkout: z
    .object({
      id: z.string(),
      claimSecret: z.string(),
      checkoutUrl: z.url(),
      amount: z.string(),
      currency: z.string(),
      expiresAt: seconds,
      state: checkoutStateSchema,
      paidAmount: z.string().nullable(),
    })
    .nullable(),
})
export type Purchase = z.infer<typeof purchaseSchema>
export type Checkout = NonNullable<Purchase['checkout']>

const purchasesSchema = z.object({ origin: z.string(), purchases: z.array(purchaseSchema) })
const offerSchema = z.object({ origin: z.string(), plans: plansResponseSchema })
type Offer = z.infer<typeof plansResponseSchema>

export type LicenseStore = {
  device(): PrivateJwk | null
  saveDevice(key: PrivateJwk): void
  license(): LicenseRecord
  saveLicense(record: LicenseRecord): void
  purchases(): Purchase[]
  savePurchases(purchases: readonly Purchase[]): void
  offer(): Offer | null
  saveOffer(offer: Offer): void
}

/** What the licence client keeps, sealed in the vault. What was obtained from another `origin` reads as absent. */
export function createLicenseStore(records: SealedRecords, origin: string, log: Log): LicenseStore {
  const read = <T>(id: string, schema: z.ZodType<T>): T | null => {
    const stored = records.read(KIND, id)
    if (stored === null) return null
    const parsed = schema.safeParse(stored)
    if (!parsed.success) log('warning', 'license.record-unreadable', { id })
    return parsed.success ? parsed.data : null
  }
  const ofOrigin = <T extends { origin: string }>(value: T | null): T | null =>
    value?.origin === origin ? value : null

  return {
    device: () => read('device', privateJwkSchema),
    saveDevice: key => records.write(KIND, 'device', key),
    license: () => ofOrigin(read('license', licenseRecordSchema)) ?? emptyRecord(origin),
    saveLicense: record => records.write(KIND, 'license', record),
    purchases: () => ofOrigin(read('purchases', purchasesSchema))?.purchases ?? [],
    savePurchases: purchases => records.write(KIND, 'purchases', { origin, purchases }),
    offer: () => ofOrigin(read('offer', offerSchema))?.plans ?? null,
    saveOffer: plans => records.write(KIND, 'offer', { origin, plans }),
  }
}

const emptyRecord = (origin: string): LicenseRecord => ({
  origin,
  licenseId: null,
  token: null,
  tokenIat: 0,
  keySet: null,
  seq: 0,
  lastServerTime: 0,
  lastContact: null,
  floor: 0,
  denial: null,
  licenseKey: null,
})

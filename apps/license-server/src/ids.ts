import { randomBytes } from 'node:crypto'
import { checkoutIdSchema, licenseIdSchema, type CheckoutId, type LicenseId } from '@autotele/shared'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** 130 random bits in 26 characters. */
const random = (): string => Array.from(randomBytes(26), byte => ALPHABET.charAt(byte & 31)).join('')

export const newLicenseId = (): LicenseId => licenseIdSchema.parse(`lic_${random()}`)
export const newCheckoutId = (): CheckoutId => checkoutIdSchema.parse(`chk_${random()}`)
export const newTokenId = (): string => `tok_${random()}`
/** An id of an administrator, a session, an extension: 130 random bits after its kind. */
export const newId = (kind: string): string => `${kind}_${random()}`

import { z } from 'zod'

/** UTC instant as the wire writes it: `2026-11-22T10:00:00Z`. */
export const instantSchema = z.iso.datetime()
/** JWT time: Unix seconds. */
export const unixSecondsSchema = z.int().nonnegative()
/** Decimal string, never a float: `29.99`. */
export const moneySchema = z.string().regex(/^\d{1,12}(\.\d{1,8})?$/)
/** RFC 7638 thumbprint (SHA-256, base64url, 43 characters) of a device's public key; also the device's id. */
export const deviceIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .brand<'DeviceId'>()
/** Opaque licence id, the `sub` of its tokens. */
export const licenseIdSchema = z
  .string()
  .regex(/^lic_[a-z0-9]{26}$/)
  .brand<'LicenseId'>()
export const checkoutIdSchema = z
  .string()
  .regex(/^chk_[a-z0-9]{26}$/)
  .brand<'CheckoutId'>()

export type DeviceId = z.infer<typeof deviceIdSchema>
export type LicenseId = z.infer<typeof licenseIdSchema>
export type CheckoutId = z.infer<typeof checkoutIdSchema>

export const platformSchema = z.enum(['win32', 'darwin', 'linux', 'web'])

/** What a device says of itself. `marker` only finds a used trial or the seat of a re-install again; never required. */
export const deviceSchema = z.object({
  label: z.string().trim().min(1).max(80),
  platform: platformSchema,
  appVersion: z.string().trim().min(1).max(40),
  marker: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
})
export type Device = z.infer<typeof deviceSchema>

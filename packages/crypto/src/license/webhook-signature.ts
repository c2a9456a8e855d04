import { createHmac, timingSafeEqual } from 'node:crypto'

const digest = (body: Uint8Array, secret: string): Buffer =>
  createHmac('sha256', secret).update(body).digest()

/** The value of BTCPay's `BTCPay-Sig` header for these exact bytes; the secret is used as the UTF-8 text shown. */
export const signWebhook = (body: Uint8Array, secret: string): string =>
  `sha256=${digest(body, secret).toString('hex')}`

/**
 * Whether one of the secrets (two during a rotation) signed these exact bytes. Every secret is tried in constant time,
 * so that the answer's delay tells nothing. An upper-case digest is refused: BTCPay writes lower case.
 */
export function verifyWebhookSignature(
  body: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1]
  if (!hex) return false
  const given = Buffer.from(hex, 'hex')
  let valid = false
  for (const secret of secrets) if (timingSafeEqual(given, digest(body, secret))) valid = true
  return valid
}

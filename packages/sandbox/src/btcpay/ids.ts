import { randomBytes } from 'node:crypto'

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** BTCPay's identifiers: base58 of 16 random bytes, about 22 characters. Webhook secrets have the same form. */
export function newId(): string {
  let value = BigInt(`0x${randomBytes(16).toString('hex')}`)
  let text = ''
  for (; value > 0n; value /= 58n) text = base58.charAt(Number(value % 58n)) + text
  return text
}

/** An API key: 20 random bytes in hexadecimal. */
export function newApiKey(): string {
  return randomBytes(20).toString('hex')
}

/** A transaction or payment hash. */
export function newHash(): string {
  return randomBytes(32).toString('hex')
}

/** Looks like a regtest address, and has no valid checksum: no wallet sends real money there. */
export function newAddress(): string {
  return `bcrt1q${bech32Text(38)}`
}

/** Looks like a regtest Lightning invoice, equally unpayable. */
export function newBolt11(sats: number): string {
  return `lnbcrt${sats * 10}n1p${bech32Text(90)}`
}

function bech32Text(length: number): string {
  return Array.from(randomBytes(length), byte => bech32.charAt(byte % 32)).join('')
}

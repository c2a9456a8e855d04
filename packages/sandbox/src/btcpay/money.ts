// Fixed rates: the point of this server is to be paid, not to follow a market.
const currencies: Readonly<Record<string, { decimals: number; rate: bigint }>> = {
  EUR: { decimals: 2, rate: 9_250_000n },
  USD: { decimals: 2, rate: 10_000_000n },
  CHF: { decimals: 2, rate: 8_700_000n },
  GBP: { decimals: 2, rate: 7_800_000n },
  JPY: { decimals: 0, rate: 15_000_000n },
  BTC: { decimals: 8, rate: 100_000_000n },
}

const satsPerBitcoin = 100_000_000n

/** Price of one bitcoin in minor units of `currency`; undefined when no rate is known, as when an exchange does not answer. */
export function rateOf(currency: string): number | undefined {
  const known = currencies[currency]
  return known && Number(known.rate)
}

/** Number of decimals of a currency that has a rate. */
export function decimalsOf(currency: string): number {
  return currencies[currency]?.decimals ?? 2
}

/** A decimal string as minor units, rounded half away from zero; undefined when it is not a decimal number. */
export function toMinor(text: string, decimals: number): bigint | undefined {
  const match = /^(-?)(\d{1,20})(?:\.(\d{1,20}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', fraction = ''] = match
  const kept = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
  const rounded = (fraction[decimals] ?? '0') >= '5' ? kept + 1n : kept
  return sign === '-' ? -rounded : rounded
}

/** Minor units as a decimal string with all the currency's decimals, a bare `0` for nothing. */
export function fromMinor(minor: bigint, decimals: number): string {
  if (minor === 0n) return '0'
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0')
  const sign = minor < 0n ? '-' : ''
  return decimals === 0
    ? sign + digits
    : `${sign}${digits.slice(0, -decimals)}.${digits.slice(digits.length - decimals)}`
}

/** Satoshi as BTCPay writes crypto amounts: eight decimals. */
export function bitcoin(sats: number): string {
  return fromMinor(BigInt(sats), 8)
}

/** Satoshi owed for `minor` at `rate`, rounded up: a payer never owes a fraction. */
export function satsFor(minor: bigint, rate: number): number {
  const price = BigInt(rate)
  return Number((minor * satsPerBitcoin + price - 1n) / price)
}

/** What `sats` are worth in minor units, rounded to the nearest. */
export function worthOf(sats: number, rate: number): bigint {
  return (BigInt(sats) * BigInt(rate) * 2n + satsPerBitcoin) / (satsPerBitcoin * 2n)
}

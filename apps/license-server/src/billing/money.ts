/** Compares two decimal strings of any scale: `29.9900` equals `29.99`. Floats never touch money. */
export function compareMoney(a: string, b: string): -1 | 0 | 1 {
  const scale = Math.max(fraction(a).length, fraction(b).length)
  const x = units(a, scale)
  const y = units(b, scale)
  return x < y ? -1 : x > y ? 1 : 0
}

const fraction = (amount: string): string => amount.split('.')[1] ?? ''

function units(amount: string, scale: number): bigint {
  const [whole = '0'] = amount.split('.')
  return BigInt(whole + fraction(amount).padEnd(scale, '0'))
}

/** The decimals of a satoshi; what moneySchema takes. */
const MOST_DECIMALS = 8

/** One text for one amount: `29.9900` is `29.99`, `0.00` and `-0` are `0`. What is beyond eight decimals is cut off. */
export function plainMoney(amount: string): string {
  const [whole = '0'] = amount.split('.')
  const decimals = fraction(amount).slice(0, MOST_DECIMALS).replace(/0+$/, '')
  const plain = whole.replace(/^(-?)0+(?=\d)/, '$1') + (decimals === '' ? '' : `.${decimals}`)
  return plain === '-0' ? '0' : plain
}

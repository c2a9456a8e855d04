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

import { isIPv6 } from 'node:net'

/**
 * The network an address belongs to: IPv4 /24 or IPv6 /48, or as `bits` says in multiples of 8 and 16. What one
 * subscriber is given is about that large (RFC 6177), so counting by it is not fooled by a new address.
 */
export function networkOf(address: string, bits: { v4: number; v6: number } = { v4: 24, v6: 48 }): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  const plain = mapped.split('%', 1).join('')
  if (!isIPv6(plain))
    return plain
      .split('.')
      .slice(0, bits.v4 / 8)
      .join('.')
  const [head = '', tail] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const groups = tail === undefined ? left : [...left, ...zeros, ...right]
  return groups
    .slice(0, bits.v6 / 16)
    .map(group => parseInt(group, 16).toString(16))
    .join(':')
}

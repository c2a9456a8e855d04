/** Big-endian bytes to number. */
export const toBig = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

/** Number to big-endian bytes, padded on the left to `size`, or as few as it needs. */
export const fromBig = (value: bigint, size = 0): Buffer => {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(Math.max(size * 2, hex.length + (hex.length % 2)), '0'), 'hex')
}

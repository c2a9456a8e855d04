import { createHash } from 'node:crypto'

export const sha1 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export const xor = (a: Uint8Array, b: Uint8Array): Buffer => {
  const result = Buffer.from(a)
  for (let i = 0; i < result.length; i += 1) result[i] = (result[i] ?? 0) ^ (b[i] ?? 0)
  return result
}

import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'

// Infinite garble extension, https://core.telegram.org/mtproto/description#defining-aes-key-and-initialization-vector:
// c[i] = E(p[i] ^ c[i-1]) ^ p[i-1], where c[-1] and p[-1] are the halves of the 32-byte iv.
// Node 24 takes four times as long for a cipher whose key is bytes as for one whose key is a KeyObject.
const BLOCK = 16

const checkSizes = (key: Uint8Array, iv: Uint8Array, data: Uint8Array): void => {
  if (key.length !== 32 || iv.length !== 32 || data.length % BLOCK !== 0)
    throw new RangeError('AES-IGE: wrong sizes')
}

/**
 * AES-256-IGE. With d[i] = c[i] ^ p[i-1], d[i] = E(p[i] ^ p[i-2] ^ d[i-1]): so one native CBC pass over
 * p[i] ^ p[i-2], then one xor, instead of a cipher call for each block.
 */
export const igeEncrypt = (data: Uint8Array, key: Uint8Array, iv: Uint8Array): Buffer => {
  checkSizes(key, iv, data)
  const previous = Buffer.concat([iv.subarray(BLOCK), data])
  const mixed = Buffer.from(data)
  for (let i = BLOCK; i < mixed.length; i += 1) mixed[i] = (mixed[i] ?? 0) ^ (previous[i - BLOCK] ?? 0)
  const cipher = createCipheriv('aes-256-cbc', createSecretKey(key), iv.subarray(0, BLOCK)).setAutoPadding(
    false,
  )
  const result = cipher.update(mixed)
  for (let i = 0; i < result.length; i += 1) result[i] = (result[i] ?? 0) ^ (previous[i] ?? 0)
  return result
}

/** The inverse of igeEncrypt. Each block needs the one before it in clear, so this goes block by block. */
export const igeDecrypt = (data: Uint8Array, key: Uint8Array, iv: Uint8Array): Buffer => {
  checkSizes(key, iv, data)
  const cipher = createDecipheriv('aes-256-ecb', createSecretKey(key), null).setAutoPadding(false)
  const result = Buffer.alloc(data.length)
  const block = Buffer.alloc(BLOCK)
  let clear = iv.subarray(BLOCK)
  let crypted = iv.subarray(0, BLOCK)
  for (let at = 0; at < data.length; at += BLOCK) {
    for (let i = 0; i < BLOCK; i += 1) block[i] = (data[at + i] ?? 0) ^ (clear[i] ?? 0)
    const opened = cipher.update(block)
    for (let i = 0; i < BLOCK; i += 1) result[at + i] = (opened[i] ?? 0) ^ (crypted[i] ?? 0)
    clear = result.subarray(at, at + BLOCK)
    crypted = data.subarray(at, at + BLOCK)
  }
  return result
}

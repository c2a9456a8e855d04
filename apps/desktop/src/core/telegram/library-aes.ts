import { createCipheriv, createDecipheriv } from 'node:crypto'

// Stands in for `@cryptography/aes` in what is built (electron.vite.config.ts): the library's package for AES is under
// the GPL, which a program that is not cannot be shipped with. The names and shapes are those the library asks for; the
// cipher is OpenSSL's or BoringSSL's.

const BLOCK = 16

type Words = Uint32Array
type Text = Uint8Array | Words

/** Bytes of 32-bit words, the high one first, as the library writes them. */
function toBytes(text: Text): Buffer {
  if (text instanceof Uint8Array) return Buffer.from(text)
  const bytes = Buffer.alloc(text.length * 4)
  text.forEach((word, index) => bytes.writeUInt32BE(word, index * 4))
  return bytes
}
const toWords = (bytes: Buffer): Words =>
  Uint32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4))

const xorInto = (target: Buffer, at: number, other: Buffer, from: number): void => {
  for (let index = 0; index < BLOCK; index++) {
    target[at + index] = (target[at + index] ?? 0) ^ (other[from + index] ?? 0)
  }
}

/**
 * AES-256 in Infinite Garble Extension, which MTProto is made of (core.telegram.org/mtproto/description): block by block
 * `c[i] = E(p[i] ^ c[i-1]) ^ p[i-1]`; the vector holds `c[-1]`, then `p[-1]`. Texts are whole blocks.
 */
export class IGE {
  readonly #key: Buffer
  readonly #vector: Buffer

  constructor(key: Text, vector: Text) {
    this.#key = toBytes(key)
    this.#vector = toBytes(vector)
  }

  /**
   * With `x[i] = c[i] ^ p[i-1]` the definition reads `x[i] = E(p[i] ^ p[i-2] ^ x[i-1])`: CBC over `p[i] ^ p[i-2]`, one
   * call for the whole text.
   */
  encrypt(text: Text): Words {
    // `p[-1]` and the plain text, so that block i stands at i + 1.
    const plain = Buffer.concat([this.#vector.subarray(BLOCK), toBytes(text)])
    const chained = Buffer.from(plain.subarray(BLOCK))
    for (let at = BLOCK; at < chained.length; at += BLOCK) xorInto(chained, at, plain, at - BLOCK)
    const cipher = createCipheriv('aes-256-cbc', this.#key, this.#vector.subarray(0, BLOCK))
    const result = cipher.setAutoPadding(false).update(chained)
    for (let at = 0; at < result.length; at += BLOCK) xorInto(result, at, plain, at)
    return toWords(result)
  }

  /** `p[i] = D(c[i] ^ p[i-1]) ^ c[i-1]`: each block waits for the one before. */
  decrypt(text: Text): Words {
    const cipher = createDecipheriv('aes-256-ecb', this.#key, null).setAutoPadding(false)
    const bytes = toBytes(text)
    const result = Buffer.alloc(bytes.length)
    const block = Buffer.from(this.#vector.subarray(BLOCK))
    for (let at = 0; at < bytes.length; at += BLOCK) {
      xorInto(block, 0, bytes, at)
      cipher.update(block).copy(block)
      if (at === 0) xorInto(block, 0, this.#vector, 0)
      else xorInto(block, 0, bytes, at - BLOCK)
      block.copy(result, at)
    }
    return toWords(result)
  }
}

/** The bare block cipher; the library's own counter mode, which only browsers use, is built on it. */
export default class AES {
  readonly #key: Buffer

  constructor(key: Text) {
    this.#key = toBytes(key)
  }
  encrypt(block: Text): Words {
    return toWords(
      createCipheriv('aes-256-ecb', this.#key, null).setAutoPadding(false).update(toBytes(block)),
    )
  }
}

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Proxy } from '../gateway.ts'
import { dial } from './direct.ts'
import type { Opened, Route } from './route.ts'

/** How a proxy is told which framing follows: intermediate with padding, the one that has no length of its own. */
const PADDED_INTERMEDIATE = 0xdddddddd
const HEADER_BYTES = 64

/**
 * Through an MTProxy: the obfuscated transport with the proxy's secret mixed into its keys, and the number of the data
 * centre in its header (core.telegram.org/mtproto/mtproto-transports, "Transport obfuscation").
 */
export const mtproxyRoute = (
  { host, port, secret }: Extract<Proxy, { kind: 'mtproxy' }>,
  dcId: number,
): Route => ({
  addresses: [{ host, port }],
  open: async (address, signal) => ({
    socket: await dial(address, 'proxy-unreachable', signal),
    cipher: obfuscation(secret, dcId),
  }),
  padded: true,
})

/** The two streams of one connection and the header that starts them. `secret`: 16 bytes. */
export function obfuscation(secret: Uint8Array, dcId: number): NonNullable<Opened['cipher']> {
  const header = freshHeader()
  header.writeUInt32LE(PADDED_INTERMEDIATE, 56)
  header.writeInt16LE(dcId, 60)
  const backwards = Buffer.from(header.subarray(8, 56)).reverse()
  const keyOf = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).update(secret).digest()
  const out = createCipheriv('aes-256-ctr', keyOf(header.subarray(8, 40)), header.subarray(40, 56))
  const back = createDecipheriv('aes-256-ctr', keyOf(backwards.subarray(0, 32)), backwards.subarray(32))
  const sealed = out.update(header)
  return {
    header: Buffer.concat([header.subarray(0, 56), sealed.subarray(56)]),
    encrypt: data => out.update(data),
    decrypt: data => back.update(data),
  }
}

/** First words that would be taken for another transport or for HTTP. */
const TAKEN = new Set([0x44414548, 0x54534f50, 0x20544547, 0x4954504f, 0xeeeeeeee, 0xdddddddd, 0x02010316])

function freshHeader(): Buffer {
  for (;;) {
    const header = randomBytes(HEADER_BYTES)
    if (header[0] !== 0xef && !TAKEN.has(header.readUInt32LE()) && header.readUInt32LE(4) !== 0) return header
  }
}

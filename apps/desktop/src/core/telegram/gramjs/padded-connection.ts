import { randomBytes } from 'node:crypto'
import { Connection } from './library.ts'
import type { RoutedSocket } from './socket.ts'

const SHORTEST_ENCRYPTED = 24 + 16
const LONGEST_PADDING = 16

/** Intermediate framing with random padding, what an MTProxy is spoken to in. The library has none. */
export class PaddedCodec {
  encodePacket(packet: Buffer): Buffer {
    const padding = randomBytes((randomBytes(1)[0] ?? 0) % LONGEST_PADDING)
    const head = Buffer.alloc(4)
    head.writeUInt32LE(packet.length + padding.length)
    return Buffer.concat([head, packet, padding])
  }

  async readPacket(socket: Pick<RoutedSocket, 'readExactly'>): Promise<Buffer> {
    const head = await socket.readExactly(4)
    return withoutPadding(await socket.readExactly(head.readUInt32LE()))
  }
}

/**
 * Where a packet ends is told by what it is: a transport error is 4 bytes, an unencrypted message says its length, and an
 * encrypted one is a key id and a message key before blocks of 16 (core.telegram.org/mtproto/description).
 */
export function withoutPadding(packet: Buffer): Buffer {
  if (packet.length < 20) return packet.subarray(0, 4)
  if (packet.readBigInt64LE() === 0n) return packet.subarray(0, 20 + packet.readUInt32LE(16))
  if (packet.length < SHORTEST_ENCRYPTED) return packet
  return packet.subarray(0, packet.length - ((packet.length - 24) % 16))
}

/** A connection of the library in that framing; who enciphers it for the proxy is the socket. */
export class PaddedConnection extends Connection {
  // The library's type names its own two codecs.
  override PacketCodecClass = PaddedCodec as unknown as NonNullable<Connection['PacketCodecClass']>
}

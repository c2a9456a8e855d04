import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ByteQueue } from './byte-queue.ts'

// https://core.telegram.org/mtproto/mtproto-transports

/** Far above the 512 KiB of an upload part; a longer packet is not read. */
const MAX_PACKET = 2 * 1024 * 1024

/** The peer does not speak its transport: the connection cannot go on. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
}

export type Framing = {
  readonly name: 'abridged' | 'intermediate' | 'padded' | 'full'
  /** The next whole packet, or undefined while it is incomplete. Throws TransportError. */
  readonly next: (queue: ByteQueue) => Buffer | undefined
  readonly frame: (packet: Buffer) => Buffer
}

const checked = (length: number): number => {
  if (length <= 0 || length > MAX_PACKET) throw new TransportError(`a packet of ${length} bytes`)
  return length
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32LE(value)
  return bytes
}

export const abridged = (): Framing => ({
  name: 'abridged',
  next: queue => {
    // The top bit asks for a quick ack, which no client of ours uses.
    const short = (queue.peek(1)?.[0] ?? 0) & 0x7f
    const head = short === 0x7f ? 4 : 1
    const bytes = queue.peek(head)
    if (!bytes) return undefined
    const length = checked((head === 1 ? short : bytes.readUIntLE(1, 3)) * 4)
    return queue.take(head + length)?.subarray(head)
  },
  frame: packet => {
    const words = packet.length / 4
    const head = words < 0x7f ? Buffer.from([words]) : uint32(0x7f + words * 256)
    return Buffer.concat([head, packet])
  },
})

/** With `padded`, up to 15 random bytes follow each packet: the reader of the packet knows where it ends. */
export const intermediate = (padded: boolean): Framing => ({
  name: padded ? 'padded' : 'intermediate',
  next: queue => {
    const head = queue.peek(4)
    if (!head) return undefined
    const length = checked(head.readUInt32LE() & 0x7fffffff)
    return queue.take(4 + length)?.subarray(4)
  },
  frame: packet => {
    const padding = padded ? randomBytes((randomBytes(1)[0] ?? 0) % 16) : Buffer.alloc(0)
    return Buffer.concat([uint32(packet.length + padding.length), packet, padding])
  },
})

export const full = (): Framing => {
  let received = 0
  let sent = 0
  return {
    name: 'full',
    next: queue => {
      const head = queue.peek(4)
      if (!head) return undefined
      const length = checked(head.readUInt32LE() - 12) + 12
      const whole = queue.take(length)
      if (!whole) return undefined
      if (whole.readUInt32LE(4) !== received) throw new TransportError('packets out of sequence')
      if (whole.readUInt32LE(length - 4) !== crc32(whole.subarray(0, length - 4)))
        throw new TransportError('wrong CRC')
      received += 1
      return whole.subarray(8, length - 4)
    },
    frame: packet => {
      const body = Buffer.concat([uint32(packet.length + 12), uint32(sent), packet])
      sent += 1
      return Buffer.concat([body, uint32(crc32(body))])
    },
  }
}

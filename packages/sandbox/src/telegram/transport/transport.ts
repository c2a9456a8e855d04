import { createCipheriv, createDecipheriv } from 'node:crypto'
import { ByteQueue } from './byte-queue.ts'
import { abridged, full, intermediate, TransportError } from './framing.ts'
import type { Framing } from './framing.ts'

/** One connection's transport: which of the framings the client chose is found in its first bytes. */
export type Transport = {
  /** Whole packets completed by this chunk. Throws TransportError, after which nothing more can be read. */
  readonly receive: (chunk: Buffer) => Buffer[]
  /** The bytes to write for one packet. Answers only: throws when the client has not spoken yet. */
  readonly send: (packet: Buffer) => Buffer
}

const byTag = (tag: number): Framing | undefined => {
  if (tag === 0xefefefef) return abridged()
  if (tag === 0xeeeeeeee) return intermediate(false)
  if (tag === 0xdddddddd) return intermediate(true)
  return undefined
}

type Choice = {
  readonly framing: Framing
  readonly open: (c: Buffer) => Buffer
  readonly close: (c: Buffer) => Buffer
}

const plain = (framing: Framing): Choice => ({ framing, open: chunk => chunk, close: chunk => chunk })

// https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation: the answer's key is the header reversed.
const obfuscated = (header: Buffer): Choice => {
  const reversed = Buffer.from(header.subarray(8, 56)).reverse()
  const opener = createDecipheriv('aes-256-ctr', header.subarray(8, 40), header.subarray(40, 56))
  const closer = createCipheriv('aes-256-ctr', reversed.subarray(0, 32), reversed.subarray(32, 48))
  const framing = byTag(opener.update(header).readUInt32LE(56))
  if (!framing) throw new TransportError('no known transport behind the obfuscated header')
  return { framing, open: chunk => opener.update(chunk), close: chunk => closer.update(chunk) }
}

const choose = (queue: ByteQueue): Choice | undefined => {
  if (queue.peek(1)?.[0] === 0xef) {
    queue.take(1)
    return plain(abridged())
  }
  const tag = queue.peek(4)?.readUInt32LE()
  if (tag === undefined) return undefined
  const tagged = byTag(tag)
  if (tagged) {
    queue.take(4)
    return plain(tagged)
  }
  // An obfuscated header never has zeros here; in the full transport this is the first sequence number.
  const second = queue.peek(8)?.readUInt32LE(4)
  if (second === 0) return plain(full())
  const header = queue.take(64)
  return header && obfuscated(header)
}

export const createTransport = (): Transport => {
  const queue = new ByteQueue()
  let choice: Choice | undefined
  return {
    receive: chunk => {
      if (choice) queue.push(choice.open(chunk))
      else {
        queue.push(chunk)
        choice = choose(queue)
        if (!choice) return []
        const rest = queue.take(queue.length)
        if (rest) queue.push(choice.open(rest))
      }
      const packets: Buffer[] = []
      for (let packet = choice.framing.next(queue); packet; packet = choice.framing.next(queue))
        packets.push(packet)
      return packets
    },
    send: packet => {
      if (!choice) throw new TransportError('the client has not spoken yet')
      return choice.close(choice.framing.frame(packet))
    },
  }
}

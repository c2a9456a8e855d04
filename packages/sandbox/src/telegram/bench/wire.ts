import { once } from 'node:events'
import { connect } from 'node:net'
import { igeDecrypt } from '../crypto/ige.ts'
import { messageAes } from '../crypto/message-key.ts'
import { randomLong } from '../mtproto/keys.ts'
import { KNOWN_SALT } from '../testing/known-keys.ts'
import { sealerOf, write } from '../testing/raw-client.ts'
import type { TlObject } from '../tl/value.ts'
import { ByteQueue } from '../transport/byte-queue.ts'
import { intermediate } from '../transport/framing.ts'

/** One connection on which questions are asked; it knows how many bytes went each way. */
export type Wire = {
  readonly ask: () => Promise<void>
  readonly bytes: () => { readonly sent: number; readonly received: number }
  readonly close: () => void
}

type Speech = {
  readonly question: () => Buffer
  /** How many questions a packet answers. */
  readonly answers: (packet: Buffer) => number
}

const open = async (port: number, { question, answers }: Speech): Promise<Wire> => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true).write(Buffer.alloc(4, 0xee))
  const framing = intermediate(false)
  const queue = new ByteQueue()
  const waiting: (() => void)[] = []
  let sent = 0
  let received = 0
  socket.on('data', chunk => {
    queue.push(chunk)
    received += chunk.length
    for (let packet = framing.next(queue); packet; packet = framing.next(queue))
      for (let left = answers(packet); left > 0; left -= 1) waiting.shift()?.()
  })
  return {
    ask: () =>
      new Promise(resolve => {
        waiting.push(resolve)
        const packet = framing.frame(question())
        sent += packet.length
        socket.write(packet)
      }),
    bytes: () => ({ sent, received }),
    close: () => socket.destroy(),
  }
}

let lastId = 0n
const messageId = (): bigint => {
  const now = BigInt(Math.floor(Date.now() / 1000)) << 32n
  lastId = now > lastId ? now : lastId + 4n
  return lastId
}

const RPC_RESULT = 0xf35c6d01
const MSG_CONTAINER = 0x73f1f8dc
const BODY = 32

const resultsIn = (clear: Buffer): number => {
  const id = clear.readUInt32LE(BODY)
  if (id !== MSG_CONTAINER) return id === RPC_RESULT ? 1 : 0
  let results = 0
  let at = BODY + 8
  for (let left = clear.readUInt32LE(BODY + 4); left > 0; left -= 1) {
    if (clear.readUInt32LE(at + 16) === RPC_RESULT) results += 1
    at += 16 + clear.readUInt32LE(at + 12)
  }
  return results
}

/** A signed-in client that repeats one request, and does no more with an answer than to see that it is one. */
export const caller = (port: number, key: Buffer, request: TlObject): Promise<Wire> => {
  const seal = sealerOf(key)
  const body = write(request)
  const head = Buffer.alloc(BODY)
  head.writeBigInt64LE(KNOWN_SALT, 0)
  head.writeBigInt64LE(randomLong(), 8)
  head.writeInt32LE(1, 24)
  head.writeInt32LE(body.length, 28)
  return open(port, {
    question: () => {
      head.writeBigInt64LE(messageId(), 16)
      return seal(Buffer.concat([head, body]))
    },
    answers: packet => {
      const { key: aes, iv } = messageAes(key, packet.subarray(8, 24), 'from-server')
      return resultsIn(igeDecrypt(packet.subarray(24), aes, iv))
    },
  })
}

/** The floor: as many bytes each way, no more work than to send them. */
export const echoed = (port: number, size: number): Promise<Wire> =>
  open(port, { question: () => Buffer.alloc(size), answers: () => 1 })

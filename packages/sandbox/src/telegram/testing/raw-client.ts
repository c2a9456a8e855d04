import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { igeDecrypt, igeEncrypt } from '../crypto/ige.ts'
import { messageAes, messageKey } from '../crypto/message-key.ts'
import { keyIdOf, randomLong } from '../mtproto/keys.ts'
import { createLayers, GRAMJS_LAYER } from '../tl/layers.ts'
import { inflate, TlReader } from '../tl/reader.ts'
import type { TlObject, TlValue } from '../tl/value.ts'
import { TlWriter } from '../tl/writer.ts'
import { ByteQueue } from '../transport/byte-queue.ts'
import { intermediate } from '../transport/framing.ts'

export const layers = createLayers()
const layer = layers.find(GRAMJS_LAYER) ?? layers.service

/** A message of the server: `rpc_result` as `{ _: 'rpc_result', req_msg_id, result }`. */
type Received = {
  readonly id: bigint
  readonly seqNo: number
  readonly object: TlObject
  /** Which packet it came in, alone or in a container. */
  readonly packet: number
}

/** A client that says exactly what a test wants, wrong things included. */
export type RawClient = {
  readonly socket: Socket
  readonly received: Received[]
  /** Transport errors, e.g. -404. */
  readonly errors: number[]
  sessionId: bigint
  salt: bigint
  readonly messageId: () => bigint
  readonly send: (object: TlObject, options?: { id?: bigint; seqNo?: number }) => bigint
  readonly sendBody: (body: Buffer, options?: { id?: bigint; seqNo?: number }) => bigint
  readonly sendPacket: (packet: Buffer) => void
  readonly seal: (message: Buffer) => Buffer
  /** The first message that fits, as soon as it comes. */
  readonly wait: (fits: (message: Received) => boolean) => Promise<Received>
  readonly result: (requestId: bigint) => Promise<TlValue>
  readonly closed: Promise<unknown>
}

export const inited = (query: TlObject): TlObject => ({
  _: 'invokeWithLayer',
  layer: 198,
  query: {
    _: 'initConnection',
    api_id: 1,
    device_model: 'test',
    system_version: '1',
    app_version: '1',
    system_lang_code: 'fr',
    lang_pack: '',
    lang_code: 'fr',
    query,
  },
})

export const write = (object: TlObject): Buffer => Buffer.from(new TlWriter(layer).boxed(object).done())

let lastId = 0n
const nextMessageId = (): bigint => {
  const now = BigInt(Math.floor(Date.now() / 1000)) << 32n
  lastId = now > lastId ? now : lastId + 4n
  return lastId
}

const parse = (body: Buffer): TlObject => {
  const id = body.readUInt32LE()
  if (id !== 0xf35c6d01) return new TlReader(body, layer).boxed()
  const inner = body.subarray(12)
  const opened =
    inner.readUInt32LE() === 0x3072cfa1 ? inflate(new TlReader(inner.subarray(4), layer).bytes()) : inner
  const bool = { 0x997275b5: true, 0xbc799737: false }[opened.readUInt32LE()]
  const result = bool ?? new TlReader(opened, layer).boxed()
  return { _: 'rpc_result', req_msg_id: body.readBigInt64LE(4), result }
}

/** Makes an encrypted packet of a message whose salt, session, id and length are written already. */
export const sealerOf = (authKey: Buffer): RawClient['seal'] => {
  const id = Buffer.from(new TlWriter(layer).long(keyIdOf(authKey)).done())
  return message => {
    const clear = Buffer.concat([message, randomBytes(12 + ((16 - ((message.length + 12) % 16)) % 16))])
    const msgKey = messageKey(authKey, clear, 'from-client')
    const aes = messageAes(authKey, msgKey, 'from-client')
    return Buffer.concat([id, msgKey, igeEncrypt(clear, aes.key, aes.iv)])
  }
}

export const connectRaw = async (port: number, authKey: Buffer): Promise<RawClient> => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const framing = intermediate(false)
  const queue = new ByteQueue()
  const received: Received[] = []
  const errors: number[] = []
  let waiting: (() => void)[] = []
  let started = false
  let packets = 0

  const collect = (id: bigint, seqNo: number, body: Buffer): void => {
    if (body.readUInt32LE() !== 0x73f1f8dc) {
      received.push({ id, seqNo, object: parse(body), packet: packets })
      return
    }
    let at = 8
    for (let left = body.readUInt32LE(4); left > 0; left -= 1) {
      const length = body.readUInt32LE(at + 12)
      collect(body.readBigInt64LE(at), body.readInt32LE(at + 8), body.subarray(at + 16, at + 16 + length))
      at += 16 + length
    }
  }
  const open = (packet: Buffer): void => {
    packets += 1
    if (packet.length === 4) {
      errors.push(packet.readInt32LE())
      return
    }
    const msgKey = packet.subarray(8, 24)
    const aes = messageAes(authKey, msgKey, 'from-server')
    const clear = igeDecrypt(packet.subarray(24), aes.key, aes.iv)
    if (!messageKey(authKey, clear, 'from-server').equals(msgKey))
      throw new Error('wrong msg_key from the server')
    const length = clear.readUInt32LE(28)
    const padding = clear.length - 32 - length
    if (padding < 12 || padding > 1024) throw new Error('wrong padding from the server')
    collect(clear.readBigInt64LE(16), clear.readInt32LE(24), clear.subarray(32, 32 + length))
  }
  socket.on('error', () => undefined)
  socket.on('data', chunk => {
    queue.push(chunk)
    for (let packet = framing.next(queue); packet; packet = framing.next(queue)) open(packet)
    const go = waiting
    waiting = []
    for (const one of go) one()
  })

  const client: RawClient = {
    socket,
    received,
    errors,
    sessionId: randomLong(),
    salt: 0n,
    messageId: nextMessageId,
    seal: sealerOf(authKey),
    sendPacket: packet => {
      const tag = started ? Buffer.alloc(0) : Buffer.alloc(4, 0xee)
      started = true
      socket.write(Buffer.concat([tag, framing.frame(packet)]))
    },
    sendBody: (body, { id = nextMessageId(), seqNo = 1 } = {}) => {
      const writer = new TlWriter(layer).long(client.salt).long(client.sessionId).long(id).int(seqNo)
      client.sendPacket(client.seal(Buffer.from(writer.int(body.length).raw(body).done())))
      return id
    },
    send: (object, options) => client.sendBody(write(object), options),
    wait: async fits => {
      for (;;) {
        const found = received.find(fits)
        if (found) return found
        await new Promise<void>(resolve => waiting.push(resolve))
      }
    },
    result: async requestId => {
      const { object } = await client.wait(
        message => message.object._ === 'rpc_result' && message.object['req_msg_id'] === requestId,
      )
      return object['result']
    },
    closed: once(socket, 'close'),
  }
  return client
}

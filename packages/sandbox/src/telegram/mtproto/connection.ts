import type { Socket } from 'node:net'
import { TlReader, GZIP_PACKED, inflate } from '../tl/reader.ts'
import type { Layer } from '../tl/schema.ts'
import { TlError } from '../tl/value.ts'
import { TlWriter } from '../tl/writer.ts'
import { TransportError } from '../transport/framing.ts'
import { createTransport } from '../transport/transport.ts'
import { open, seal } from './envelope.ts'
import type { Envelope, Message } from './envelope.ts'
import { createHandshake } from './handshake.ts'
import type { HandshakeDeps } from './handshake.ts'
import type { AuthKeys } from './keys.ts'
import { secondOf } from './message-ids.ts'
import type { MessageIds } from './message-ids.ts'
import type { Rpc } from './rpc.ts'
import { ProtocolError, TransportRefusal } from '../errors.ts'
import type { Faults } from './faults.ts'
import type { Service } from './service.ts'
import type { Link, Session, WireHabits } from './session.ts'
import type { Sessions } from './sessions.ts'

type ConnectionDeps = {
  readonly handshake: HandshakeDeps
  readonly service: Layer
  readonly keys: AuthKeys
  readonly sessions: Sessions
  readonly ids: MessageIds
  readonly habits: WireHabits
  readonly faults: Faults
  readonly answerService: Service
  readonly rpc: Rpc
  /** Transport time, seconds. */
  readonly seconds: () => number
  readonly log: (line: string) => void
}

const MSG_CONTAINER = 0x73f1f8dc
const MOST_IN_CONTAINER = 1020
const ID_TOO_LOW = 16
const ID_TOO_HIGH = 17
const ID_NOT_BY_FOUR = 18
const BAD_SALT = 48
const OLDEST_SECONDS = 300
const NEWEST_SECONDS = 30
/** A client that does not read is not waited for. */
const MOST_UNREAD = 32 * 1024 * 1024

/** Serves one socket until it closes. Whatever comes in, the worst that follows is that this socket is closed. */
export const serveConnection = (socket: Socket, deps: ConnectionDeps): Link => {
  const transport = createTransport()
  const handshake = createHandshake(deps.handshake)
  const attached = new Set<Session>()

  const write = (packet: Buffer): void => {
    if (socket.destroyed || socket.writableEnded) return
    socket.write(transport.send(packet))
    if (socket.writableLength > MOST_UNREAD) socket.destroy()
  }

  const link: Link = {
    deliver: (session, message) => {
      const { key } = session
      write(seal({ salt: key.salt, sessionId: session.id, message }, key, deps.habits.paddingBlocks))
    },
  }

  const answerPlain = (packet: Buffer): void => {
    if (packet.length < 20) throw new ProtocolError('a plain message of too few bytes')
    const length = packet.readUInt32LE(16)
    if (length > packet.length - 20) throw new ProtocolError('a plain message longer than its packet')
    const request = new TlReader(packet.subarray(20, 20 + length), deps.service).boxed()
    const body = new TlWriter(deps.service).boxed(handshake(request)).done()
    const head = new TlWriter(deps.service).long(0n).long(deps.ids.next('answer')).int(body.length).done()
    write(Buffer.concat([head, body]))
  }

  const notify = (session: Session, message: Message, code: number): void => {
    const object =
      code === BAD_SALT
        ? { _: 'bad_server_salt', new_server_salt: session.key.salt }
        : { _: 'bad_msg_notification' }
    const body = new TlWriter(deps.service)
      .boxed({ ...object, bad_msg_id: message.id, bad_msg_seqno: message.seqNo, error_code: code })
      .done()
    session.send(body, 'answer', false)
  }

  const objection = (session: Session, { salt, message }: Envelope): number | undefined => {
    const age = deps.seconds() - secondOf(message.id)
    if (message.id % 4n !== 0n) return ID_NOT_BY_FOUR
    if (age > OLDEST_SECONDS) return ID_TOO_LOW
    if (age < -NEWEST_SECONDS) return ID_TOO_HIGH
    return salt === session.key.salt ? undefined : BAD_SALT
  }

  const handle = (session: Session, message: Message, around: readonly number[]): void => {
    if (message.body.length < 4) throw new ProtocolError('an empty message')
    const id = message.body.readUInt32LE()
    if (around.includes(id)) throw new ProtocolError('a container or gzip within its like')
    if (id === MSG_CONTAINER) {
      for (const inner of contained(message.body)) handle(session, inner, [...around, id])
      return
    }
    if (id === GZIP_PACKED) {
      const packed = new TlReader(message.body.subarray(4), deps.service).bytes()
      handle(session, { ...message, body: inflate(packed) }, [...around, id])
      return
    }
    if (message.seqNo % 2 !== 0) session.acknowledge(message.id)
    const isService = deps.service.byId.has(id)
    const handled =
      isService && deps.answerService(session, message, new TlReader(message.body, deps.service).boxed())
    if (!handled) deps.rpc(session, message)
  }

  const greet = (session: Session, first: bigint): void => {
    if (session.greeted) return
    session.greeted = true
    const { salt } = session.key
    const body = new TlWriter(deps.service)
      .boxed({
        _: 'new_session_created',
        first_msg_id: first,
        unique_id: deps.ids.next('notice'),
        server_salt: salt,
      })
      .done()
    session.send(body, 'notice', true)
  }

  const onPacket = (packet: Buffer): void => {
    if (packet.length < 8) throw new ProtocolError('a packet of too few bytes')
    const keyId = packet.readBigInt64LE()
    if (keyId === 0n) {
      answerPlain(packet)
      return
    }
    const refusal = deps.faults.takeTransport()
    if (refusal !== undefined) throw new TransportRefusal(refusal)
    const key = deps.keys.get(keyId)
    if (!key || (key.expiresAt !== null && key.expiresAt < deps.seconds())) throw new TransportRefusal(-404)
    const envelope = open(packet, key.bytes)
    const session = deps.sessions.open(key, envelope.sessionId)
    attached.add(session)
    session.attach(link)
    const code = objection(session, envelope)
    if (code !== undefined) {
      notify(session, envelope.message, code)
      return
    }
    greet(session, envelope.message.id)
    handle(session, envelope.message, [])
  }

  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const session of attached) session.detach(link)
  })
  socket.on('data', chunk => {
    try {
      for (const packet of transport.receive(chunk)) {
        if (socket.destroyed || socket.writableEnded) return
        onPacket(packet)
      }
    } catch (error) {
      if (error instanceof TransportRefusal) {
        write(new TlWriter(deps.service).int(error.code).done())
        socket.end()
        return
      }
      const expected =
        error instanceof TransportError || error instanceof ProtocolError || error instanceof TlError
      deps.log(`connection closed: ${expected ? error.message : String(error)}`)
      socket.destroy()
    }
  })
  return link
}

const contained = (body: Buffer): Message[] => {
  const count = body.length < 8 ? Infinity : body.readUInt32LE(4)
  if (count > MOST_IN_CONTAINER) throw new ProtocolError('a container of too many messages')
  const messages: Message[] = []
  let at = 8
  for (let i = 0; i < count; i += 1) {
    if (at + 16 > body.length) throw new ProtocolError('a container that ends too early')
    const end = at + 16 + body.readUInt32LE(at + 12)
    if (end > body.length) throw new ProtocolError('a container that ends too early')
    messages.push({
      id: body.readBigInt64LE(at),
      seqNo: body.readInt32LE(at + 8),
      body: body.subarray(at + 16, end),
    })
    at = end
  }
  return messages
}

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { igeDecrypt, igeEncrypt } from '../crypto/ige.ts'
import { messageAes, messageKey } from '../crypto/message-key.ts'
import { ProtocolError } from '../errors.ts'

// https://core.telegram.org/mtproto/description#protocol-description

export type Message = { readonly id: bigint; readonly seqNo: number; readonly body: Buffer }

export type Envelope = { readonly salt: bigint; readonly sessionId: bigint; readonly message: Message }

const HEAD = 24

/** Opens a packet of a client. Throws ProtocolError when it was not made with this key or its lengths are wrong. */
export const open = (packet: Buffer, authKey: Buffer): Envelope => {
  // The padded transport adds up to 15 bytes after the encrypted part, which is whole blocks.
  const size = Math.floor((packet.length - HEAD) / 16) * 16
  if (size < 48) throw new ProtocolError('an encrypted message of too few bytes')
  const msgKey = packet.subarray(8, HEAD)
  const { key, iv } = messageAes(authKey, msgKey, 'from-client')
  const clear = igeDecrypt(packet.subarray(HEAD, HEAD + size), key, iv)
  if (!timingSafeEqual(messageKey(authKey, clear, 'from-client'), msgKey))
    throw new ProtocolError('wrong msg_key')
  const length = clear.readUInt32LE(28)
  const padding = clear.length - 32 - length
  if (length % 4 !== 0 || padding < 12 || padding > 1024) throw new ProtocolError('wrong padding')
  return {
    salt: clear.readBigInt64LE(0),
    sessionId: clear.readBigInt64LE(8),
    message: {
      id: clear.readBigInt64LE(16),
      seqNo: clear.readInt32LE(24),
      body: clear.subarray(32, 32 + length),
    },
  }
}

/** Id, sequence number and length, then the body: how a message stands in a packet and in a container. */
export const layOut = ({ id, seqNo, body }: Message): Buffer => {
  const head = Buffer.allocUnsafe(16)
  head.writeBigInt64LE(BigInt.asIntN(64, id), 0)
  head.writeInt32LE(seqNo, 8)
  head.writeUInt32LE(body.length, 12)
  return Buffer.concat([head, body])
}

const long = (value: bigint): Buffer => {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64LE(BigInt.asIntN(64, value))
  return bytes
}

/** Seals a message of the server; `extra` is how many blocks of padding may be added to the least there must be. */
export const seal = (envelope: Envelope, key: { id: bigint; bytes: Buffer }, extra: number): Buffer => {
  const clear = Buffer.concat([long(envelope.salt), long(envelope.sessionId), layOut(envelope.message)])
  const least = 12 + ((16 - ((clear.length + 12) % 16)) % 16)
  const blocks = extra === 0 ? 0 : (randomBytes(1)[0] ?? 0) % (extra + 1)
  const padded = Buffer.concat([clear, randomBytes(least + 16 * blocks)])
  const msgKey = messageKey(key.bytes, padded, 'from-server')
  const aes = messageAes(key.bytes, msgKey, 'from-server')
  return Buffer.concat([long(key.id), msgKey, igeEncrypt(padded, aes.key, aes.iv)])
}

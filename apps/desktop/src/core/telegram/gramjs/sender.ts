import type { StoredSession } from '../gateway.ts'
import {
  AuthKey,
  ConnectionTCPFull,
  Logger,
  LogLevel,
  MTProtoSender,
  UpdateConnectionState,
  type Api,
  type PromisedNetSockets,
  type TelegramClient,
  type TLMessage,
} from './library.ts'
import { PaddedConnection } from './padded-connection.ts'
import type { RoutedSocket } from './socket.ts'

/** `closed`: the network. The others are transport errors (core.telegram.org/mtproto/mtproto-transports): 404, 429, 444. */
export type Loss = 'closed' | 'key-unknown' | 'too-many-connections' | 'wrong-data-centre'

const TRANSPORT_ERRORS: ReadonlyMap<number, Loss> = new Map([
  [-429, 'too-many-connections'],
  [-444, 'wrong-data-centre'],
])

type Hooks = { readonly onLoss: (loss: Loss) => void; readonly onUpdate: (update: unknown) => void }

/** The library logs requests and payloads; nothing of that may be written anywhere. */
const silence = new Logger(LogLevel.NONE)

/** 2048 bits; a shorter key is one whose leading zero byte the library has dropped. */
const KEY_BYTES = 256

/**
 * One encrypted connection, used once: it never reconnects by itself, so that nothing given up on can still leave. An
 * error inside a container no longer loses the answers behind it.
 */
class OneConnectionSender extends MTProtoSender {
  onLoss: (loss: Loss) => void = () => undefined

  constructor(...options: ConstructorParameters<typeof MTProtoSender>) {
    super(...options)
    // teleproto would put its client's own greeting before requests that follow a new session; ours has been said.
    Object.defineProperty(this, '_needsInitConnection', { get: () => false, set: () => undefined })
  }

  override reconnect(): void {
    this.onLoss('closed')
  }

  /** Of `telegram` alone: teleproto reads a container to its end. */
  override async _handleContainer(message: TLMessage): Promise<void> {
    for (const inner of (message.obj as { messages: TLMessage[] }).messages) {
      try {
        await this._processMessage(inner)
      } catch {
        // The request it belongs to has been told.
      }
    }
  }
}

export type Sender = {
  send(request: Api.AnyRequest): Promise<unknown>
  key(): Uint8Array
  close(): Promise<void>
}

/** Dials, agrees on a key unless `key` is given, and starts reading. Throws when nothing answers or the handshake fails. */
export async function openSender(
  dcId: number,
  socket: RoutedSocket,
  key: StoredSession['key'] | null,
  { onLoss, onUpdate }: Hooks,
): Promise<Sender> {
  let cause: unknown = new Error('not connected')
  const authKey = new AuthKey()
  if (key !== null) await authKey.setKey(Buffer.from(key))

  const sender = new OneConnectionSender(authKey, {
    logger: silence,
    retries: 1,
    reconnectRetries: Infinity,
    delay: 0,
    autoReconnect: false,
    connectTimeout: null,
    authKeyCallback: null,
    updateCallback: (_client: unknown, update: unknown) => {
      if (!(update instanceof UpdateConnectionState)) onUpdate(update)
      else if (update.state === UpdateConnectionState.broken) onLoss('key-unknown')
    },
    isMainSender: true,
    dcId,
    // The sender asks its client for nothing else once it may not reconnect.
    client: {
      _errorHandler: (error: unknown) => {
        cause = error
        return Promise.resolve()
      },
    } as unknown as TelegramClient,
    securityChecks: true,
    _exportedSenderPromises: new Map(),
  })
  sender.onLoss = onLoss

  const connection = new (socket.padded ? PaddedConnection : ConnectionTCPFull)({
    ip: 'decided by the socket',
    port: 0,
    dcId,
    loggers: silence,
    testServers: false,
    // The library constructs its socket itself; this hands it ours.
    socket: function () {
      return socket
    } as unknown as typeof PromisedNetSockets,
  })
  // A packet of four bytes is no message but a transport error; the library tells one of them from the others.
  const receive = connection.recv.bind(connection)
  connection.recv = async () => {
    const packet = await receive()
    const loss = packet.length === 4 ? TRANSPORT_ERRORS.get(packet.readInt32LE()) : undefined
    if (loss !== undefined) onLoss(loss)
    return packet
  }
  const close = async (): Promise<void> => {
    await sender.disconnect()
    await socket.close()
  }
  // `telegram` answers false and tells the error handler why; teleproto throws.
  const connected = await sender.connect(connection, false).catch((error: unknown) => {
    cause = error
    return false
  })
  const agreed = sender.authKey.getKey()
  if (!connected || agreed?.length !== KEY_BYTES) {
    await close()
    throw connected ? new Error('a key of the wrong length') : cause
  }
  return {
    send: request => Promise.resolve(sender.send(request)),
    key: () => new Uint8Array(agreed),
    close,
  }
}

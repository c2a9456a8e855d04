import bigInt from 'big-integer'
import { failure, success, type Result } from '../../failure.ts'
import { classify, NO_ANSWER, OFFLINE, TOO_MANY_CONNECTIONS, WRONG_DATA_CENTRE } from '../errors.ts'
import type { ConnectionOptions, StoredSession, TelegramFailure } from '../gateway.ts'
import { hintsOf } from './hints.ts'
import { Api, LAYER } from './library.ts'
import { rpcAnswerOf } from './rpc-error.ts'
import { createPorts, routeTo, type Address, type Ports } from '../routes/index.ts'
import { openSender, type Loss, type Sender } from './sender.ts'
import { RoutedSocket } from './socket.ts'

export type DataCentre = { readonly dcId: number; readonly host: string; readonly port: number }

export type TransportOptions = ConnectionOptions & {
  readonly defaultDc: DataCentre
  /** The only address to dial instead of Telegram's. */
  readonly resolveAddress?: ((dc: DataCentre) => Address) | undefined
  /** What is known of Telegram's ports here. */
  readonly ports?: Ports
}
const CONNECT_TIMEOUT_MS = 30_000
const CALL_TIMEOUT_MS = 25_000
const PING_EVERY_MS = 60_000
const PING_TIMEOUT_MS = 15_000
/** Telegram closes a connection that is silent for longer than this. */
const DISCONNECT_DELAY_SECONDS = 100
/** One handshake in 256 agrees on a key whose leading zero byte the library drops. */
const HANDSHAKES = 3

/** A request and, by its type, what answers it. */
export type Asked<T> = Api.AnyRequest & { readonly __response: T }

export type Call<T> = {
  readonly request: Asked<T>
  /** Without an answer it is not known whether it was carried out. */
  readonly changes: boolean
}

/**
 * Requests and answers over one connection at a time, with a time limit on each. It dies for good at the first sign of
 * trouble: the connection lost, an answer missing, the key unknown. Only a sign-in may move it to another data centre.
 */
export function createTransport(options: TransportOptions) {
  const { timers, onHint, log, ports = createPorts() } = options
  let sender: Sender | null = null
  let socket: RoutedSocket | null = null
  let dc: DataCentre = options.session ?? options.defaultDc
  let config: Api.Config | null = null
  let dead = false
  /** Greeted and in use: from then on a loss is the end. While connecting it is a reason to try once more. */
  let established = false
  let watch = newWatch()
  let cancelPing = (): void => undefined

  const route = () => {
    const addresses = options.resolveAddress
      ? [options.resolveAddress(dc)]
      : ports.order().map(port => ({ host: dc.host, port }))
    return routeTo({ dcId: dc.dcId, addresses }, options.proxy ?? null)
  }

  /** Connected, and then nothing that Telegram would say: the next try begins elsewhere. */
  const reportSilence = (address: Address): void => {
    if ((watch.loss !== null && watch.loss !== 'closed') || dead) return
    options.onAttempt?.({ ...address, outcome: 'no-answer' })
    if (socket?.padded === false) ports.silent(address.port)
  }

  const lose = (reason: Loss): void => {
    watch.loss ??= reason
    for (const tell of [...watch.waiting]) tell(watch.loss)
  }

  // Not a race of promises: one that never settles would keep every answer it was raced against in memory.
  const limited = <T>(work: Promise<T>, ms: number): Promise<T | 'timeout' | Loss> =>
    new Promise((resolve, reject) => {
      const { loss, waiting } = watch
      if (loss !== null) return resolve(loss)
      const settle = (outcome: () => void): void => {
        cancel()
        waiting.delete(onLoss)
        outcome()
      }
      const onLoss = (told: Loss): void => settle(() => resolve(told))
      const cancel = timers.after(ms, () => settle(() => resolve('timeout')))
      waiting.add(onLoss)
      work.then(
        value => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error as Error)),
      )
    })

  const closeSender = async (): Promise<void> => {
    established = false
    cancelPing()
    const closing = sender
    sender = null
    await closing?.close()
    // One that has not come up yet has no sender to close it.
    await socket?.close()
    socket = null
  }

  const die = (): void => {
    if (dead) return
    dead = true
    lose('closed')
    void closeSender()
    onHint({ kind: 'disconnected' })
  }

  /** Opens a connection to the present data centre. Throws, or answers with what Telegram said about the session. */
  const open = async (key: StoredSession['key'] | null): Promise<Result<Api.Config, TelegramFailure>> => {
    const mine = newWatch()
    watch = mine
    socket = new RoutedSocket(route(), options.onAttempt)
    const opening = openSender(dc.dcId, socket, key, {
      onLoss: reason => {
        if (watch !== mine) return
        lose(reason)
        if (established) die()
      },
      onUpdate: update => hintsOf(update).forEach(onHint),
    })
    const opened = await limited(opening, CONNECT_TIMEOUT_MS)
    if (typeof opened === 'string') {
      // It may still come up; then nobody wants it any more.
      opening.then(late => late.close()).catch(() => undefined)
      throw new Error(opened)
    }
    sender = opened
    const greeting = await exchange(initialRequest(options), CONNECT_TIMEOUT_MS)
    return greeting.ok ? success(greeting.value as Api.Config) : greeting
  }

  const exchange = async (
    request: Api.AnyRequest,
    ms: number,
  ): Promise<Result<unknown, TelegramFailure & { migrateTo?: number }>> => {
    if (sender === null) return failure(OFFLINE)
    try {
      const answer = await limited(sender.send(request), ms)
      if (typeof answer === 'string') return failure(NO_ANSWER)
      return success(answer)
    } catch (error) {
      const rpc = rpcAnswerOf(error)
      if (rpc === null) return failure(NO_ANSWER)
      const told = classify(rpc.name, rpc.code)
      return failure(rpc.migrateTo === null ? told : { ...told, migrateTo: rpc.migrateTo })
    }
  }

  const connectTo = async (
    key: StoredSession['key'] | null,
  ): Promise<Result<Api.Config, TelegramFailure>> => {
    for (let tries = 1; ; tries++) {
      const opened = await open(key).catch(() => null)
      if (opened?.ok) {
        config = opened.value
        established = true
        if (key === null && sender !== null) options.onSession({ ...dc, key: sender.key() })
        keepAlive()
        return opened
      }
      const reached = socket?.reached ?? null
      if (reached !== null && (opened === null || opened.error.reaction === 'UNCERTAIN'))
        reportSilence(reached)
      await closeSender()
      if (dead) return failure(OFFLINE)
      if (watch.loss === 'too-many-connections') return failure(TOO_MANY_CONNECTIONS)
      if (watch.loss === 'wrong-data-centre') return failure(WRONG_DATA_CENTRE)
      if (watch.loss === 'key-unknown' && key !== null) {
        // Once may be a server in trouble, so it is asked again.
        if (tries >= 2) return failure(classify('AUTH_KEY_UNREGISTERED', 401))
        continue
      }
      if (opened !== null && opened.error.reaction !== 'UNCERTAIN') return opened
      if (key !== null || reached === null || tries >= HANDSHAKES) return failure(OFFLINE)
    }
  }

  const keepAlive = (): void => {
    cancelPing()
    cancelPing = timers.after(PING_EVERY_MS, () => {
      const ping = new Api.PingDelayDisconnect({
        pingId: bigInt.randBetween(1, Number.MAX_SAFE_INTEGER),
        disconnectDelay: DISCONNECT_DELAY_SECONDS,
      })
      exchange(ping, PING_TIMEOUT_MS)
        .then(pong => {
          if (dead) return
          if (pong.ok) keepAlive()
          else die()
        })
        .catch(() => die())
    })
  }

  /** Telegram wants this sign-in at another data centre, where it needs a new key. False: nothing can be asked any more. */
  const moveTo = async (dcId: number): Promise<boolean> => {
    const option = config?.dcOptions.find(
      ({ id, ipv6, mediaOnly, cdn, tcpoOnly }) => id === dcId && !ipv6 && !mediaOnly && !cdn && !tcpoOnly,
    )
    if (option === undefined) return false
    await closeSender()
    dc = { dcId, host: option.ipAddress, port: option.port }
    return (await connectTo(null)).ok
  }

  const invoke = async <T>({ request, changes }: Call<T>): Promise<Result<T, TelegramFailure>> => {
    if (dead || sender === null) return failure(OFFLINE)
    let answer = await exchange(request, CALL_TIMEOUT_MS)
    if (!answer.ok && answer.error.migrateTo !== undefined && options.purpose === 'sign-in') {
      if (await moveTo(answer.error.migrateTo)) answer = await exchange(request, CALL_TIMEOUT_MS)
    }
    if (answer.ok) return success(answer.value as T)
    const { reaction, code, rpc, waitSeconds } = answer.error
    log('debug', 'telegram.refused', { method: request.className, rpc })
    if (reaction === 'UNCERTAIN' && rpc === NO_ANSWER.rpc) {
      die()
      return failure(changes ? NO_ANSWER : OFFLINE)
    }
    return failure(waitSeconds === undefined ? { reaction, code, rpc } : { reaction, code, rpc, waitSeconds })
  }

  return {
    connect: async (): Promise<Result<Api.Config, TelegramFailure>> =>
      dead ? failure(OFFLINE) : connectTo(options.session?.key ?? null),
    invoke,
    moveTo,
    destroy: async (): Promise<void> => {
      dead = true
      lose('closed')
      await closeSender()
    },
  }
}

export type Transport = ReturnType<typeof createTransport>

/** What waits for one connection, and what has become of it. */
const newWatch = (): { loss: Loss | null; readonly waiting: Set<(loss: Loss) => void> } => ({
  loss: null,
  waiting: new Set(),
})

/** What a connection says first: which schema we speak, and who we are. */
export function initialRequest({
  apiId,
  device,
}: Pick<ConnectionOptions, 'apiId' | 'device'>): Api.InvokeWithLayer {
  return new Api.InvokeWithLayer({
    layer: LAYER,
    query: new Api.InitConnection({
      apiId,
      // What Telegram shows in the list of active sessions; never another client's name.
      deviceModel: 'AutoTele Desktop',
      systemVersion: process.platform,
      appVersion: device.appVersion,
      langCode: device.language,
      systemLangCode: device.language,
      langPack: '',
      query: new Api.help.GetConfig(),
    }),
  })
}

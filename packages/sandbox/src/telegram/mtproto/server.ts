import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { TlObject, TlValue } from '../tl/value.ts'
import { TlWriter } from '../tl/writer.ts'
import { serveConnection } from './connection.ts'
import type { Ground } from './ground.ts'
import { createAuthKeys, randomLong } from './keys.ts'
import type { AuthKey, AuthKeys } from './keys.ts'
import { createRpc } from './rpc.ts'
import type { Call } from './rpc.ts'
import { createService } from './service.ts'
import type { Link, Session } from './session.ts'
import { createSessions } from './sessions.ts'

type ServerOptions = {
  readonly dcId: number
  /** 0 for any. */
  readonly port: number
  readonly ground: Ground
  readonly invoke: (call: Call) => TlValue
  readonly record: (call: Call) => ((outcome: string) => void) | undefined
  /** A method nobody wrote, or a constructor that is in no schema, was asked. */
  readonly unknown: (method: string, layer: number | null) => void
  /** Something the state file holds has changed. */
  readonly changed: () => void
  readonly log: (line: string) => void
}

/** One data centre below the API: sockets, keys, sessions, requests in, answers and updates out. */
export type MtprotoServer = {
  readonly dcId: number
  readonly port: number
  readonly keys: AuthKeys
  /** Sends updates to every connected session that fits, but the one that caused them. */
  readonly push: (to: (key: AuthKey) => boolean, updates: TlObject, except?: Session) => void
  readonly dropAll: () => void
  readonly forgetKeys: () => void
  readonly stop: () => Promise<void>
}

const MOST_CONNECTIONS = 256
const HOST = '127.0.0.1'

export const startServer = async (options: ServerOptions): Promise<MtprotoServer> => {
  const { dcId, ground } = options
  const { layers, rsa, faults, habits, ids, seconds } = ground
  const { service } = layers
  const keys = createAuthKeys()
  const sessions = createSessions({ ids, habits, service })
  const sockets = new Map<Link, Socket>()
  const timers = new Map<Link, NodeJS.Timeout>()

  const closeAfter = (session: Session, ms: number): void => {
    const { link } = session
    if (!link) return
    clearTimeout(timers.get(link))
    timers.set(link, setTimeout(() => sockets.get(link)?.destroy(), Math.min(ms, 600_000)).unref())
  }
  const drop = (session: Session): void => {
    const { link } = session
    if (!link) return
    sockets.get(link)?.destroy()
    session.detach(link)
  }

  const rpc = createRpc({ ...options, layers, service, keys, habits, faults, seconds, drop })
  const answerService = createService({
    service,
    sessions,
    faults,
    seconds,
    closeAfter,
    forgetKey: session => {
      keys.remove(session.key.id)
      options.changed()
    },
  })
  const agreed = (bytes: Buffer, salt: bigint, lifetime: number | null): void => {
    // auth.bindTempAuthKey, the first call with a temporary key, holds its own message id and cannot be sent again.
    const stale = habits.staleSalt && lifetime === null
    keys.add(bytes, stale ? randomLong() : salt, lifetime === null ? null : seconds() + lifetime)
    options.changed()
  }

  const server = createServer(socket => {
    const link = serveConnection(socket, {
      handshake: { dcId, rsa, service, seconds, agreed },
      service,
      keys,
      sessions,
      ids,
      habits,
      faults,
      answerService,
      rpc,
      seconds,
      log: options.log,
    })
    sockets.set(link, socket)
    socket.on('close', () => {
      clearTimeout(timers.get(link))
      timers.delete(link)
      sockets.delete(link)
    })
  })
  server.maxConnections = MOST_CONNECTIONS
  const port = await listen(server, options.port)

  const dropAll = (): void => {
    for (const socket of sockets.values()) socket.destroy()
  }

  const push: MtprotoServer['push'] = (to, updates, except) => {
    for (const session of sessions.all()) {
      const key = keys.authority(session.key)
      if (session === except || !session.link || !session.wantsUpdates || !key || !to(key)) continue
      const layer = key.layer === null ? undefined : layers.find(key.layer)
      if (!layer) continue
      try {
        session.send(new TlWriter(layer).boxed(updates).done(), 'notice', true)
      } catch (error) {
        options.log(`an update ${updates._}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  return {
    dcId,
    port,
    keys,
    push,
    dropAll,
    forgetKeys: () => {
      keys.clear()
      sessions.clear()
      options.changed()
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        dropAll()
      }),
  }
}

// Sessions of GramJS and teleproto hold their port in 16 signed bits, so one above that cannot be saved.
const LOWEST_PORT = 20_000
const HIGHEST_PORT = 32_767
const TRIES = 50

/** Listens on the port, or for 0 on a free one that every client can keep. Throws what the last try threw. */
const listen = async (server: Server, wanted: number): Promise<number> => {
  for (let tries = 1; ; tries += 1) {
    const port = wanted === 0 ? randomInt(LOWEST_PORT, HIGHEST_PORT + 1) : wanted
    try {
      server.listen(port, HOST)
      await once(server, 'listening')
      return port
    } catch (error) {
      if (wanted !== 0 || tries >= TRIES) throw error
    }
  }
}

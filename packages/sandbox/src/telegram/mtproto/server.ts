import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createRsaKey } from '../crypto/rsa.ts'
import type { RsaKey } from '../crypto/rsa.ts'
import { createLayers } from '../tl/layers.ts'
import type { TlObject, TlValue } from '../tl/value.ts'
import { TlWriter } from '../tl/writer.ts'
import { serveConnection } from './connection.ts'
import { createFaults } from './faults.ts'
import type { Faults } from './faults.ts'
import { createAuthKeys, randomLong } from './keys.ts'
import type { AuthKeys } from './keys.ts'
import { createMessageIds } from './message-ids.ts'
import { createRpc } from './rpc.ts'
import type { Call } from './rpc.ts'
import { createService } from './service.ts'
import type { Link, Session, WireHabits } from './session.ts'
import { createSessions } from './sessions.ts'

type ServerOptions = {
  readonly port: number
  readonly invoke: (call: Call) => TlValue
  readonly record: (call: Call) => void
  /** Something the state file holds has changed. */
  readonly changed: () => void
  readonly log: (line: string) => void
}

/** The protocol below the API: sockets, keys, sessions, requests in, answers and updates out. */
export type MtprotoServer = {
  readonly port: number
  readonly rsa: RsaKey
  readonly keys: AuthKeys
  readonly faults: Faults
  readonly habits: WireHabits
  /** Sends updates to every connected session of a user but the one that caused them. */
  readonly push: (userId: number, updates: TlObject, except?: Session) => void
  readonly shiftClock: (ms: number) => void
  readonly dropAll: () => void
  readonly forgetKeys: () => void
  readonly stop: () => Promise<void>
}

const MOST_CONNECTIONS = 256

export const startServer = async (options: ServerOptions): Promise<MtprotoServer> => {
  const habits: WireHabits = { containers: true, gzipAbove: 512, staleSalt: true, paddingBlocks: 15 }
  let offset = 0
  const now = (): number => Date.now() + offset
  const seconds = (): number => Math.floor(now() / 1000)

  const layers = createLayers()
  const { service } = layers
  const rsa = createRsaKey()
  const keys = createAuthKeys()
  const faults = createFaults()
  const ids = createMessageIds(now)
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
      handshake: { rsa, service, seconds, agreed },
      service,
      keys,
      sessions,
      ids,
      habits,
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
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })

  const dropAll = (): void => {
    for (const socket of sockets.values()) socket.destroy()
  }

  const push = (userId: number, updates: TlObject, except?: Session): void => {
    for (const session of sessions.all()) {
      const key = keys.authority(session.key)
      if (session === except || !session.link || !session.wantsUpdates || key?.userId !== userId) continue
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
    port: (server.address() as AddressInfo).port,
    rsa,
    keys,
    faults,
    habits,
    push,
    shiftClock: ms => {
      offset += ms
      if (ms < 0) ids.reset()
    },
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

import { createConnection, type Socket } from 'node:net'
import { RouteError, type Address, type Route } from './route.ts'

const CONNECT_TIMEOUT_MS = 8000

/** Without anything in between. */
export const directRoute = (addresses: readonly Address[]): Route => ({
  addresses,
  open: async (address, signal) => ({ socket: await dial(address, 'unreachable', signal) }),
  padded: false,
})

/** Throws `RouteError` with that outcome. */
export function dial(
  { host, port }: Address,
  outcome: 'unreachable' | 'proxy-unreachable',
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new RouteError(outcome, true))
    const socket = createConnection({ host, port, noDelay: true, timeout: CONNECT_TIMEOUT_MS })
    const end = (): void => {
      socket.off('error', fail).off('timeout', fail).off('connect', connected)
      signal.removeEventListener('abort', fail)
    }
    const fail = (): void => {
      end()
      socket.on('error', () => undefined)
      socket.destroy()
      // A proxy that is away is away for every address behind it.
      reject(new RouteError(outcome, signal.aborted || outcome === 'proxy-unreachable'))
    }
    const connected = (): void => {
      end()
      socket.setTimeout(0)
      resolve(socket)
    }
    socket.on('error', fail).on('timeout', fail).on('connect', connected)
    signal.addEventListener('abort', fail)
  })
}

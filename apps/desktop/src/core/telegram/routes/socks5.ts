import { SocksClient } from 'socks'
import type { Proxy } from '../gateway.ts'
import { dial } from './direct.ts'
import { RouteError, type Address, type Route } from './route.ts'

const HANDSHAKE_TIMEOUT_MS = 10_000

/** Through a SOCKS5 proxy (RFC 1928, RFC 1929). It is given addresses, never names, and carries the ordinary transport. */
export const socks5Route = (
  { host, port, username, password }: Extract<Proxy, { kind: 'socks5' }>,
  addresses: readonly Address[],
): Route => ({
  addresses,
  open: async (address, signal) => {
    const socket = await dial({ host, port }, 'proxy-unreachable', signal)
    const giveUp = (): unknown => socket.destroy()
    signal.addEventListener('abort', giveUp)
    try {
      await SocksClient.createConnection({
        command: 'connect',
        // What was dialled is handed over; the library needs the address for its checks only.
        proxy: { host, port, type: 5, ...(username === '' ? {} : { userId: username, password }) },
        destination: address,
        existing_socket: socket,
        timeout: HANDSHAKE_TIMEOUT_MS,
      })
      return { socket }
    } catch (error) {
      // The library's error carries the password: nothing of it goes any further than its sentence.
      throw reasonOf(error instanceof Error ? error.message : '', socket.bytesRead > 0)
    } finally {
      signal.removeEventListener('abort', giveUp)
      socket.on('error', () => undefined)
    }
  },
  padded: false,
})

/** The library has sentences, no codes; those it can end a version 5 handshake with. */
function reasonOf(message: string, answered: boolean): RouteError {
  if (/authentication failed|no accepted authentication/i.test(message))
    return new RouteError('proxy-credentials-refused', true)
  // One that spoke the protocol and then hung up, or says nothing more, is a proxy that gets nowhere.
  const silent = answered && !/invalid/i.test(message)
  if (silent || /rejected connection/i.test(message)) return new RouteError('proxy-refused', false)
  return new RouteError('proxy-not-socks5', true)
}

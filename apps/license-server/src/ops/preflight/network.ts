import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

const TIMEOUT_MS = 8000

/** What is asked of the network; injected, so that every finding can be shown in a test. */
export type Network = {
  /** Addresses of a host name; empty when it has none. */
  readonly resolve: (host: string) => Promise<readonly string[]>
  /** When the certificate of `host` ends, as verified by the system's authorities; throws with the reason else. */
  readonly certificateEnd: (host: string, port: number) => Promise<Date>
  readonly isOpen: (host: string, port: number) => Promise<boolean>
  readonly fetch: typeof fetch
}

export const systemNetwork: Network = {
  resolve: async host => (await lookup(host, { all: true }).catch(() => [])).map(one => one.address),
  certificateEnd: (host, port) =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host, port, servername: host }, () => {
        const { valid_to: end } = socket.getPeerCertificate()
        socket.end()
        resolve(new Date(end))
      })
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer')))
      socket.on('error', reject)
    }),
  isOpen: (host, port) =>
    new Promise(resolve => {
      const socket = connect({ host, port }, () => {
        socket.end()
        resolve(true)
      })
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer')))
      socket.on('error', () => resolve(false))
    }),
  fetch: (input, init) => fetch(input, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init }),
}

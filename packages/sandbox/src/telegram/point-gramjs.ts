import bigInt from 'big-integer'
// Whichever library the gateway stands on in this process: both choose by the same condition.
import { _serverKeys } from '#telegram/crypto/RSA.js'
import { fingerprintOf, modulusOf } from './crypto/rsa.ts'

type Place = { readonly host: string; readonly port: number }

/** What a client knows of where it wants to go. */
export type Asked = { readonly dcId?: number; readonly port?: number }

/**
 * Makes the Telegram library of this process trust a local data centre, and gives the address to dial. The
 * package dials port 80 whatever its session says, so the socket class of the client has to ask `resolveAddress`; of
 * several data centres it names the one with that id or port, and the first for anything else.
 * Throws in production: a client that trusts a home-made key must not exist there.
 */
export const pointGramjsAt = (
  dc: Place & {
    readonly rsaPublicKey: string
    readonly dataCentres?: readonly { readonly id: number; readonly port: number }[]
  },
): { readonly resolveAddress: (asked?: Asked) => Place } => {
  if (process.env['NODE_ENV'] === 'production') throw new Error('The local data centre is not for production')
  _serverKeys.set(fingerprintOf(dc.rsaPublicKey).toString(), {
    n: bigInt(modulusOf(dc.rsaPublicKey).toString('hex'), 16),
    e: 65_537,
  })
  // The first is where `port` says, which whoever calls may have changed.
  const others = dc.dataCentres?.slice(1) ?? []
  return {
    resolveAddress: asked => {
      const found =
        others.find(({ id }) => id === asked?.dcId) ?? others.find(({ port }) => port === asked?.port)
      return { host: dc.host, port: found?.port ?? dc.port }
    },
  }
}

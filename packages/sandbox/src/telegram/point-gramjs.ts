import bigInt from 'big-integer'
import { _serverKeys } from 'telegram/crypto/RSA.js'
import { fingerprintOf, modulusOf } from './crypto/rsa.ts'

/**
 * Makes the npm package `telegram` of this process trust a local data centre, and gives the address to dial. The
 * package dials port 80 whatever its session says, so the socket class of the client has to ask `resolveAddress`.
 * Throws in production: a client that trusts a home-made key must not exist there.
 */
export const pointGramjsAt = (dc: {
  readonly host: string
  readonly port: number
  readonly rsaPublicKey: string
}): { readonly resolveAddress: () => { host: string; port: number } } => {
  if (process.env['NODE_ENV'] === 'production') throw new Error('The local data centre is not for production')
  _serverKeys.set(fingerprintOf(dc.rsaPublicKey).toString(), {
    n: bigInt(modulusOf(dc.rsaPublicKey).toString('hex'), 16),
    e: 65_537,
  })
  return { resolveAddress: () => ({ host: dc.host, port: dc.port }) }
}

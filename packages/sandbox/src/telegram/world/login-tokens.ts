import { randomBytes } from 'node:crypto'
import { RpcError } from '../errors.ts'

// https://core.telegram.org/api/qr-login: "typically expires after 30 seconds".
const LIFETIME_SECONDS = 30

type Token = {
  readonly keyId: bigint
  readonly expires: number
  readonly exceptIds: ReadonlySet<number>
  acceptedBy: number | null
}

/** Tokens shown as QR codes. Every function throws RpcError. */
export type LoginTokens = {
  /** For an authorisation key, which is not signed in. `expires` is in world seconds. */
  readonly issue: (keyId: bigint, exceptIds: readonly number[]) => { token: Buffer; expires: number }
  /** An account says yes; gives the key that has to be told. */
  readonly accept: (token: Uint8Array, userId: number) => bigint
  /** What was accepted for this key, if anything was. */
  readonly acceptedFor: (keyId: bigint) => { token: Buffer; userId: number } | undefined
  /** Who accepted it; used up by this. */
  readonly redeem: (token: Uint8Array) => number
}

/** `now` is world time in seconds. */
export const createLoginTokens = (now: () => number): LoginTokens => {
  const tokens = new Map<string, Token>()

  const find = (bytes: Uint8Array): { name: string; token: Token } => {
    const name = Buffer.from(bytes).toString('hex')
    const token = tokens.get(name)
    if (!token) throw new RpcError(400, 'AUTH_TOKEN_INVALID')
    if (token.expires <= now()) throw new RpcError(400, 'AUTH_TOKEN_EXPIRED')
    return { name, token }
  }

  return {
    issue: (keyId, exceptIds) => {
      for (const [name, token] of tokens) if (token.expires <= now()) tokens.delete(name)
      const bytes = randomBytes(32)
      const expires = now() + LIFETIME_SECONDS
      tokens.set(bytes.toString('hex'), { keyId, expires, exceptIds: new Set(exceptIds), acceptedBy: null })
      return { token: bytes, expires }
    },
    accept: (bytes, userId) => {
      const { token } = find(bytes)
      if (token.acceptedBy !== null) throw new RpcError(400, 'AUTH_TOKEN_ALREADY_ACCEPTED')
      if (token.exceptIds.has(userId)) throw new RpcError(400, 'AUTH_TOKEN_EXCEPTION')
      token.acceptedBy = userId
      return token.keyId
    },
    acceptedFor: keyId => {
      for (const [name, { keyId: owner, expires, acceptedBy }] of tokens)
        if (owner === keyId && acceptedBy !== null && expires > now())
          return { token: Buffer.from(name, 'hex'), userId: acceptedBy }
      return undefined
    },
    redeem: bytes => {
      const { name, token } = find(bytes)
      if (token.acceptedBy === null) throw new RpcError(400, 'AUTH_TOKEN_INVALID')
      tokens.delete(name)
      return token.acceptedBy
    },
  }
}

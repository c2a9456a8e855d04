import { randomBytes } from 'node:crypto'
import { RpcError } from '../errors.ts'
import { bytes, int, long } from '../tl/fields.ts'
import { authorized } from './auth-sign-in.ts'
import type { Handler, OpenHandler, Transfers } from './context.ts'

const LIFETIME_SECONDS = 300

/** Authorisations on their way from one data centre to another. `now` is in world seconds. */
export const createTransfers = (now: () => number): Transfers => {
  const transfers = new Map<string, { userId: number; dcId: number; expires: number }>()
  return {
    issue: (userId, dcId) => {
      for (const [name, { expires }] of transfers) if (expires <= now()) transfers.delete(name)
      const token = randomBytes(64)
      transfers.set(token.toString('hex'), { userId, dcId, expires: now() + LIFETIME_SECONDS })
      return token
    },
    redeem: (token, dcId) => {
      const name = Buffer.from(token).toString('hex')
      const found = transfers.get(name)
      if (found?.dcId !== dcId || found.expires <= now()) return undefined
      transfers.delete(name)
      return found.userId
    },
  }
}

const exportAuthorization: Handler = (request, { dataCentres, transfers, caller, user }) => {
  const dcId = int(request, 'dc_id')
  if (dcId === caller.dcId || !dataCentres().some(({ id }) => id === dcId))
    throw new RpcError(400, 'DC_ID_INVALID')
  return { _: 'auth.exportedAuthorization', id: user.id, bytes: transfers.issue(user.id, dcId) }
}

const importAuthorization: OpenHandler = (request, context) => {
  const { caller, transfers, world } = context
  const userId = transfers.redeem(bytes(request, 'bytes'), caller.dcId)
  const user = userId === undefined ? undefined : world.user(userId)
  if (!user) throw new RpcError(400, 'AUTH_BYTES_INVALID')
  if (long(request, 'id') !== BigInt(user.id)) throw new RpcError(400, 'USER_ID_INVALID')
  caller.key.userId = user.id
  context.changed()
  return authorized(context, user)
}

export const openTransferHandlers: Record<string, OpenHandler> = {
  'auth.importAuthorization': importAuthorization,
}

export const transferHandlers: Record<string, Handler> = { 'auth.exportAuthorization': exportAuthorization }

import { RpcError } from '../errors.ts'
import type { TlObject } from '../tl/value.ts'
import type { User } from '../world/state.ts'
import type { OpenContext, Shared } from './context.ts'
import { userView } from './views.ts'

export const authorized = ({ world }: Shared, user: User): TlObject => ({
  _: 'auth.authorization',
  user: userView({ world, viewer: user.id }, user),
})

/**
 * Signs the caller's key in as who has proved to be this account, or notes that the password is still owed. Throws
 * RpcError 401 SESSION_PASSWORD_NEEDED.
 */
export const admit = (context: OpenContext, user: User): TlObject => {
  const { key } = context.caller
  if (user.login?.password != null) {
    key.pendingUserId = user.id
    throw new RpcError(401, 'SESSION_PASSWORD_NEEDED')
  }
  key.userId = user.id
  context.changed()
  return authorized(context, user)
}

import { RpcError } from '../errors.ts'
import { bytes, longs } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import type { User } from '../world/state.ts'
import { admit, authorized } from './auth-sign-in.ts'
import type { Handler, OpenContext, OpenHandler, Shared } from './context.ts'

// https://core.telegram.org/api/qr-login

const success = (authorization: TlObject): TlObject => ({ _: 'auth.loginTokenSuccess', authorization })

const userOf = ({ world }: Shared, id: number): User => {
  const user = world.user(id)
  if (!user) throw new RpcError(401, 'USER_DEACTIVATED')
  return user
}

const redeem = (context: OpenContext, token: Uint8Array): TlObject => {
  const user = userOf(context, context.loginTokens.redeem(token))
  return success(admit(context, user))
}

const exportLoginToken: OpenHandler = (request, context) => {
  const { key, dcId } = context.caller
  if (key.userId !== null) return success(authorized(context, userOf(context, key.userId)))
  const accepted = context.loginTokens.acceptedFor(key.id)
  if (accepted) {
    const home = context.homeOf(userOf(context, accepted.userId))
    if (home !== dcId) return { _: 'auth.loginTokenMigrateTo', dc_id: home, token: accepted.token }
    return redeem(context, accepted.token)
  }
  const exceptIds = longs(request, 'except_ids').map(Number)
  return { _: 'auth.loginToken', ...context.loginTokens.issue(key.id, exceptIds) }
}

const importLoginToken: OpenHandler = (request, context) => redeem(context, bytes(request, 'token'))

/** Says yes to a token for an account: whoever shows it is told to ask for what became of it. Throws RpcError. */
export const acceptToken = (shared: Shared, token: Uint8Array, user: User): void => {
  const keyId = shared.loginTokens.accept(token, user.id)
  // Alone in an updateShort: mtcute looks for it nowhere else.
  shared.tellKey(keyId, { _: 'updateShort', update: { _: 'updateLoginToken' }, date: shared.world.now() })
}

const acceptLoginToken: Handler = (request, context) => {
  acceptToken(context, bytes(request, 'token'), context.user)
  const now = context.world.now()
  return {
    _: 'authorization',
    password_pending: context.user.login?.password != null,
    hash: 1n,
    device_model: 'AutoTele',
    platform: 'Desktop',
    system_version: '1',
    api_id: 1,
    app_name: 'AutoTele',
    app_version: '1',
    date_created: now,
    date_active: now,
    ip: '127.0.0.1',
    country: 'France',
    region: '',
  }
}

export const openQrHandlers: Record<string, OpenHandler> = {
  'auth.exportLoginToken': exportLoginToken,
  'auth.importLoginToken': importLoginToken,
}

export const qrHandlers: Record<string, Handler> = { 'auth.acceptLoginToken': acceptLoginToken }

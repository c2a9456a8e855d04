import { RpcError } from '../errors.ts'
import type { Call } from '../mtproto/rpc.ts'
import type { TlValue } from '../tl/value.ts'
import { authHandlers, openAuthHandlers } from './auth.ts'
import type { Handler, OpenHandler, Shared } from './context.ts'
import { dialogHandlers } from './dialogs.ts'
import { entityHandlers } from './entities.ts'
import { helpHandlers } from './help.ts'
import { mediaHandlers } from './media.ts'
import { scheduledHandlers } from './scheduled.ts'
import { sendHandlers } from './send.ts'
import { sendAsHandlers } from './send-as.ts'
import { topicHandlers } from './topics.ts'
import { updatesHandlers } from './updates.ts'
import { uploadHandlers } from './upload.ts'

const open = new Map<string, OpenHandler>(Object.entries({ ...helpHandlers, ...openAuthHandlers }))

const signedIn = new Map<string, Handler>(
  Object.entries({
    ...authHandlers,
    ...updatesHandlers,
    ...entityHandlers,
    ...dialogHandlers,
    ...sendHandlers,
    ...scheduledHandlers,
    ...mediaHandlers,
    ...uploadHandlers,
    ...topicHandlers,
    ...sendAsHandlers,
  }),
)

/** What an authorisation imported from another data centre is good for. */
const FOR_GUESTS = /^(upload\.|auth\.logOut$)/

/** Carries requests out over a world. A method nobody wrote is told to `log` and answered 400. Throws RpcError. */
export const createApi = (shared: Shared, log: (line: string) => void): ((call: Call) => TlValue) => {
  return ({ request, caller }) => {
    const anyone = open.get(request._)
    if (anyone) return anyone(request, { ...shared, caller })
    const handler = signedIn.get(request._)
    if (!handler) {
      log(`unknown method ${request._}`)
      throw new RpcError(400, 'INPUT_METHOD_INVALID')
    }
    const { userId, pendingUserId } = caller.key
    const user = userId === null ? undefined : shared.world.user(userId)
    if (!user)
      throw new RpcError(401, pendingUserId === null ? 'AUTH_KEY_UNREGISTERED' : 'SESSION_PASSWORD_NEEDED')
    const home = shared.homeOf(user)
    if (home !== caller.dcId && !FOR_GUESTS.test(request._)) throw new RpcError(303, `USER_MIGRATE_${home}`)
    return handler(request, { ...shared, caller, user, view: { world: shared.world, viewer: user.id } })
  }
}

import type { Request, Response } from 'express'
import { ADMIN_HEADER, HEADERS, type AdminRoute, type Role, type Scope } from '@autotele/shared'
import type { Administrators, ApiTokens, Opened, Sessions } from '../../admin/index.ts'
import { ProblemError } from '../problems.ts'
import type { Caller } from './context.ts'

const SAFE = new Set(['GET', 'HEAD'])
const COOKIE_SECONDS = 8 * 3600

/**
 * The cookie of the console. A `__Host-` name is only taken over https, for this host and every path, so no neighbour
 * can set it (RFC 6265bis, 4.1.3.2). On plain http outside production, where a browser would refuse it, a plain name
 * stands in.
 */
export function createCookie(secure: boolean) {
  const name = secure ? '__Host-autotele-admin' : 'autotele-admin-dev'
  const flags = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return {
    name,
    read(request: Request): string | undefined {
      const pairs = (request.get('cookie') ?? '').split(';').map(pair => pair.trim())
      return pairs.find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1)
    },
    set: (response: Response, { secret }: Opened) =>
      response.append('Set-Cookie', `${name}=${secret}; ${flags}; Max-Age=${String(COOKIE_SECONDS)}`),
    clear: (response: Response) => response.append('Set-Cookie', `${name}=; ${flags}; Max-Age=0`),
  }
}
export type Cookie = ReturnType<typeof createCookie>

export const addressOf = (request: Request): string => request.ip ?? ''
export const requestIdOf = (response: Response): string => String(response.getHeader(HEADERS.requestId) ?? '')

/**
 * Refuses what another site made a browser send. `SameSite=Strict` already keeps the cookie away from it; the header
 * cannot be sent across sites without a preflight that nobody answers, and browsers say themselves where a call comes
 * from (Fetch Metadata; OWASP, CSRF Prevention).
 */
function refuseCrossSite(request: Request): void {
  if (SAFE.has(request.method)) return
  const site = request.get('sec-fetch-site')
  if (site !== 'same-origin' || request.get(ADMIN_HEADER) !== '1')
    throw new ProblemError('CROSS_SITE_REQUEST')
}

/** Decides who may pass. Throws the problem to answer with. What a route does not allow is refused. */
export function createGuard(options: {
  readonly sessions: Sessions
  readonly tokens: ApiTokens
  readonly administrators: Administrators
  readonly cookie: Cookie
}) {
  const { sessions, tokens, administrators, cookie } = options

  async function identify(
    request: Request,
    response: Response,
  ): Promise<Caller & { scopes?: readonly Scope[] }> {
    const from = { address: addressOf(request), requestId: requestIdOf(response) }
    const authorization = request.get('authorization')
    if (authorization !== undefined) {
      const user = await tokens.authenticate(authorization.replace(/^Bearer /i, ''))
      if (!user) throw new ProblemError('SIGN_IN_REQUIRED')
      const { administratorId, tokenId, role, scopes } = user
      return {
        administratorId,
        role,
        scopes,
        session: null,
        actor: { id: administratorId, tokenId, ...from },
      }
    }
    const secret = cookie.read(request)
    const session = secret === undefined ? null : await sessions.find(secret)
    if (!session) throw new ProblemError('SIGN_IN_REQUIRED')
    refuseCrossSite(request)
    const { administratorId, administrator } = session
    const role: Role = administrators.role(administrator)
    return { administratorId, role, session, actor: { id: administratorId, tokenId: null, ...from } }
  }

  return async function admit(
    route: AdminRoute,
    request: Request,
    response: Response,
  ): Promise<Caller | null> {
    if (route.access === 'public') {
      refuseCrossSite(request)
      return null
    }
    const { scopes, ...caller } = await identify(request, response)
    if (!route.access.includes(caller.role)) throw new ProblemError('FORBIDDEN')
    if (scopes !== undefined) {
      // A token was made by someone who gave a one-time code for it, and says itself how far it goes.
      if (route.scope === undefined || !scopes.includes(route.scope)) throw new ProblemError('FORBIDDEN')
    } else if (route.stepUp && caller.session && !sessions.confirmedUntil(caller.session)) {
      throw new ProblemError('STEP_UP_REQUIRED')
    }
    return caller
  }
}
export type Guard = ReturnType<typeof createGuard>

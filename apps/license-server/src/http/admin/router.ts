import { Router, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import { ADMIN_ROUTES, HEADERS, type AdminRoute, type AdminRouteName } from '@autotele/shared'
import { CursorError } from '../../admin/index.ts'
import { bytesOf, parseBody, v1Body } from '../body.ts'
import { describeAdminApi } from '../openapi.ts'
import { ProblemError } from '../problems.ts'
import type { Caller, Context, Handlers, OnceOnly } from './context.ts'
import type { Guard } from './guard.ts'

const NO_QUERY = z.object({})

/** Values of a query; a name that comes twice counts once. */
const queryOf = (request: Request): Record<string, string> =>
  Object.fromEntries(new URL(request.originalUrl, 'http://localhost').searchParams)

/** The call's idempotency key, where the route takes one. */
function onceOf(
  route: AdminRoute,
  caller: Caller | null,
  request: Request,
  response: Response,
): OnceOnly | undefined {
  const key = request.get(HEADERS.idempotencyKey)
  if (!route.idempotent || !caller || key === undefined) return undefined
  if (key.length === 0 || key.length > 255) throw new ProblemError('IDEMPOTENCY_KEY_REQUIRED')
  return {
    principal: caller.administratorId,
    route: request.path,
    key,
    body: bytesOf(request),
    onReplay: () => void response.set(HEADERS.idempotencyReplayed, 'true'),
  }
}

/** A path that names nothing there could be is the same as one that names nothing there is. */
function parse<T>(schema: z.ZodType<T>, value: unknown, otherwise: 'NOT_FOUND' | 'VALIDATION_FAILED'): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(issue => ({
    pointer: `/${issue.path.map(String).join('/')}`,
    code: issue.code,
    detail: issue.message,
  }))
  throw new ProblemError(otherwise, otherwise === 'NOT_FOUND' ? {} : { errors })
}

/**
 * Mounts the table of routes: who may pass is decided before anything is read, and only what the table says is answered
 * leaves. `host`, when set, is the only name the administration answers on.
 */
export function adminRoutes(options: {
  readonly admit: Guard
  readonly handlers: Handlers
  readonly limit: RequestHandler
  readonly host: string | undefined
  readonly publicUrl: string
}): Router {
  const { admit, handlers, limit, host, publicUrl } = options
  const router = Router()
  router.use('/admin/v1', (request, response, next) => {
    if (host !== undefined && request.get('host') !== host) throw new ProblemError('NOT_FOUND')
    response.set('Cache-Control', 'no-store')
    next()
  })
  router.use('/admin/v1', limit)

  for (const name of Object.keys(ADMIN_ROUTES) as AdminRouteName[]) {
    const route: AdminRoute = ADMIN_ROUTES[name]
    router[route.method](route.path, v1Body, answer(name, route))
  }

  const description = describeAdminApi(publicUrl)
  router.get('/admin/v1/openapi.json', async (request, response) => {
    await admit({ ...ADMIN_ROUTES.readSession, scope: 'licenses:read' }, request, response)
    response.json(description)
  })
  return router

  function answer<N extends AdminRouteName>(name: N, route: AdminRoute): RequestHandler {
    return async (request: Request, response: Response) => {
      const caller = await admit(route, request, response)
      const context = {
        caller,
        params: route.params && parse(route.params, request.params, 'NOT_FOUND'),
        query: parse(route.query ?? NO_QUERY, queryOf(request), 'VALIDATION_FAILED'),
        body: route.body && parseBody(request, route.body),
        once: onceOf(route, caller, request, response),
        request,
        response,
        // The table gives each of them the type that the handler of this name takes.
      } as unknown as Context<N>
      const value: unknown = await handlers[name](context).catch((error: unknown) => {
        if (error instanceof CursorError) {
          const detail = { pointer: '/cursor', code: 'custom', detail: 'not a cursor of this list' }
          throw new ProblemError('VALIDATION_FAILED', { errors: [detail] })
        }
        throw error
      })
      if (route.answer === 'text/csv') return
      response.status(route.status ?? 200)
      if (route.answer === null) response.end()
      else response.json(route.answer.parse(value))
    }
  }
}

import { inject, type InjectionKey } from 'vue'
import type { z } from 'zod'
import {
  ADMIN_HEADER,
  ADMIN_ROUTES,
  HEADERS,
  PROBLEM_STATUS,
  problemSchema,
  type AdminAnswer,
  type AdminRoute,
  type AdminRouteName,
  type ExportName,
  type ProblemCode,
} from '@autotele/shared'

/** What went wrong: a code of the server's, or no server, or an answer of another version's. */
export type ApiError = {
  readonly code: ProblemCode | 'OFFLINE' | 'UNREADABLE'
  /** The server's own words, in English; for what the code alone does not say. */
  readonly detail?: string | undefined
  /** Seconds. */
  readonly retryAfter?: number | undefined
  /** Members of the body that the server did not take, as JSON pointers. */
  readonly fields: readonly string[]
}
export type Result<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: ApiError }

type Part<N extends AdminRouteName, K extends 'params' | 'body'> =
  (typeof ADMIN_ROUTES)[N] extends Record<K, infer S extends z.ZodType>
    ? Readonly<Record<K, z.input<S>>>
    : unknown
type Query<N extends AdminRouteName> = (typeof ADMIN_ROUTES)[N] extends { query: infer S extends z.ZodType }
  ? { readonly query?: { readonly [P in keyof z.input<S>]?: string | number | boolean | undefined } }
  : unknown
/** What a call of this route takes: the members of its path, its query and its body. */
export type AdminInput<N extends AdminRouteName> = Part<N, 'params'> & Part<N, 'body'> & Query<N>

type Options = { readonly idempotencyKey?: string }
type Parts = { readonly params?: object; readonly query?: object; readonly body?: unknown }

/** What the client needs of the session, which itself is read through the client. */
export type SessionHooks = {
  /** The server knows nobody: whether there is a session still, after all. */
  readonly lost: () => Promise<boolean>
  /** Asks the person for a one-time code; whether it was given and taken. */
  readonly stepUp: () => Promise<boolean>
  /** An answer came, which the server counts as activity. */
  readonly used: () => void
}

export type Api = {
  readonly call: <N extends AdminRouteName>(
    name: N,
    input: AdminInput<N>,
    options?: Options,
  ) => Promise<Result<AdminAnswer<N>>>
  /** A whole list as CSV. */
  readonly download: (list: ExportName, reason: string) => Promise<Result<Blob>>
}
export const ApiKey: InjectionKey<Api> = Symbol('api')
export function useApi(): Api {
  const api = inject(ApiKey)
  if (!api) throw new Error('no client was provided')
  return api
}

/** Routes whose 401 is about what was typed, not about the session. */
const ABOUT_ITSELF: ReadonlySet<AdminRouteName> = new Set([
  'signIn',
  'readSession',
  'stepUp',
  'changePassword',
])
const isCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEM_STATUS, code)

/** Calls the administration's routes as their table describes them, and checks what comes back against it. */
export function createApi(options: {
  readonly fetch: typeof fetch
  readonly hooks: () => SessionHooks
}): Api {
  const { hooks } = options

  async function send(
    route: AdminRoute,
    { params = {}, query = {}, body }: Parts,
    { idempotencyKey }: Options,
  ) {
    const path = route.path.replaceAll(/:(\w+)/g, (_all, name: string) =>
      encodeURIComponent(String((params as Record<string, unknown>)[name])),
    )
    const wanted = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
    const search = new URLSearchParams(wanted.map(([name, value]) => [name, String(value)])).toString()
    return await options.fetch(search === '' ? path : `${path}?${search}`, {
      method: route.method.toUpperCase(),
      credentials: 'same-origin',
      cache: 'no-store',
      headers: {
        [ADMIN_HEADER]: '1',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { [HEADERS.idempotencyKey]: idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  async function problemOf(response: Response): Promise<ApiError> {
    const { data } = problemSchema.safeParse(await response.json().catch(() => undefined))
    if (!data || !isCode(data.code)) return { code: 'UNREADABLE', fields: [] }
    const wait = Number(response.headers.get('Retry-After') ?? Number.NaN)
    return {
      code: data.code,
      detail: data.detail,
      retryAfter: Number.isFinite(wait) ? wait : undefined,
      fields: data.errors?.map(({ pointer }) => pointer) ?? [],
    }
  }

  /** Sends, and again once when what was in the way could be put right: a new code, a cookie that changed meanwhile. */
  async function request(
    name: AdminRouteName,
    parts: Parts,
    how: Options,
    again = true,
  ): Promise<Result<Response>> {
    const route: AdminRoute = ADMIN_ROUTES[name]
    let response: Response
    try {
      response = await send(route, parts, how)
    } catch {
      return { ok: false, error: { code: 'OFFLINE', fields: [] } }
    }
    if (response.ok) {
      if (route.access !== 'public') hooks().used()
      return { ok: true, data: response }
    }
    const error = await problemOf(response)
    const repaired =
      again &&
      ((error.code === 'STEP_UP_REQUIRED' && (await hooks().stepUp())) ||
        (error.code === 'SIGN_IN_REQUIRED' && !ABOUT_ITSELF.has(name) && (await hooks().lost())))
    return repaired ? await request(name, parts, how, false) : { ok: false, error }
  }

  return {
    async call<N extends AdminRouteName>(name: N, input: AdminInput<N>, how: Options = {}) {
      const result = await request(name, input as Parts, how)
      if (!result.ok) return result
      const { answer }: AdminRoute = ADMIN_ROUTES[name]
      if (answer === null || answer === 'text/csv') return { ok: true, data: undefined as AdminAnswer<N> }
      const parsed = answer.safeParse(await result.data.json().catch(() => undefined))
      return parsed.success
        ? { ok: true, data: parsed.data as AdminAnswer<N> }
        : { ok: false, error: { code: 'UNREADABLE', fields: [] } }
    },
    async download(list, reason) {
      const result = await request('exportList', { body: { list, reason } }, {})
      if (!result.ok) return result
      try {
        return { ok: true, data: await result.data.blob() }
      } catch {
        // Cut off halfway: half a list is worse than none.
        return { ok: false, error: { code: 'OFFLINE', fields: [] } }
      }
    },
  }
}

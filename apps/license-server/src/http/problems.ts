import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import { HEADERS, PROBLEM_STATUS, type Problem, type ProblemCode } from '@autotele/shared'
import { PROBLEM_TEXTS } from './problem-texts.ts'

type Extras = Pick<Problem, 'detail' | 'actions' | 'errors' | 'devices'>

/** A negative answer of the HTTP contract, thrown by whoever finds it. Its text is safe to show. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly extras: Extras
  /** Seconds. */
  readonly retryAfter: number | undefined
  constructor(code: ProblemCode, extras: Extras = {}, retryAfter?: number) {
    super(code)
    this.name = 'ProblemError'
    this.code = code
    this.extras = extras
    this.retryAfter = retryAfter
  }
}

const slugOf = (code: string): string => code.toLowerCase().replaceAll('_', '-')
/** Where a code is explained, below the public URL. */
export const problemPath = (code: ProblemCode): string => `/problems/${slugOf(code)}`
const CODES = new Map(
  (Object.keys(PROBLEM_TEXTS) as ProblemCode[]).map(code => [slugOf(code), code] as const),
)
export const codeOfPage = (slug: string): ProblemCode | undefined => CODES.get(slug)

/** Express' name for the setting that holds the public URL, without which a problem's `type` would be relative. */
export const PUBLIC_URL = 'autotele public url'

/** Writes an RFC 9457 problem. */
export function sendProblem(
  response: Response,
  code: ProblemCode,
  extras: Extras = {},
  retryAfter?: number,
): void {
  const status = PROBLEM_STATUS[code]
  const problem: Problem = {
    type: `${String(response.app.get(PUBLIC_URL))}${problemPath(code)}`,
    title: PROBLEM_TEXTS[code].title.en,
    status,
    code,
    requestId: String(response.getHeader(HEADERS.requestId) ?? ''),
    ...extras,
  }
  if (retryAfter !== undefined) response.set('Retry-After', String(Math.max(1, Math.ceil(retryAfter))))
  response.status(status).type('application/problem+json').send(JSON.stringify(problem))
}

export const notFound: RequestHandler = (_request, response) => sendProblem(response, 'NOT_FOUND')

/** body-parser's errors, and those of a URL that cannot be decoded, carry a status. */
const clientErrorSchema = z.object({ status: z.int().min(400).max(499) })
/** A connection refused or lost, a pool that is exhausted: the request may be repeated. */
const DATABASE_AWAY = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'ECONNREFUSED'])

/** The code for anything that was thrown on the way. */
function codeOf(error: unknown): ProblemCode {
  if (error instanceof ProblemError) return error.code
  const { data } = clientErrorSchema.safeParse(error)
  if (data)
    return data.status === 413
      ? 'PAYLOAD_TOO_LARGE'
      : data.status === 415
        ? 'UNSUPPORTED_MEDIA_TYPE'
        : 'MALFORMED_BODY'
  return isDatabaseAway(error) ? 'UNAVAILABLE' : 'INTERNAL'
}

/** Whether the database could not be reached, as opposed to having refused a statement. */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && DATABASE_AWAY.has(error.code)) return true
  return /ECONNREFUSED|ECONNRESET|timeout|terminat|Can't reach database|not accept/i.test(error.message)
}

/** Turns whatever was thrown into a problem; only what is ours to repair is logged. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const code = codeOf(error)
    if (code === 'INTERNAL' || code === 'UNAVAILABLE') {
      log.error(
        { err: error, requestId: response.getHeader(HEADERS.requestId), path: request.path },
        STATUS_CODES[500],
      )
    }
    const { extras = {}, retryAfter } = error instanceof ProblemError ? error : {}
    sendProblem(response, code, extras, retryAfter ?? (code === 'UNAVAILABLE' ? 5 : undefined))
  }
}

import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import { HEADERS, PROBLEM_STATUS, type Problem, type ProblemCode } from '@autotele/shared'

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

const TITLES: Readonly<Record<ProblemCode, string>> = {
  MALFORMED_BODY: 'The body is not JSON',
  IDEMPOTENCY_KEY_REQUIRED: 'The Idempotency-Key header is missing',
  USE_NONCE: 'Use the nonce of this answer',
  PROOF_REPLAYED: 'This device proof was used before',
  PROOF_INVALID: 'The device proof does not prove this request',
  DEVICE_UNKNOWN: 'This device holds no license',
  SIGN_IN_REQUIRED: 'Nobody is signed in',
  SIGN_IN_FAILED: 'Address, password and code do not belong together',
  FORBIDDEN: 'Your role, or this token, may not do this',
  STEP_UP_REQUIRED: 'This needs a new one-time code',
  CROSS_SITE_REQUEST: 'This call did not come from the console',
  NOT_FOUND: 'There is nothing here',
  SEAT_LIMIT_REACHED: 'Every seat of this license is taken',
  IDEMPOTENCY_IN_PROGRESS: 'The first request with this key has not ended',
  CONFLICT: 'This is no longer, or not yet, possible',
  PAYLOAD_TOO_LARGE: 'The body is too large',
  UNSUPPORTED_MEDIA_TYPE: 'The body must be plain JSON',
  VALIDATION_FAILED: 'The body is not what this route takes',
  IDEMPOTENCY_KEY_REUSED: 'This key came with another body before',
  LICENSE_KEY_INVALID: 'No license has this key',
  RATE_LIMITED: 'Too many requests',
  TRIAL_BUDGET_SPENT: 'Too many trials began on this network today',
  INTERNAL: 'Something went wrong here',
  PAYMENTS_UNAVAILABLE: 'Payments are not available now',
  UNAVAILABLE: 'Not available now',
}

/** Writes an RFC 9457 problem. */
export function sendProblem(
  response: Response,
  code: ProblemCode,
  extras: Extras = {},
  retryAfter?: number,
): void {
  const status = PROBLEM_STATUS[code]
  const problem: Problem = {
    type: `urn:autotele:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: TITLES[code],
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

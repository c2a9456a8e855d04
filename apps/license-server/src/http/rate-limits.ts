import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { sendProblem } from './problems.ts'

const MINUTE_MS = 60_000
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/** What one address may do per minute. Keys have 130 bits: these limits protect the machine, not the keys. */
const PER_MINUTE = { general: 120, trials: 10, checkouts: 10, activate: 10 } as const
export type RateLimits = Readonly<Record<keyof typeof PER_MINUTE, RequestHandler>>

/** `exemptLoopback`: for trying and for tests, where everyone is 127.0.0.1. Counts are kept per process. */
export function createRateLimits(options: { readonly exemptLoopback: boolean }): RateLimits {
  const limiter = (limit: number): RequestHandler =>
    rateLimit({
      windowMs: MINUTE_MS,
      limit,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // Whether forwarded addresses are believed is the configuration's business, which Express follows.
      validate: { xForwardedForHeader: false, trustProxy: false },
      skip: request => options.exemptLoopback && LOOPBACK.has(request.ip ?? ''),
      handler: (_request, response) => {
        sendProblem(response, 'RATE_LIMITED', {}, MINUTE_MS / 1000)
      },
    })
  return {
    general: limiter(PER_MINUTE.general),
    trials: limiter(PER_MINUTE.trials),
    checkouts: limiter(PER_MINUTE.checkouts),
    activate: limiter(PER_MINUTE.activate),
  }
}

import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { z } from 'zod'
import { bytesOf } from './body.ts'
import { sendProblem } from './problems.ts'

const MINUTE_MS = 60_000
export const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/**
 * What may be done per minute: by one address, in all and of a kind; by one device, which has proved itself; with one
 * licence key, wherever it is tried. Keys have 130 bits: these limits protect the machine, not the keys.
 */
const PER_MINUTE = { general: 120, trials: 10, checkouts: 10, activate: 10, device: 60, license: 10 } as const
export type RateLimits = Readonly<Record<keyof typeof PER_MINUTE, RequestHandler>>

/** `exemptLoopback`: for trying and for tests, where everyone is 127.0.0.1. Counts are kept per process. */
export function createRateLimits(options: { readonly exemptLoopback: boolean }): RateLimits {
  const limiter = (
    limit: number,
    keyGenerator?: (request: Request, response: Response) => string,
  ): RequestHandler =>
    rateLimit({
      windowMs: MINUTE_MS,
      limit,
      ...(keyGenerator ? { keyGenerator } : {}),
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // Whether forwarded addresses are believed is the configuration's business, which Express follows.
      validate: { xForwardedForHeader: false, trustProxy: false },
      skip: request => options.exemptLoopback && LOOPBACK.has(request.ip ?? ''),
      handler: (request, response) => {
        const { resetTime } = limitSchema.parse(request)
        const wait = resetTime ? (resetTime.getTime() - Date.now()) / 1000 : MINUTE_MS / 1000
        sendProblem(response, 'RATE_LIMITED', {}, wait)
      },
    })
  return {
    general: limiter(PER_MINUTE.general),
    trials: limiter(PER_MINUTE.trials),
    checkouts: limiter(PER_MINUTE.checkouts),
    activate: limiter(PER_MINUTE.activate),
    device: limiter(PER_MINUTE.device, (_request, response) => String(response.locals['deviceId'])),
    license: limiter(PER_MINUTE.license, triedKey),
  }
}

const limitSchema = z
  .object({ rateLimit: z.object({ resetTime: z.date().optional() }) })
  .transform(({ rateLimit: { resetTime } }) => ({ resetTime }))
  .catch({ resetTime: undefined })
const keySchema = z.object({ licenseKey: z.string() })

/** Which key a request tries, as a hash: counters are no place for keys. */
function triedKey(request: Request): string {
  let key = ''
  try {
    key = keySchema.parse(JSON.parse(bytesOf(request).toString())).licenseKey
  } catch {
    // Not a request that could activate anything: all of these share one counter.
  }
  const plain = key.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')
  return createHash('sha256').update(plain).digest('base64url')
}

import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { z } from 'zod'
import { parseLicenseKey } from '@autotele/crypto'
import { createAttempts } from '../admin/index.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'
import { bytesOf } from './body.ts'
import { networkOf } from './networks.ts'
import { ProblemError } from './problems.ts'

const MINUTE_SECONDS = 60
export const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/**
 * What may be done per minute: by one address, in all and of a kind; by one device, which has proved itself; with one
 * licence key, wherever it is tried. Keys have 130 bits: these limits protect the machine, not the keys.
 */
const PER_MINUTE = { general: 120, trials: 10, checkouts: 10, activate: 10, device: 60, license: 10 } as const
type Limit = keyof typeof PER_MINUTE
export type RateLimits = Readonly<Record<Limit, RequestHandler>>

/**
 * `exemptLoopback`: for trying and for tests, where everyone is 127.0.0.1. What costs something beyond this process
 * (a trial, an invoice, a key tried) is counted in the database, over all replicas. The other two only keep one process
 * from being flooded, at every request: each process counts for itself, and nothing is written. The administrator guide says so.
 */
export function createRateLimits(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  readonly exemptLoopback: boolean
  readonly onLimited: (limit: Limit) => void
}): RateLimits {
  const { db, clock, pepper, exemptLoopback, onLimited } = options
  const exempt = (request: Request) => exemptLoopback && LOOPBACK.has(request.ip ?? '')

  const inProcess = (
    name: 'general' | 'device',
    keyGenerator?: (request: Request, response: Response) => string,
  ): RequestHandler =>
    rateLimit({
      windowMs: MINUTE_SECONDS * 1000,
      limit: PER_MINUTE[name],
      ...(keyGenerator ? { keyGenerator } : {}),
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // Whether forwarded addresses are believed is the configuration's business, which Express follows.
      validate: { xForwardedForHeader: false, trustProxy: false },
      skip: exempt,
      handler: (request, _response, next) => {
        onLimited(name)
        const { resetTime } = limitSchema.parse(request)
        const wait = resetTime ? (resetTime.getTime() - Date.now()) / 1000 : MINUTE_SECONDS
        next(new ProblemError('RATE_LIMITED', {}, wait))
      },
    })

  const overAll = (
    name: 'trials' | 'checkouts' | 'activate' | 'license',
    of: (request: Request) => string,
  ): RequestHandler => {
    const attempts = createAttempts({
      ...{ db, clock, pepper },
      ...{ limit: PER_MINUTE[name], windowSeconds: MINUTE_SECONDS },
    })
    return async (request, _response, next) => {
      const wait = exempt(request) ? undefined : await attempts.take(`${name}:${of(request)}`)
      if (wait === undefined) return next()
      onLimited(name)
      throw new ProblemError('RATE_LIMITED', {}, wait)
    }
  }

  return {
    general: inProcess('general'),
    device: inProcess('device', (_request, response) => String(response.locals['deviceId'])),
    trials: overAll('trials', addressOf),
    checkouts: overAll('checkouts', addressOf),
    activate: overAll('activate', addressOf),
    license: overAll('license', triedKey),
  }
}

/** An IPv4 address, or the IPv6 network that one subscriber is given. */
const addressOf = (request: Request): string => networkOf(request.ip ?? '', { v4: 32, v6: 48 })

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
  // A key has many spellings; what is none has at least no two cases.
  const plain = parseLicenseKey(key) ?? key.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')
  return createHash('sha256').update(plain).digest('base64url')
}

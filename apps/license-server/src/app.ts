import express, { type Express, type Router } from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import { measure, type Metrics } from './http/metrics.ts'
import { errorHandler, notFound, PUBLIC_URL } from './http/problems.ts'
import { requestLog } from './http/request-log.ts'

/** Puts the routes together: what every answer carries, then the routers, then what nobody answered. */
export function createApp(options: {
  readonly routers: readonly Router[]
  readonly publicUrl: string
  readonly trustProxy: boolean | number | string[]
  readonly metrics: Metrics
  readonly log: Logger
}): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', options.trustProxy)
  app.set(PUBLIC_URL, options.publicUrl)
  // A query is read by no route; parsing one is work for a stranger.
  app.set('query parser', false)
  app.use(requestLog(options.log))
  app.use(measure(options.metrics))
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
    }),
  )
  // A NUL is in no name of ours, and PostgreSQL takes none.
  app.use((request, response, next) =>
    request.url.includes('%00') ? notFound(request, response, next) : next(),
  )
  for (const router of options.routers) app.use(router)
  app.use(notFound)
  app.use(errorHandler(options.log))
  return app
}

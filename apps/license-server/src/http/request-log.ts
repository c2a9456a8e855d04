import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { HEADERS } from '@autotele/shared'

/** Names each request, and writes one line when it has been answered: no header, no query, no body. */
export const requestLog =
  (log: Logger): RequestHandler =>
  (request, response, next) => {
    const requestId = randomUUID()
    const started = performance.now()
    response.set(HEADERS.requestId, requestId)
    response.once('close', () => {
      const level = response.statusCode >= 500 ? 'error' : 'info'
      const { method, path } = request
      const ms = Math.round(performance.now() - started)
      const aborted = response.writableFinished ? {} : { aborted: true }
      log[level]({ requestId, method, path, status: response.statusCode, ms, ...aborted }, 'request')
    })
    next()
  }

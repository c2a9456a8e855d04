import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import express, { Router } from 'express'
import { ProblemError } from '../problems.ts'

/** Nothing inline, nothing from elsewhere, no string becomes script: the console is built to need none of it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types vue',
].join('; ')

/** Where the build of `apps/admin` is; `undefined` when there is none. */
export function findConsole(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@autotele/admin/package.json')
    const folder = join(dirname(manifest), 'out')
    return existsSync(join(folder, 'index.html')) ? folder : undefined
  } catch {
    return undefined
  }
}

/**
 * The console's files under `/admin/`. `host`, when set, is the only name they are given out on. What has its content's
 * hash in its name may be kept for ever, the page that names them not for a moment.
 */
export function consoleRoutes(folder: string, host: string | undefined): Router {
  const router = Router({ strict: true })
  const hashed = join(folder, 'assets') + sep
  const files = express.static(folder, {
    // Of the page only its name counts, and it is read anew each time.
    etag: false,
    lastModified: false,
    cacheControl: false,
    redirect: false,
    setHeaders: (response, path) => {
      response.setHeader('Content-Security-Policy', POLICY)
      response.setHeader(
        'Cache-Control',
        path.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'no-store',
      )
    },
  })
  router.use('/admin', (request, _response, next) => {
    // The API beside it has its own answer.
    if (host !== undefined && request.get('host') !== host) throw new ProblemError('NOT_FOUND')
    next()
  })
  router.get('/admin', (_request, response) => response.redirect(308, '/admin/'))
  router.use('/admin', files)
  return router
}

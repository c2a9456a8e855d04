import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'

export type Gate = {
  /** A link that opens the page once, in one browser. */
  readonly newLink: () => string
  readonly guard: (request: Request, response: Response, next: NextFunction) => void
}

const MOST_LINKS = 10

const equal = (given: string, right: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * Lets in who has the link. It becomes a cookie at its first use rather than staying in the path: an address is kept
 * by histories and shown on screens, and what it opens reads codes and passwords. Other sites are kept out by the
 * host name (a rebound DNS name is not ours), by the origin of what they send, and by SameSite.
 */
export const createGate = (port: () => number, forbidden: (request: Request) => string): Gate => {
  const session = randomBytes(32).toString('base64url')
  let links: string[] = []
  const host = (): string => `127.0.0.1:${port()}`
  // Cookies do not tell ports apart (RFC 6265, section 8.5), so the name has to.
  const cookieName = (): string => `autotele-control-${port()}`

  const hasCookie = (request: Request): boolean =>
    (request.headers.cookie ?? '').split(/; */).some(pair => {
      const [name, value = ''] = pair.split('=')
      return name === cookieName() && equal(value, session)
    })

  const useLink = (given: string): boolean => {
    const right = links.find(link => equal(given, link))
    links = links.filter(link => link !== right)
    return right !== undefined
  }

  return {
    newLink: () => {
      const link = randomBytes(24).toString('base64url')
      links = [...links.slice(1 - MOST_LINKS), link]
      return `http://${host()}/?token=${link}`
    },
    guard: (request, response, next) => {
      const origin = request.headers.origin
      const changes = request.method !== 'GET' && request.method !== 'HEAD'
      if (request.headers.host !== host() || (changes && origin !== `http://${host()}`)) {
        return void response.status(403).type('text').send('forbidden')
      }
      const { token } = request.query
      if (typeof token === 'string' && !changes && useLink(token)) {
        const cookie = `${cookieName()}=${session}; HttpOnly; SameSite=Strict; Path=/`
        return void response.set('Set-Cookie', cookie).redirect(303, '/')
      }
      if (!hasCookie(request)) return void response.status(403).type('html').send(forbidden(request))
      if (token !== undefined) return void response.redirect(303, '/')
      next()
    },
  }
}

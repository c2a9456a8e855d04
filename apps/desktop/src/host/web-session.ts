import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../core/ports.ts'
import { writeFileAtomic } from '../core/storage/files.ts'

/** Who may use the browser-hosted interface. */
export type WebSessions = {
  /** A new token for one link; of the links not used yet, the last eight are good. */
  newToken(): string
  /** Takes a token once: the cookie to set (`Set-Cookie` value), or undefined when it is not, or no longer, good. */
  redeem(token: string): string | undefined
  /** Does this `Cookie` header hold a session of ours? */
  accepts(cookieHeader: string | undefined): boolean
}

const LIFE_SECONDS = 30 * 24 * 3600
const LINKS_KEPT = 8

/**
 * The token is in an address exactly once: the server takes it, forgets it, and answers with a redirect to `/` and a
 * cookie, so that history, bookmarks and a shared screen hold nothing of use. (A fragment would not reach the server,
 * and reading it would need a script before the person is known.) The cookie is an HMAC under a secret kept in the
 * data folder, so that a restart of the host keeps the browser signed in. Its name is this installation's own:
 * cookies ignore ports (RFC 6265 section 8.5), and two hosts on one machine must not sign each other out. For the same
 * reason a program of another user of this machine could read the cookie if this browser visited it on 127.0.0.1: on a
 * machine shared with people one does not trust, use the desktop form. `outside` knows links made without asking us.
 */
export function createWebSessions(
  secret: Uint8Array,
  clock: Clock,
  outside: { take(token: string): boolean } = { take: () => false },
): WebSessions {
  const sign = (text: string): Buffer => createHmac('sha256', secret).update(text).digest()
  const name = `autotele-${sign('cookie-name').toString('hex').slice(0, 8)}`
  let tokens: readonly Buffer[] = []

  function valid(value: string): boolean {
    const [expiry, nonce, mac, ...rest] = value.split('.')
    if (expiry === undefined || nonce === undefined || mac === undefined || rest.length > 0) return false
    if (!sameBytes(Buffer.from(mac, 'base64url'), sign(`session.${expiry}.${nonce}`))) return false
    return Number(expiry) * 1000 > clock.now()
  }

  return {
    newToken() {
      const token = randomBytes(32).toString('base64url')
      tokens = [...tokens, digest(token)].slice(-LINKS_KEPT)
      return token
    },
    redeem(token) {
      const given = digest(token)
      const left = tokens.filter(known => !sameBytes(known, given))
      if (left.length === tokens.length && !outside.take(token)) return undefined
      tokens = left
      const payload = `${Math.floor(clock.now() / 1000) + LIFE_SECONDS}.${randomBytes(16).toString('base64url')}`
      const mac = sign(`session.${payload}`).toString('base64url')
      return `${name}=${payload}.${mac}; Path=/; Max-Age=${LIFE_SECONDS}; HttpOnly; SameSite=Strict`
    },
    accepts: cookieHeader =>
      (cookieHeader ?? '').split(';').some(pair => {
        const [key, value] = pair.trim().split('=', 2)
        return key === name && value !== undefined && valid(value)
      }),
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

/** The secret behind the cookies (32 bytes, `config/.web-secret`, 0600); made the first time. */
export async function webSecret(dataFolder: string): Promise<Uint8Array> {
  const path = join(dataFolder, 'config', '.web-secret')
  const kept = await readFile(path).catch(() => undefined)
  if (kept?.length === 32) return kept
  const made = randomBytes(32)
  await writeFileAtomic(path, made)
  return made
}

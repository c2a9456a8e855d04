import { z } from 'zod'
import { Nothing } from './common.ts'
import { event, method } from './define.ts'
import { ErrorCode } from './errors.ts'

export { readProxyLink, readProxySecret, type ProxyLink, type ProxySecret } from './proxy-links.ts'

const Place = {
  /** A name or an address, without a scheme. */
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .regex(/^[^\s/@?#]+$/),
  port: z.int().min(1).max(65_535),
}
/** In UTF-8. */
const bytesIn = (text: string): number =>
  [...text].reduce((sum, letter) => {
    const point = letter.codePointAt(0) ?? 0
    return sum + (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)
  }, 0)
/** RFC 1929 gives one byte to each length. */
const Credential = z.string().refine(text => bytesIn(text) <= 255)

const Socks5 = z.strictObject({ kind: z.literal('socks5'), ...Place, username: Credential })
const MtProxy = z.strictObject({ kind: z.literal('mtproxy'), ...Place })
const None = z.strictObject({ kind: z.literal('none') })

/** How Telegram is reached. What is secret in it never comes back from the core: only whether there is one. */
export const ProxyView = z.discriminatedUnion('kind', [
  None,
  Socks5.extend({ hasPassword: z.boolean() }),
  MtProxy.extend({ hasSecret: z.boolean() }),
])
export type ProxyView = z.infer<typeof ProxyView>

/** `null`: the password or secret that is already kept, as long as it goes to the same host and port. */
export const ProxyChange = z.discriminatedUnion('kind', [
  None,
  Socks5.extend({ password: Credential.nullable() }),
  MtProxy.extend({ secret: z.string().min(1).max(1024).nullable() }),
])
export type ProxyChange = z.infer<typeof ProxyChange>

/** What became of one address that was tried. */
export const RouteOutcome = z.enum([
  'reached',
  'unreachable',
  /** Something took the connection and then said nothing that Telegram would. */
  'no-answer',
  'proxy-unreachable',
  'proxy-credentials-refused',
  'proxy-not-socks5',
  /** The proxy works and says that it cannot reach Telegram. */
  'proxy-refused',
])
export type RouteOutcome = z.infer<typeof RouteOutcome>

export const RouteAttempt = z.object({ host: z.string(), port: z.int(), outcome: RouteOutcome })
export type RouteAttempt = z.infer<typeof RouteAttempt>

export const RouteTest = z.object({
  /** Null: Telegram answered. */
  error: ErrorCode.nullable(),
  attempts: z.array(RouteAttempt),
  milliseconds: z.int(),
})
export type RouteTest = z.infer<typeof RouteTest>

export const network = {
  get: method(Nothing, ProxyView),
  /** Refuses a secret that cannot work (`proxy/secret-*`); every account then connects anew, by the new way. */
  setProxy: method(ProxyChange, ProxyView),
  /** Tries the whole way to Telegram, handshake included, and changes nothing. */
  test: method(ProxyChange, RouteTest),
  changed: event(ProxyView),
} as const

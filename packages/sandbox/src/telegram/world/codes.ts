import { randomBytes, timingSafeEqual } from 'node:crypto'
import { RpcError } from '../errors.ts'
import { createAttempts } from './attempts.ts'
import { NOBODY } from './login.ts'
import type { Delivery, Login } from './login.ts'

const LIFETIME_SECONDS = 300
const RESEND_AFTER_SECONDS = 60

/** Who calls for FlashCall: the whole number is the code. For MissedCall its last digits are. */
export const CALLER = '33975180'

type Sent = {
  readonly hash: string
  /** Null when nobody has the number, so that nobody can be told a code: then any is right. */
  readonly login: Login | null
  readonly sentAt: number
  readonly step: number
  /** Given for SetUpEmailRequired, not yet proved. */
  readonly newEmail: string | null
}

/** What a client is told of a code on its way. */
export type SentCode = {
  readonly hash: string
  readonly delivery: Delivery
  readonly length: number
  readonly email: string | null
  readonly next: Delivery | null
  /** Seconds after which `next` may be asked for. */
  readonly timeout: number | null
}

/** What a client gives: what was typed for the phone, or for the e-mail. */
export type GivenCode = { readonly phone: string | null; readonly email: string | null }

/** Login codes under way, by phone number (digits only). Every function throws RpcError. */
export type Codes = {
  readonly send: (phone: string, login: Login | null) => SentCode
  /** By the next way; refused while `timeout` runs, but after App, which no one need have. */
  readonly resend: (phone: string, hash: string) => SentCode
  readonly cancel: (phone: string, hash: string) => void
  /** The next way instead of an e-mail that cannot be read. */
  readonly resetEmail: (phone: string, hash: string) => SentCode
  /** For SetUpEmailRequired: a code goes to this address. */
  readonly offerEmail: (phone: string, hash: string, email: string) => { length: number }
  /** The code that went there; then the phone's code is on its way. */
  readonly proveEmail: (phone: string, hash: string, code: string) => { email: string; sent: SentCode }
  /** Returns when the code is right. It can be used once more until the sign-in is completed by `done`. */
  readonly check: (phone: string, hash: string, given: GivenCode) => void
  readonly done: (phone: string) => void
  readonly expire: (phone: string) => void
  /** What has to be typed for the code under way; undefined when there is none. */
  readonly expected: (phone: string) => string | undefined
  /** The codes under way, the latest first. */
  readonly pending: () => readonly PendingCode[]
}

/** `code` is null where any will do, for a number that nobody has; `sentAt` is in world seconds. */
export type PendingCode = {
  readonly phone: string
  readonly delivery: Delivery
  readonly sentAt: number
  readonly code: string | null
}

/** `now` is world time in seconds. */
export const createCodes = (now: () => number): Codes => {
  const sent = new Map<string, Sent>()
  const attempts = createAttempts(now)

  const find = (phone: string, hash: string): Sent => {
    if (hash === '') throw new RpcError(400, 'PHONE_CODE_HASH_EMPTY')
    const entry = sent.get(phone)
    if (entry?.hash !== hash || entry.sentAt + LIFETIME_SECONDS <= now())
      throw new RpcError(400, 'PHONE_CODE_EXPIRED')
    return entry
  }
  const advance = (phone: string, entry: Sent): SentCode => {
    if (nextOf(entry) === null) throw new RpcError(406, 'SEND_CODE_UNAVAILABLE')
    const next = { ...entry, step: entry.step + 1, sentAt: now() }
    sent.set(phone, next)
    return tell(next)
  }
  const refuse = (phone: string, text: string): never => {
    if (attempts.wrong(phone)) sent.delete(phone)
    throw new RpcError(400, text)
  }

  return {
    send: (phone, login) => {
      attempts.check(phone)
      const hash = randomBytes(9).toString('hex')
      const entry: Sent = { hash, login, sentAt: now(), step: 0, newEmail: null }
      sent.set(phone, entry)
      return tell(entry)
    },
    resend: (phone, hash) => {
      attempts.check(phone)
      const entry = find(phone, hash)
      const wait = entry.sentAt + RESEND_AFTER_SECONDS - now()
      if (wait > 0 && wayOf(entry) !== 'App' && nextOf(entry) !== null)
        throw new RpcError(420, `FLOOD_WAIT_${wait}`)
      return advance(phone, entry)
    },
    cancel: (phone, hash) => {
      find(phone, hash)
      sent.delete(phone)
    },
    resetEmail: (phone, hash) => {
      const entry = find(phone, hash)
      if (wayOf(entry) !== 'EmailCode') throw new RpcError(400, 'EMAIL_INSTALL_MISSING')
      return advance(phone, entry)
    },
    offerEmail: (phone, hash, email) => {
      const entry = find(phone, hash)
      if (wayOf(entry) !== 'SetUpEmailRequired') throw new RpcError(400, 'EMAIL_NOT_ALLOWED')
      if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) throw new RpcError(400, 'EMAIL_INVALID')
      sent.set(phone, { ...entry, newEmail: email, sentAt: now() })
      return { length: entry.login?.code.length ?? 0 }
    },
    proveEmail: (phone, hash, code) => {
      attempts.check(phone)
      const entry = find(phone, hash)
      if (entry.newEmail === null || entry.login === null) throw new RpcError(400, 'EMAIL_VERIFY_EXPIRED')
      if (!sameText(code, entry.login.code)) refuse(phone, 'CODE_INVALID')
      entry.login.email = entry.newEmail
      return { email: entry.newEmail, sent: advance(phone, entry) }
    },
    check: (phone, hash, given) => {
      attempts.check(phone)
      const entry = find(phone, hash)
      const byEmail = wayOf(entry) === 'EmailCode'
      const code = byEmail ? given.email : given.phone
      if (code === null || code === '') throw new RpcError(400, 'PHONE_CODE_EMPTY')
      const expected = expectedOf(entry)
      if (expected === null || sameText(code, expected)) return
      refuse(phone, 'PHONE_CODE_INVALID')
    },
    done: phone => {
      sent.delete(phone)
      attempts.forget(phone)
    },
    expire: phone => {
      sent.delete(phone)
    },
    expected: phone => {
      const entry = sent.get(phone)
      return entry && (expectedOf(entry) ?? undefined)
    },
    pending: () =>
      [...sent]
        .filter(([, entry]) => entry.sentAt + LIFETIME_SECONDS > now())
        .map(([phone, entry]) => ({
          phone,
          delivery: wayOf(entry),
          sentAt: entry.sentAt,
          code: expectedOf(entry),
        }))
        .sort((a, b) => b.sentAt - a.sentAt),
  }
}

const wayOf = ({ login, step }: Sent): Delivery => (login ?? NOBODY).deliveries[step] ?? 'Sms'

const nextOf = ({ login, step }: Sent): Delivery | null => (login ?? NOBODY).deliveries[step + 1] ?? null

const expectedOf = (entry: Sent): string | null => {
  if (entry.login === null) return null
  return wayOf(entry) === 'FlashCall' ? CALLER + entry.login.code : entry.login.code
}

const tell = (entry: Sent): SentCode => {
  const next = nextOf(entry)
  return {
    hash: entry.hash,
    delivery: wayOf(entry),
    length: entry.login?.code.length ?? 5,
    email: entry.login?.email ?? null,
    next,
    timeout: next === null ? null : RESEND_AFTER_SECONDS,
  }
}

const sameText = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

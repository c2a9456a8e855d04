import { randomBytes, timingSafeEqual } from 'node:crypto'
import { RpcError } from '../errors.ts'

const LIFETIME_SECONDS = 300
const MOST_WRONG = 5
const FLOOD_SECONDS = 300

/** How a code is said to have been sent; each resend takes the next. */
const DELIVERIES = ['App', 'Sms', 'Call'] as const
export type Delivery = (typeof DELIVERIES)[number]

type Sent = {
  readonly hash: string
  readonly code: string | null
  readonly sentAt: number
  readonly step: number
  wrong: number
}

/** Login codes under way, by phone number (digits only). Every function throws RpcError. */
export type Codes = {
  /** Without a code (nobody has this number, so nobody can be told one), any is right. */
  readonly send: (
    phone: string,
    code: string | null,
  ) => { hash: string; delivery: Delivery; next: Delivery | null }
  readonly resend: (
    phone: string,
    hash: string,
  ) => { hash: string; delivery: Delivery; next: Delivery | null }
  readonly cancel: (phone: string, hash: string) => void
  /** Returns when the code is right. It can be used once more until the sign-in is completed by `done`. */
  readonly check: (phone: string, hash: string, code: string) => void
  readonly done: (phone: string) => void
  readonly expire: (phone: string) => void
}

/** `now` is world time in seconds. */
export const createCodes = (now: () => number): Codes => {
  const sent = new Map<string, Sent>()
  const floodUntil = new Map<string, number>()

  const refuseFlood = (phone: string): void => {
    const wait = (floodUntil.get(phone) ?? 0) - now()
    if (wait > 0) throw new RpcError(420, `FLOOD_WAIT_${wait}`)
  }
  const answer = ({ hash, step }: Sent): ReturnType<Codes['send']> => ({
    hash,
    delivery: DELIVERIES[step] ?? 'Call',
    next: DELIVERIES[step + 1] ?? null,
  })
  const find = (phone: string, hash: string): Sent => {
    if (hash === '') throw new RpcError(400, 'PHONE_CODE_HASH_EMPTY')
    const entry = sent.get(phone)
    if (entry?.hash !== hash || entry.sentAt + LIFETIME_SECONDS <= now())
      throw new RpcError(400, 'PHONE_CODE_EXPIRED')
    return entry
  }

  return {
    send: (phone, code) => {
      refuseFlood(phone)
      const wrong = sent.get(phone)?.wrong ?? 0
      const entry: Sent = { hash: randomBytes(9).toString('hex'), code, sentAt: now(), step: 0, wrong }
      sent.set(phone, entry)
      return answer(entry)
    },
    resend: (phone, hash) => {
      refuseFlood(phone)
      const entry = find(phone, hash)
      if (entry.step + 1 >= DELIVERIES.length) throw new RpcError(406, 'SEND_CODE_UNAVAILABLE')
      const next = { ...entry, step: entry.step + 1, sentAt: now() }
      sent.set(phone, next)
      return answer(next)
    },
    cancel: (phone, hash) => {
      find(phone, hash)
      sent.delete(phone)
    },
    check: (phone, hash, code) => {
      refuseFlood(phone)
      const entry = find(phone, hash)
      if (code === '') throw new RpcError(400, 'PHONE_CODE_EMPTY')
      if (entry.code === null || sameText(code, entry.code)) return
      entry.wrong += 1
      if (entry.wrong >= MOST_WRONG) {
        sent.delete(phone)
        floodUntil.set(phone, now() + FLOOD_SECONDS)
      }
      throw new RpcError(400, 'PHONE_CODE_INVALID')
    },
    done: phone => {
      sent.delete(phone)
    },
    expire: phone => {
      sent.delete(phone)
    },
  }
}

const sameText = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

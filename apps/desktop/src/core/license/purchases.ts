import type { CheckoutResponse } from '@autotele/shared'
import type { CheckoutView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Log, Random, Timers } from '../ports.ts'
import { instantOf } from '../time.ts'
import { failureOf } from './failures.ts'
import type { Checkout, LicenseStore, Purchase } from './record.ts'
import { monitoredUntil, pollDelay } from './schedule.ts'
import type { Answer, LicenseServer } from './server.ts'

/** Old ones may still be paid; more than these nobody has open. */
const KEPT = 8

export type Purchases = {
  /** The latest checkout, whatever became of it. */
  view(): CheckoutView | null
  /** Creates a checkout, or finds the one still open; answers with its address. Throws `license/*`. */
  buy(): Promise<string>
  /** Asks now for every checkout that may still change; each then goes on by its schedule. Never throws. */
  check(): Promise<void>
  start(): void
  stop(): void
}

export type PurchasesDeps = {
  readonly store: LicenseStore
  readonly server: LicenseServer
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  /** Unix seconds of the server's clock, as well as it is known. */
  readonly now: () => number
  readonly observe: (serverTime: string) => void
  /** The body of a new checkout. */
  readonly request: () => string
  /** Takes what was bought; false when it could not be taken yet. `proofId` is of the request that brought it. */
  readonly deliver: (answer: CheckoutResponse, proofId: string) => Promise<boolean>
  readonly changed: () => void
}

/** The purchases of this device: each is polled until it can no longer change, across restarts. */
export function createPurchases(deps: PurchasesDeps): Purchases {
  const { store, server, timers, random, now } = deps
  let purchases = store.purchases()
  let buying: Promise<string> | null = null
  let running = false
  const polls = new Map<string, () => void>()

  const save = (next: readonly Purchase[]): void => {
    const kept = next.slice(-KEPT)
    store.savePurchases(kept)
    purchases = kept
  }
  const replace = (purchase: Purchase): void =>
    save(purchases.map(other => (other.idempotencyKey === purchase.idempotencyKey ? purchase : other)))
  const remove = (key: string): void => save(purchases.filter(other => other.idempotencyKey !== key))
  const find = (key: string): Purchase | undefined =>
    purchases.find(purchase => purchase.idempotencyKey === key)

  const begin = (): Purchase => {
    const purchase: Purchase = {
      idempotencyKey: Buffer.from(random.bytes(16)).toString('hex'),
      body: deps.request(),
      createdAt: now(),
      checkout: null,
    }
    save([...purchases, purchase])
    return purchase
  }

  const buy = async (): Promise<string> => {
    const latest = purchases.at(-1)
    if (latest?.checkout && isOpen(latest.checkout, now())) return latest.checkout.checkoutUrl
    // One that was begun and never answered goes on under its own key: the server may have made it already.
    const unanswered = latest && !latest.checkout ? await create(latest) : null
    if (unanswered && isOpen(unanswered, now())) return unanswered.checkoutUrl
    const made = await create(begin())
    if (!made) throw new CallFailure('license/refused')
    return made.checkoutUrl
  }

  /** Null when the key was spent on another request. */
  const create = async (purchase: Purchase): Promise<Checkout | null> => {
    const answer = await server.createCheckout(purchase.body, purchase.idempotencyKey)
    if (answer.kind !== 'ok') {
      const spent = answer.kind === 'refused' && answer.problem.code === 'IDEMPOTENCY_KEY_REUSED'
      // Whoever gave a final answer made nothing; without an answer the key is kept for the next try.
      if (answer.kind === 'refused' && answer.problem.status < 429 && answer.problem.status !== 409) {
        remove(purchase.idempotencyKey)
      }
      if (spent) return null
      throw failureOf(answer)
    }
    const { id, claimSecret, checkoutUrl, amount, currency, expiresAt } = answer.data
    const checkout: Checkout = {
      id,
      claimSecret,
      checkoutUrl,
      amount,
      currency,
      expiresAt: Math.floor(Date.parse(expiresAt) / 1000),
      state: 'awaiting_payment',
      paidAmount: null,
    }
    replace({ ...purchase, checkout })
    schedule(purchase.idempotencyKey)
    deps.changed()
    return checkout
  }

  const schedule = (key: string, notBeforeMs = 0): void => {
    polls.get(key)?.()
    polls.delete(key)
    const purchase = find(key)
    if (!running || !purchase?.checkout) return
    const { state, expiresAt } = purchase.checkout
    const delay = pollDelay({ state, createdAt: purchase.createdAt, expiresAt, now: now() })
    if (delay === null) return
    polls.set(
      key,
      timers.after(Math.max(delay, notBeforeMs), () => void pollSafely(key)),
    )
  }

  const poll = async (key: string): Promise<void> => {
    const purchase = find(key)
    if (!purchase?.checkout) return
    const { id, claimSecret } = purchase.checkout
    const answer = await server.checkout(id, claimSecret)
    if (!running) return
    if (answer.kind === 'ok') {
      deps.observe(answer.data.serverTime)
      const delivered = await deps.deliver(answer.data, answer.proofId)
      if (!delivered) deps.log('warning', 'license.purchase-not-taken')
      const { paidAmount } = answer.data
      // What was paid and not received is not over: it is asked for again.
      const state = delivered ? answer.data.state : 'confirming'
      const checkout: Checkout = { ...purchase.checkout, state, paidAmount }
      if (isForgettable(checkout, now())) remove(key)
      else replace({ ...purchase, checkout })
      deps.changed()
      schedule(key)
    } else if (isLost(answer) && now() > monitoredUntil(purchase.checkout.expiresAt)) {
      deps.log('warning', 'license.checkout-unknown')
      remove(key)
      deps.changed()
    } else {
      schedule(key, (answer.retryAfterSeconds ?? 0) * 1000)
    }
  }

  /** Nobody waits for a poll: what it could not store it brings again the next time. */
  const pollSafely = async (key: string): Promise<void> => {
    try {
      await poll(key)
    } catch {
      deps.log('warning', 'license.poll-failed')
      schedule(key)
    }
  }

  return {
    view: () => {
      const latest = purchases.findLast(purchase => purchase.checkout !== null)?.checkout
      return latest ? toView(latest) : null
    },
    buy: () => {
      buying ??= buy().finally(() => {
        buying = null
      })
      return buying
    },
    start: () => {
      running = true
    },
    check: async () => {
      const unsettled = purchases.filter(({ checkout }) => checkout && checkout.state !== 'settled')
      await Promise.all(unsettled.map(purchase => pollSafely(purchase.idempotencyKey)))
    },
    stop: () => {
      running = false
      for (const cancel of polls.values()) cancel()
      polls.clear()
    },
  }
}

/** Paying it, or waiting for what was paid, is still what the person should do. */
function isOpen({ state, expiresAt }: Checkout, now: number): boolean {
  switch (state) {
    case 'awaiting_payment':
      return now < expiresAt
    case 'confirming':
    case 'in_review':
      return true
    case 'settled':
    case 'underpaid':
    case 'expired':
    case 'invalid':
      return false
  }
}

/** Not signed, and a restored server may find it again by its own means: it ends nothing that can still be paid. */
const isLost = (answer: Answer<unknown>): boolean =>
  answer.kind === 'refused' && answer.problem.code === 'NOT_FOUND'

const isForgettable = ({ state, expiresAt }: Checkout, now: number): boolean =>
  (state === 'expired' || state === 'invalid') && now > monitoredUntil(expiresAt)

const toView = ({
  id,
  checkoutUrl,
  amount,
  currency,
  expiresAt,
  state,
  paidAmount,
}: Checkout): CheckoutView => ({
  id,
  checkoutUrl,
  amount,
  currency,
  expiresAt: instantOf(expiresAt * 1000),
  state,
  paidAmount,
})

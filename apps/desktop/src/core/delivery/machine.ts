import type { DeliveryState, ErrorCode } from '../../contract/index.ts'
import type { Placement, TelegramFailure } from '../telegram/gateway.ts'

// What becomes of one delivery, as a pure function. The driver commits `sending` before a request leaves and the
// outcome after it has come back; whatever happens in between is found as `sending` at the next start.

/** Instants are milliseconds since 1970, `at`, `publishedAt` and `movedTo` Unix seconds. */
export type Delivery = {
  readonly state: DeliveryState
  readonly at: number
  readonly attempt: number
  /** How often an unknown outcome, or an expected publication, was looked up. */
  readonly looks: number
  /** The chat was read again because of this delivery. */
  readonly refreshed: boolean
  /** Telegram has answered that it already had this `random_id`. */
  readonly accepted: boolean
  /** When it next wants attention; 0 for now. */
  readonly notBefore: number
  readonly error: ErrorCode | null
  readonly scheduledId: number | null
  readonly publishedId: number | null
  /** When it came out, by Telegram's clock. */
  readonly publishedAt: number | null
  /** The date it was given on another device. */
  readonly movedTo: number | null
}

export type DeliveryEvent =
  /** About to be sent. */
  | { readonly kind: 'claimed' }
  | { readonly kind: 'placed'; readonly placement: Placement }
  | { readonly kind: 'refused'; readonly failure: TelegramFailure; readonly jitter: number }
  /** Something it needs, a file, could not be brought to Telegram: nothing of it has left. */
  | { readonly kind: 'unprepared'; readonly failure: TelegramFailure; readonly jitter: number }
  /** The core stopped between claim and outcome. */
  | { readonly kind: 'interrupted' }
  /** It waits, but a request of it left before and was given up: it may be at Telegram, and has to be looked for. */
  | { readonly kind: 'doubted' }
  /** Telegram's queue, and its history where the date has passed, were read. */
  | { readonly kind: 'seen'; readonly sight: Sight }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'retried' }
  /** Another delivery of the same chat or content met a failure that concerns this one too. */
  | { readonly kind: 'concerned'; readonly failure: TelegramFailure }

export type Sight =
  | { readonly kind: 'scheduled'; readonly id: number }
  | { readonly kind: 'changed'; readonly id: number; readonly at: number }
  | { readonly kind: 'published'; readonly id: number; readonly at: number }
  | { readonly kind: 'nowhere' }

/** A date closer than this is published at once (TDLib, MessageSendOptions.cpp), so nothing is sent any more. */
export const SHORTEST_LEAD_MS = 10_000
export const MAX_ATTEMPTS = 5
/** Servers publish late at times; only then is an absent message given up. */
const PUBLICATION_GRACE_MS = 15 * 60_000
/** How far the server's clock may be from what we take it for. */
const CLOCK_MARGIN_MS = 30_000
const FIRST_CHECK_AFTER_MS = 5_000
export const LOOK_PAUSES_MS = [3_000, 5_000, 10_000, 30_000, 60_000]
const SECOND = 1000

const OPEN: ReadonlySet<DeliveryState> = new Set([
  'queued',
  'sending',
  'uncertain',
  'scheduled',
  'paused',
  'drifted',
])

/** May it still change by itself? */
export const isOpen = (state: DeliveryState): boolean => OPEN.has(state)

/** The delivery after `event`, or the same object when the event means nothing to it in its state. */
export function transition(delivery: Delivery, event: DeliveryEvent, now: number): Delivery {
  switch (event.kind) {
    case 'claimed':
      return isWaiting(delivery) ? claim(delivery, now) : delivery
    case 'placed':
      return delivery.state === 'sending' ? place(delivery, event.placement) : delivery
    case 'refused':
      return delivery.state === 'sending' ? refuse(delivery, event.failure, event.jitter, now) : delivery
    case 'unprepared':
      return isWaiting(delivery) ? unprepared(delivery, event.failure, event.jitter, now) : delivery
    case 'interrupted':
      return delivery.state === 'sending' ? toUncertain(delivery, 0) : delivery
    case 'doubted':
      return isWaiting(delivery) && delivery.attempt > 0 ? toUncertain(delivery, 0) : delivery
    case 'seen':
      return see(delivery, event.sight, now)
    case 'cancelled':
      return delivery.state === 'published' ? delivery : settle(delivery, 'cancelled', null)
    case 'retried':
      return retry(delivery, now)
    case 'concerned':
      return isWaiting(delivery) ? concern(delivery, event.failure, now) : delivery
  }
}

const isWaiting = ({ state }: Delivery): boolean => state === 'queued' || state === 'paused'

const placeable = ({ at }: Delivery, now: number): boolean => at * SECOND - now > SHORTEST_LEAD_MS

const settle = (delivery: Delivery, state: DeliveryState, error: ErrorCode | null): Delivery => ({
  ...delivery,
  state,
  error,
  notBefore: 0,
})

const toUncertain = (delivery: Delivery, notBefore: number): Delivery => ({
  ...delivery,
  state: 'uncertain',
  notBefore,
})

const toQueue = (delivery: Delivery): Delivery => ({ ...delivery, state: 'queued', notBefore: 0, looks: 0 })

function claim(delivery: Delivery, now: number): Delivery {
  if (!placeable(delivery, now)) return settle(delivery, 'missed', 'plan/date-past')
  return {
    ...delivery,
    state: 'sending',
    attempt: delivery.attempt + 1,
    looks: 0,
    error: null,
    notBefore: 0,
  }
}

function place(delivery: Delivery, { kind, id, at }: Placement): Delivery {
  if (kind === 'published') return published(delivery, id, at)
  return at === delivery.at ? scheduled(delivery, id) : drifted(delivery, id, at)
}

const published = (delivery: Delivery, id: number, at: number): Delivery => ({
  ...settle(delivery, 'published', null),
  publishedId: id,
  publishedAt: at,
})

const scheduled = (delivery: Delivery, id: number): Delivery => ({
  ...delivery,
  state: 'scheduled',
  error: null,
  looks: 0,
  scheduledId: id,
  movedTo: null,
  notBefore: delivery.at * SECOND + FIRST_CHECK_AFTER_MS,
})

const drifted = (delivery: Delivery, id: number, at: number): Delivery => ({
  ...scheduled(delivery, id),
  state: 'drifted',
  movedTo: at,
  notBefore: at * SECOND + FIRST_CHECK_AFTER_MS,
})

function refuse(delivery: Delivery, failure: TelegramFailure, jitter: number, now: number): Delivery {
  const { code } = failure
  switch (failure.reaction) {
    // The account stops, not the delivery: it keeps its place in the queue.
    case 'WAIT':
    case 'STOP':
    case 'RELOGIN':
    case 'OFFLINE':
      return { ...toQueue(delivery), attempt: delivery.attempt - 1 }
    case 'WAIT_TARGET':
      return { ...pauseFor(delivery, failure, now), attempt: delivery.attempt - 1 }
    case 'BACKOFF': {
      if (delivery.attempt >= MAX_ATTEMPTS) return settle(delivery, 'failed', code)
      const pause = 2 ** delivery.attempt * SECOND * (1 + jitter / 2)
      return { ...delivery, state: 'paused', error: code, notBefore: now + Math.round(pause) }
    }
    case 'REFRESH':
      return delivery.refreshed
        ? settle(delivery, 'skipped', code)
        : { ...toQueue(delivery), refreshed: true }
    case 'SKIP':
      return settle(delivery, 'skipped', code)
    case 'DONE':
      return { ...toUncertain(delivery, now + (LOOK_PAUSES_MS[0] ?? 0)), accepted: true }
    case 'UNCERTAIN':
      return toUncertain(delivery, 0)
    case 'FIX':
    case 'APP':
    case 'LOGIN':
      return settle(delivery, 'failed', code)
  }
}

/** As `refuse`, of a message that was never sent: its attempts stay those of its own request. */
function unprepared(delivery: Delivery, failure: TelegramFailure, jitter: number, now: number): Delivery {
  const { code } = failure
  switch (failure.reaction) {
    case 'WAIT':
    case 'STOP':
    case 'RELOGIN':
    case 'OFFLINE':
    case 'UNCERTAIN':
      return delivery
    case 'WAIT_TARGET':
      return pauseFor(delivery, failure, now)
    case 'BACKOFF': {
      if (delivery.looks >= MAX_ATTEMPTS) return settle(delivery, 'failed', code)
      const pause = 2 ** (delivery.looks + 1) * SECOND * (1 + jitter / 2)
      return {
        ...delivery,
        ...{ state: 'paused', error: code, looks: delivery.looks + 1 },
        notBefore: now + Math.round(pause),
      }
    }
    case 'REFRESH':
      return delivery.refreshed ? settle(delivery, 'failed', code) : { ...delivery, refreshed: true }
    case 'SKIP':
      return settle(delivery, 'skipped', code)
    case 'DONE':
    case 'FIX':
    case 'APP':
    case 'LOGIN':
      return settle(delivery, 'failed', code)
  }
}

const pauseFor = (
  delivery: Delivery,
  { waitSeconds = 60, code }: TelegramFailure,
  now: number,
): Delivery => ({
  ...delivery,
  state: 'paused',
  error: code,
  notBefore: now + (waitSeconds + 1) * SECOND,
})

function concern(delivery: Delivery, failure: TelegramFailure, now: number): Delivery {
  switch (failure.reaction) {
    case 'SKIP':
      return settle(delivery, 'skipped', failure.code)
    case 'FIX':
      return settle(delivery, 'failed', failure.code)
    case 'WAIT_TARGET':
      return pauseFor(delivery, failure, now)
    default:
      return delivery
  }
}

function see(delivery: Delivery, sight: Sight, now: number): Delivery {
  if (delivery.state !== 'uncertain' && delivery.state !== 'scheduled' && delivery.state !== 'drifted')
    return delivery
  switch (sight.kind) {
    case 'published':
      return published(delivery, sight.id, sight.at)
    case 'scheduled':
      return stillThere(delivery, scheduled(delivery, sight.id), now)
    case 'changed':
      return stillThere(delivery, drifted(delivery, sight.id, sight.at), now)
    case 'nowhere':
      return seenNowhere(delivery, now)
  }
}

/** In Telegram's queue though its date has passed: servers are late at times, so the look is repeated. */
function stillThere(before: Delivery, after: Delivery, now: number): Delivery {
  if (after.notBefore > now) return after
  return { ...after, looks: before.looks + 1, notBefore: now + pauseOfLook(before.looks) }
}

function seenNowhere(delivery: Delivery, now: number): Delivery {
  const date = (delivery.movedTo ?? delivery.at) * SECOND
  const lookAgain: Delivery = {
    ...delivery,
    looks: delivery.looks + 1,
    notBefore: now + pauseOfLook(delivery.looks),
  }
  if (now - date >= PUBLICATION_GRACE_MS) return settle(delivery, 'missed', null)
  if (delivery.state === 'uncertain' && !delivery.accepted)
    return placeable(delivery, now) ? toQueue(delivery) : lookAgain
  // What has just been accepted may take a moment to show, and around its date it may be on its way out.
  const mayStillShow = delivery.state === 'uncertain' && delivery.looks < LOOK_PAUSES_MS.length
  if (mayStillShow || date - now <= CLOCK_MARGIN_MS) return lookAgain
  // Telegram had it and has it no longer: someone removed it on another device.
  return settle(delivery, 'cancelled', 'delivery/removed-elsewhere')
}

export const pauseOfLook = (looks: number): number =>
  LOOK_PAUSES_MS[Math.min(looks, LOOK_PAUSES_MS.length - 1)] ?? 0

function retry(delivery: Delivery, now: number): Delivery {
  if (delivery.state === 'uncertain') return { ...delivery, notBefore: 0 }
  const refusedBefore = delivery.state === 'failed' || delivery.state === 'skipped'
  if (!refusedBefore || delivery.accepted || !placeable(delivery, now)) return delivery
  return { ...toQueue(delivery), attempt: 0, refreshed: false, error: null }
}

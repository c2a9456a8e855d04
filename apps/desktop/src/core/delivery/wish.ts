import type { ErrorCode } from '../../contract/index.ts'
import type { TelegramFailure } from '../telegram/gateway.ts'
import { LOOK_PAUSES_MS, MAX_ATTEMPTS, pauseOfLook, type Sight } from './machine.ts'

// What a person wants of a message that is at Telegram already, as a pure function beside the delivery's own. The driver
// commits `sent` before the request leaves; found as `sent` with nothing under way, its outcome is learnt by looking.

export type WishKind = 'edit' | 'send-now' | 'cancel'
export type WishStage = 'held' | 'due' | 'sent' | 'refused'

/** `at`: the new date in Unix seconds, null to keep the present one; `notBefore`: milliseconds since 1970. */
export type Wish = {
  readonly kind: WishKind
  readonly stage: WishStage
  readonly at: number | null
  readonly notBefore: number
  readonly attempt: number
  readonly error: ErrorCode | null
}

/** What has become of a wish: `done` also means that the delivery takes what was wished. */
export type Outcome = { readonly done: true } | { readonly done: false; readonly wish: Wish }

const DONE: Outcome = { done: true }
const still = (wish: Wish): Outcome => ({ done: false, wish })
const SECOND = 1000

export const newWish = (kind: WishKind, at: number | null, heldUntil: number | null): Wish => ({
  kind,
  stage: heldUntil === null ? 'due' : 'held',
  at,
  notBefore: heldUntil ?? 0,
  attempt: 0,
  error: null,
})

export const sendWish = (wish: Wish): Wish => ({
  ...wish,
  stage: 'sent',
  attempt: wish.attempt + 1,
  notBefore: 0,
  error: null,
})

export const refuseWish = (wish: Wish, error: ErrorCode): Wish => ({
  ...wish,
  stage: 'refused',
  notBefore: 0,
  error,
})

const dueAgain = (wish: Wish, notBefore: number, error: ErrorCode | null): Wish => ({
  ...wish,
  stage: 'due',
  notBefore,
  error,
})

/** After Telegram refused the request of a wish, or no answer came. The message itself is as it was (or not known). */
export function wishAfterFailure(wish: Wish, failure: TelegramFailure, now: number, jitter: number): Outcome {
  const { code, reaction } = failure
  switch (reaction) {
    case 'DONE':
      return DONE
    // The account stops, not the wish.
    case 'WAIT':
    case 'STOP':
    case 'RELOGIN':
    case 'OFFLINE':
      return still({ ...dueAgain(wish, 0, null), attempt: wish.attempt - 1 })
    case 'WAIT_TARGET':
      return still({
        ...dueAgain(wish, now + ((failure.waitSeconds ?? 60) + 1) * SECOND, code),
        attempt: wish.attempt - 1,
      })
    case 'BACKOFF':
      return still(
        wish.attempt >= MAX_ATTEMPTS
          ? refuseWish(wish, code)
          : dueAgain(wish, now + Math.round(2 ** wish.attempt * SECOND * (1 + jitter / 2)), code),
      )
    // An id that Telegram does not know may mean that an earlier request, given up as lost, was carried out after all:
    // that too is learnt by looking, which ends by itself after as many attempts as any other.
    case 'UNCERTAIN':
    case 'REFRESH':
      return still({ ...wish, stage: 'sent', notBefore: 0 })
    case 'SKIP':
    case 'FIX':
    case 'APP':
    case 'LOGIN':
      return still(refuseWish(wish, code))
  }
}

/**
 * After the chat was looked at. `wished`: the message was found as the wish wants it; `open`: the delivery is still
 * waiting for something; `looks`: how often it was looked for and not found.
 */
export function wishAfterSight(
  wish: Wish,
  sight: Sight,
  { wished, open, looks, now }: { wished: boolean; open: boolean; looks: number; now: number },
): Outcome {
  if (wish.stage === 'refused') return still(wish)
  switch (sight.kind) {
    case 'published':
      return wished || wish.kind === 'send-now' ? DONE : still(refuseWish(wish, 'delivery/already-published'))
    case 'nowhere':
      if (!open) return wish.kind === 'cancel' ? DONE : still(refuseWish(wish, 'telegram/message-gone'))
      return still(wish.stage === 'sent' ? { ...wish, notBefore: now + pauseOfLook(looks) } : wish)
    case 'scheduled':
    case 'changed':
      if (wished) return DONE
      if (wish.stage !== 'sent') return still(wish)
      // It was not carried out. Asking again is safe: an edit says how the message is to be, not how to change it.
      return still(
        wish.attempt >= MAX_ATTEMPTS
          ? refuseWish(wish, 'telegram/unknown')
          : dueAgain(wish, now + pauseOfLook(Math.max(0, wish.attempt - 1)), null),
      )
  }
}

/** Published at a person's wish, a message is in neither place for a moment: it is not taken for removed yet. */
export const mayBeOnItsWay = (wish: Wish | null, looks: number): boolean =>
  wish?.kind === 'send-now' && wish.stage === 'sent' && looks < LOOK_PAUSES_MS.length

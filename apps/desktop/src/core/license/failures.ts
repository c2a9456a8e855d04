import { CallFailure } from '../failure.ts'
import type { Answer } from './server.ts'

/** What a call says when the server did not do what was asked. None of these touches the licence. */
export function failureOf(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): CallFailure {
  if (answer.kind === 'unreachable') return new CallFailure('license/server-unreachable', undefined, true)
  const { code, devices } = answer.problem
  switch (code) {
    case 'LICENSE_KEY_INVALID':
      return new CallFailure('license/key-invalid')
    case 'SEAT_LIMIT_REACHED':
      return new CallFailure('license/seat-limit', { count: devices?.length ?? 0 })
    case 'PAYMENTS_UNAVAILABLE':
      return new CallFailure('license/payments-unavailable', undefined, true)
    case 'RATE_LIMITED':
      return new CallFailure('license/rate-limited', { seconds: answer.retryAfterSeconds ?? 60 }, true)
    case 'INTERNAL':
    case 'UNAVAILABLE':
    case 'IDEMPOTENCY_IN_PROGRESS':
      return new CallFailure('license/server-unreachable', undefined, true)
    default:
      return new CallFailure('license/refused', { reason: code })
  }
}

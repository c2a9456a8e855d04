import { CallFailure } from '../failure.ts'
import { instantOf } from '../time.ts'
import type { TelegramFailure } from './gateway.ts'

const RETRYABLE: ReadonlySet<TelegramFailure['reaction']> = new Set([
  'WAIT',
  'BACKOFF',
  'OFFLINE',
  'UNCERTAIN',
])

/** What the interface is told of a failure; `now` in milliseconds since 1970. */
export function callFailureOf(
  { reaction, code, rpc, waitSeconds }: TelegramFailure,
  now: number,
): CallFailure {
  const params =
    waitSeconds !== undefined
      ? { seconds: waitSeconds, retryAt: instantOf(now + waitSeconds * 1000) }
      : code === 'telegram/unknown'
        ? { name: rpc }
        : undefined
  return new CallFailure(code, params, RETRYABLE.has(reaction))
}

import type { Handlers, SignInStep } from '../../../contract/index.ts'
import { CallFailure } from '../../failure.ts'
import type { SentCode, TelegramFailure } from '../../telegram/gateway.ts'
import { instantOf } from '../../time.ts'
import type { Attempt, Attempts, SignInDeps } from './attempts.ts'

/** A telephone number, and the code that Telegram sends to it (https://core.telegram.org/api/auth). */
export function signInByCode(
  { clock, isAdded }: SignInDeps,
  { begin, connected, end, find, finish, give, passwordStep }: Attempts,
): Pick<Handlers, 'accounts.signIn' | 'accounts.submitCode' | 'accounts.resendCode'> {
  const codeStep = (attempt: Attempt, code: SentCode): SignInStep => {
    attempt.code = code
    attempt.resendFrom = clock.now() + (code.next?.afterSeconds ?? 0) * 1000
    return {
      step: 'code',
      signInId: attempt.id,
      phone: `+${phoneOf(attempt)}`,
      delivery: code.delivery,
      length: code.length,
      trace: code.trace,
      resend:
        code.next === null
          ? null
          : { from: instantOf(Math.ceil(attempt.resendFrom / 1000) * 1000), delivery: code.next.delivery },
    }
  }

  const firstCode = async (attempt: Attempt): Promise<SignInStep> => {
    const ask = async () => (await connected(attempt)).sendCode(phoneOf(attempt))
    let sent = await ask()
    if (!sent.ok && asksToRestart(sent.error)) sent = await ask()
    if (!sent.ok) throw give(sent.error)
    return codeStep(attempt, sent.value)
  }

  return {
    'accounts.signIn': async ({ phone: typed }) => {
      const phone = normalisePhone(typed)
      if (phone === null) throw new CallFailure('telegram/phone-invalid')
      if (isAdded(phone)) throw new CallFailure('telegram/account-already-added')
      return begin(phone, firstCode)
    },

    'accounts.submitCode': ({ signInId, code }) => {
      const attempt = find(signInId)
      return attempt.inTurn(async () => {
        if (attempt.code === null) throw new CallFailure('telegram/code-expired')
        const connection = await connected(attempt)
        const { hash, delivery } = attempt.code
        const by = delivery === 'email' ? 'email' : 'phone'
        const answer = await connection.signIn(phoneOf(attempt), hash, tidyCode(code, delivery), by)
        if (!answer.ok) {
          if (answer.error.code === 'telegram/phone-unregistered') await end(attempt)
          if (answer.error.code === 'telegram/code-expired') attempt.resendFrom = 0
          if (asksToRestart(answer.error)) return firstCode(attempt)
          throw give(answer.error)
        }
        if (answer.value.kind === 'signed-in') return finish(attempt, answer.value.me)
        return passwordStep(attempt, connection)
      })
    },

    'accounts.resendCode': ({ signInId }) => {
      const attempt = find(signInId)
      return attempt.inTurn(async () => {
        const seconds = Math.ceil((attempt.resendFrom - clock.now()) / 1000)
        if (seconds > 0)
          throw new CallFailure(
            'telegram/wait',
            { seconds, retryAt: instantOf(attempt.resendFrom + 999) },
            true,
          )
        const connection = await connected(attempt)
        const resent =
          attempt.code === null ? null : await connection.resendCode(phoneOf(attempt), attempt.code.hash)
        if (resent?.ok) return codeStep(attempt, resent.value)
        if (resent !== null && resent.error.code !== 'telegram/code-expired') throw give(resent.error)
        // An expired code cannot be sent again; a new one can.
        return firstCode(attempt)
      })
    },
  }
}

/** Telegram has lost the thread of this sign-in (AUTH_RESTART): it begins anew, with another code. */
const asksToRestart = ({ rpc }: TelegramFailure): boolean => rpc.startsWith('AUTH_RESTART')

/** Digits, as Telegram knows the number; throws `telegram/sign-in-over` for a sign-in by picture. */
export function phoneOf({ phone }: Attempt): string {
  if (phone === null) throw new CallFailure('telegram/sign-in-over')
  return phone
}

/** Digits may be typed in groups; between words a space counts. */
function tidyCode(typed: string, delivery: SentCode['delivery']): string {
  return delivery === 'sms-word' || delivery === 'sms-phrase'
    ? typed.trim().replace(/\s+/g, ' ')
    : typed.replace(/[\s-]/g, '')
}

/** Digits of an international number (E.164: 7 to 15), or null. `00` and `+` are both international prefixes. */
export function normalisePhone(typed: string): string | null {
  const compact = typed.replace(/[\s().\-/]/g, '')
  const digits = /^(?:\+|00)([1-9]\d{6,14})$/.exec(compact)?.[1]
  return digits ?? null
}

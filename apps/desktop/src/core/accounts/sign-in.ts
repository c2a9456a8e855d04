import type { Handlers, SignInStep } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import type { Clock, Log, Random, Timers } from '../ports.ts'
import type {
  Hint,
  Me,
  SentCode,
  StoredSession,
  TelegramConnection,
  TelegramFailure,
} from '../telegram/gateway.ts'
import { callFailureOf } from '../telegram/call-failure.ts'
import { instantOf } from '../time.ts'

/** A sign-in that has succeeded, with everything its account needs to go on. */
export type SignedInAccount = {
  readonly me: Me
  readonly session: StoredSession
  readonly connection: TelegramConnection
  readonly serverTime: number
  /** From now on the connection's hints go there. */
  readonly listen: (listener: (hint: Hint) => void) => void
}

export type SignInDeps = {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  /** Throws `telegram/api-id-invalid` when none is configured. */
  readonly dial: (
    session: StoredSession | null,
    onSession: (session: StoredSession) => void,
    onHint: (hint: Hint) => void,
  ) => TelegramConnection
  readonly isAdded: (phone: string) => boolean
  /** Keeps the account and answers with the last step; throws `telegram/account-already-added`. */
  readonly keep: (signedIn: SignedInAccount) => Promise<SignInStep>
}

type Attempt = {
  readonly id: string
  readonly phone: string
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  readonly cancelExpiry: () => void
  connection: TelegramConnection | null
  session: StoredSession | null
  serverTime: number
  listener: (hint: Hint) => void
  code: SentCode | null
  resendFrom: number
}

type SignInHandlers = Pick<
  Handlers,
  | 'accounts.signIn'
  | 'accounts.submitCode'
  | 'accounts.submitPassword'
  | 'accounts.resendCode'
  | 'accounts.cancelSignIn'
>

const ATTEMPT_MS = 15 * 60_000
const MOST_ATTEMPTS = 3

/** Phone, code, password: one conversation per attempt. Codes and passwords live for one call and are kept nowhere. */
export function createSignIn(deps: SignInDeps): {
  readonly handlers: SignInHandlers
  readonly stop: () => Promise<void>
} {
  const attempts = new Map<string, Attempt>()

  const end = async (attempt: Attempt): Promise<void> => {
    attempts.delete(attempt.id)
    attempt.cancelExpiry()
    const { connection } = attempt
    attempt.connection = null
    await connection?.destroy()
  }

  const attemptOf = (id: string): Attempt => {
    const attempt = attempts.get(id)
    if (attempt === undefined) throw new CallFailure('telegram/sign-in-over')
    return attempt
  }

  const give = (failure: TelegramFailure): CallFailure => callFailureOf(failure, deps.clock.now())

  /** The attempt's connection; made again with the same key when it was lost, since the code belongs to that key. */
  const connected = async (attempt: Attempt): Promise<TelegramConnection> => {
    if (attempt.connection !== null) return attempt.connection
    const connection = deps.dial(
      attempt.session,
      session => {
        attempt.session = session
      },
      hint => {
        if (hint.kind === 'disconnected' && attempt.connection === connection) attempt.connection = null
        attempt.listener(hint)
      },
    )
    const answer = await connection.connect()
    if (!answer.ok) {
      await connection.destroy()
      throw give(answer.error)
    }
    attempt.connection = connection
    attempt.serverTime = answer.value.serverTime
    return connection
  }

  const codeStep = (attempt: Attempt, code: SentCode): SignInStep => {
    attempt.code = code
    attempt.resendFrom = deps.clock.now() + (code.next?.afterSeconds ?? 0) * 1000
    return {
      step: 'code',
      signInId: attempt.id,
      phone: `+${attempt.phone}`,
      delivery: code.delivery,
      length: code.length,
      resend:
        code.next === null
          ? null
          : { from: instantOf(Math.ceil(attempt.resendFrom / 1000) * 1000), delivery: code.next.delivery },
    }
  }

  const finish = async (attempt: Attempt, me: Me): Promise<SignInStep> => {
    const { connection, session, serverTime } = attempt
    if (connection === null || session === null)
      throw new CallFailure('telegram/unreachable', undefined, true)
    const listen = (listener: (hint: Hint) => void): void => {
      attempt.listener = listener
    }
    try {
      const step = await deps.keep({ me, session, connection, serverTime, listen })
      attempt.connection = null
      return step
    } catch (error) {
      // Without its session on disk the sign-in is worth nothing, so it is undone at Telegram too.
      await connection.logOut()
      throw error
    } finally {
      await end(attempt)
    }
  }

  const handlers: SignInHandlers = {
    'accounts.signIn': async ({ phone: typed }) => {
      const { clock, timers, random, isAdded } = deps
      const phone = normalisePhone(typed)
      if (phone === null) throw new CallFailure('telegram/phone-invalid')
      if (isAdded(phone)) throw new CallFailure('telegram/account-already-added')
      const [oldest] = attempts.values()
      if (attempts.size >= MOST_ATTEMPTS && oldest !== undefined) await end(oldest)
      const attempt: Attempt = {
        id: Buffer.from(random.bytes(16)).toString('base64url'),
        phone,
        inTurn: oneAtATime(),
        cancelExpiry: timers.after(ATTEMPT_MS, () => void end(attempt)),
        connection: null,
        session: null,
        serverTime: Math.floor(clock.now() / 1000),
        listener: () => undefined,
        code: null,
        resendFrom: 0,
      }
      attempts.set(attempt.id, attempt)
      try {
        const sent = await (await connected(attempt)).sendCode(phone)
        if (!sent.ok) throw give(sent.error)
        return codeStep(attempt, sent.value)
      } catch (error) {
        await end(attempt)
        throw error
      }
    },

    'accounts.submitCode': ({ signInId, code }) => {
      const attempt = attemptOf(signInId)
      return attempt.inTurn(async () => {
        if (attempt.code === null) throw new CallFailure('telegram/code-expired')
        const connection = await connected(attempt)
        const answer = await connection.signIn(attempt.phone, attempt.code.hash, code.replace(/[\s-]/g, ''))
        if (!answer.ok) {
          if (answer.error.code === 'telegram/phone-unregistered') await end(attempt)
          if (answer.error.code === 'telegram/code-expired') attempt.resendFrom = 0
          throw give(answer.error)
        }
        if (answer.value.kind === 'signed-in') return finish(attempt, answer.value.me)
        const hint = await connection.passwordHint()
        return { step: 'password', signInId, hint: hint.ok ? hint.value : null }
      })
    },

    'accounts.submitPassword': ({ signInId, password }) => {
      const attempt = attemptOf(signInId)
      return attempt.inTurn(async () => {
        const answer = await (await connected(attempt)).checkPassword(password)
        if (!answer.ok) throw give(answer.error)
        return finish(attempt, answer.value)
      })
    },

    'accounts.resendCode': ({ signInId }) => {
      const attempt = attemptOf(signInId)
      return attempt.inTurn(async () => {
        const { clock } = deps
        const seconds = Math.ceil((attempt.resendFrom - clock.now()) / 1000)
        if (seconds > 0)
          throw new CallFailure(
            'telegram/wait',
            { seconds, retryAt: instantOf(attempt.resendFrom + 999) },
            true,
          )
        const connection = await connected(attempt)
        const resent =
          attempt.code === null ? null : await connection.resendCode(attempt.phone, attempt.code.hash)
        if (resent?.ok) return codeStep(attempt, resent.value)
        if (resent !== null && resent.error.code !== 'telegram/code-expired') throw give(resent.error)
        // An expired code cannot be sent again; a new one can.
        const sent = await connection.sendCode(attempt.phone)
        if (!sent.ok) throw give(sent.error)
        return codeStep(attempt, sent.value)
      })
    },

    'accounts.cancelSignIn': async ({ signInId }) => {
      const attempt = attempts.get(signInId)
      if (attempt === undefined) return {}
      if (attempt.connection !== null && attempt.code !== null)
        await attempt.connection.cancelCode(attempt.phone, attempt.code.hash)
      await end(attempt)
      return {}
    },
  }

  return {
    handlers,
    stop: async () => {
      await Promise.all([...attempts.values()].map(end))
    },
  }
}

/** Digits of an international number (E.164: 7 to 15), or null. `00` and `+` are both international prefixes. */
export function normalisePhone(typed: string): string | null {
  const compact = typed.replace(/[\s().\-/]/g, '')
  const digits = /^(?:\+|00)([1-9]\d{6,14})$/.exec(compact)?.[1]
  return digits ?? null
}

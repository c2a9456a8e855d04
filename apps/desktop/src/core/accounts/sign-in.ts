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
  /** Telegram's numbers of the accounts that are here already. */
  readonly signedInUsers: () => readonly string[]
  /** Keeps the account and answers with the last step; throws `telegram/account-already-added`. */
  readonly keep: (signedIn: SignedInAccount) => Promise<SignInStep>
}

type Attempt = {
  readonly id: string
  /** Null for a sign-in by picture. */
  readonly phone: string | null
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  readonly cancelExpiry: () => void
  connection: TelegramConnection | null
  session: StoredSession | null
  serverTime: number
  /** What has to be added to this machine's clock to get Telegram's, in milliseconds. */
  clockOffset: number
  listener: (hint: Hint) => void
  code: SentCode | null
  resendFrom: number
  qr: { readonly step: SignInStep; readonly renewFrom: number } | null
}

type SignInHandlers = Pick<
  Handlers,
  | 'accounts.signIn'
  | 'accounts.signInByQr'
  | 'accounts.refreshQr'
  | 'accounts.submitCode'
  | 'accounts.submitPassword'
  | 'accounts.resendCode'
  | 'accounts.cancelSignIn'
>

const ATTEMPT_MS = 15 * 60_000
const MOST_ATTEMPTS = 3
/** A token is replaced this long before it expires, and never sooner than that after it was made. */
const RENEW_BEFORE_MS = 3000
const SHORTEST_TOKEN_MS = 5000

/** Phone or picture, code, password: one conversation per attempt. Codes and passwords live for one call and are kept nowhere. */
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
        if (hint.kind === 'login-token' && attempt.qr !== null) attempt.qr = { ...attempt.qr, renewFrom: 0 }
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
    attempt.clockOffset = attempt.serverTime * 1000 - deps.clock.now()
    return connection
  }

  const codeStep = (attempt: Attempt, code: SentCode): SignInStep => {
    attempt.code = code
    attempt.resendFrom = deps.clock.now() + (code.next?.afterSeconds ?? 0) * 1000
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

  const finish = async (attempt: Attempt, me: Me): Promise<SignInStep> => {
    const { connection, session, serverTime } = attempt
    if (connection === null || session === null)
      throw new CallFailure('telegram/unreachable', undefined, true)
    const listen = (listener: (hint: Hint) => void): void => {
      attempt.listener = listener
    }
    try {
      // A bot cannot schedule (SCHEDULE_BOT_NOT_ALLOWED).
      if (me.bot) throw new CallFailure('telegram/bot-refused')
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

  const passwordStep = async (attempt: Attempt, connection: TelegramConnection): Promise<SignInStep> => {
    const hint = await connection.passwordHint()
    return { step: 'password', signInId: attempt.id, hint: hint.ok ? hint.value : null }
  }

  /** A token to show, or what became of the one that was shown. */
  const qrStep = async (attempt: Attempt): Promise<SignInStep> => {
    const ask = async () => (await connected(attempt)).loginToken(deps.signedInUsers())
    let answer = await ask()
    // Confirmed too late, or cut off: another picture is all it takes.
    if (!answer.ok && (answer.error.reaction === 'OFFLINE' || answer.error.rpc.startsWith('AUTH_TOKEN_')))
      answer = await ask()
    if (!answer.ok) throw give(answer.error)
    switch (answer.value.kind) {
      case 'signed-in':
        return finish(attempt, answer.value.me)
      case 'password-needed': {
        const step = await passwordStep(attempt, await connected(attempt))
        attempt.qr = { step, renewFrom: Infinity }
        return step
      }
      case 'token': {
        const expiresAt = answer.value.expires * 1000 - attempt.clockOffset
        const renewFrom = Math.max(expiresAt - RENEW_BEFORE_MS, deps.clock.now() + SHORTEST_TOKEN_MS)
        const token = Buffer.from(answer.value.token).toString('base64url')
        const step: SignInStep = {
          step: 'qr',
          signInId: attempt.id,
          url: `tg://login?token=${token}`,
          expiresAt: instantOf(expiresAt),
        }
        attempt.qr = { step, renewFrom }
        return step
      }
    }
  }

  /** A new attempt and its first step; none is left behind when that fails. */
  const begin = async (
    phone: string | null,
    first: (attempt: Attempt) => Promise<SignInStep>,
  ): Promise<SignInStep> => {
    const { clock, timers, random } = deps
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
      clockOffset: 0,
      listener: () => undefined,
      code: null,
      resendFrom: 0,
      qr: null,
    }
    attempts.set(attempt.id, attempt)
    try {
      return await first(attempt)
    } catch (error) {
      await end(attempt)
      throw error
    }
  }

  const handlers: SignInHandlers = {
    'accounts.signIn': async ({ phone: typed }) => {
      const phone = normalisePhone(typed)
      if (phone === null) throw new CallFailure('telegram/phone-invalid')
      if (deps.isAdded(phone)) throw new CallFailure('telegram/account-already-added')
      return begin(phone, async attempt => {
        const sent = await (await connected(attempt)).sendCode(phone)
        if (!sent.ok) throw give(sent.error)
        return codeStep(attempt, sent.value)
      })
    },

    'accounts.signInByQr': () => begin(null, qrStep),

    'accounts.refreshQr': ({ signInId }) => {
      const attempt = attemptOf(signInId)
      return attempt.inTurn(async () => {
        attemptOf(signInId)
        const { qr } = attempt
        if (qr === null) throw new CallFailure('telegram/sign-in-over')
        const current = qr.renewFrom > deps.clock.now() && attempt.connection !== null
        return current || qr.step.step !== 'qr' ? qr.step : qrStep(attempt)
      })
    },

    'accounts.submitCode': ({ signInId, code }) => {
      const attempt = attemptOf(signInId)
      return attempt.inTurn(async () => {
        if (attempt.code === null) throw new CallFailure('telegram/code-expired')
        const connection = await connected(attempt)
        const { hash, delivery } = attempt.code
        const by = delivery === 'email' ? 'email' : 'phone'
        const answer = await connection.signIn(phoneOf(attempt), hash, tidyCode(code, delivery), by)
        if (!answer.ok) {
          if (answer.error.code === 'telegram/phone-unregistered') await end(attempt)
          if (answer.error.code === 'telegram/code-expired') attempt.resendFrom = 0
          throw give(answer.error)
        }
        if (answer.value.kind === 'signed-in') return finish(attempt, answer.value.me)
        return passwordStep(attempt, connection)
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
        const phone = phoneOf(attempt)
        const seconds = Math.ceil((attempt.resendFrom - clock.now()) / 1000)
        if (seconds > 0)
          throw new CallFailure(
            'telegram/wait',
            { seconds, retryAt: instantOf(attempt.resendFrom + 999) },
            true,
          )
        const connection = await connected(attempt)
        const resent = attempt.code === null ? null : await connection.resendCode(phone, attempt.code.hash)
        if (resent?.ok) return codeStep(attempt, resent.value)
        if (resent !== null && resent.error.code !== 'telegram/code-expired') throw give(resent.error)
        // An expired code cannot be sent again; a new one can.
        const sent = await connection.sendCode(phone)
        if (!sent.ok) throw give(sent.error)
        return codeStep(attempt, sent.value)
      })
    },

    'accounts.cancelSignIn': async ({ signInId }) => {
      const attempt = attempts.get(signInId)
      if (attempt === undefined) return {}
      if (attempt.connection !== null && attempt.code !== null)
        await attempt.connection.cancelCode(phoneOf(attempt), attempt.code.hash)
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

function phoneOf({ phone }: Attempt): string {
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

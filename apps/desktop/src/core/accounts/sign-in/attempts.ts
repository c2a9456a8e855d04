import type { SignInStep } from '../../../contract/index.ts'
import { CallFailure } from '../../failure.ts'
import { oneAtATime } from '../../one-at-a-time.ts'
import type { Clock, Log, Random, Timers } from '../../ports.ts'
import { callFailureOf } from '../../telegram/call-failure.ts'
import type {
  Hint,
  Me,
  SentCode,
  StoredSession,
  TelegramConnection,
  TelegramFailure,
} from '../../telegram/gateway.ts'

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

/** One conversation with Telegram that is to end with an account. */
export type Attempt = {
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
  /** From when another code may be asked for, milliseconds since 1970. */
  resendFrom: number
  qr: { readonly step: SignInStep; readonly renewFrom: number } | null
}

const ATTEMPT_MS = 15 * 60_000
const MOST_ATTEMPTS = 3

/** The sign-ins that are under way: each ends with an account, when it is given up, or by itself after a while. */
export function createAttempts({ clock, timers, random, dial, keep }: SignInDeps) {
  const attempts = new Map<string, Attempt>()

  const end = async (attempt: Attempt): Promise<void> => {
    attempts.delete(attempt.id)
    attempt.cancelExpiry()
    const { connection } = attempt
    attempt.connection = null
    await connection?.destroy()
  }

  /** Throws `telegram/sign-in-over`. */
  const find = (id: string): Attempt => {
    const attempt = attempts.get(id)
    if (attempt === undefined) throw new CallFailure('telegram/sign-in-over')
    return attempt
  }

  const give = (failure: TelegramFailure): CallFailure => callFailureOf(failure, clock.now())

  return {
    end,
    find,
    give,
    has: (id: string): boolean => attempts.has(id),

    /** A new attempt and its first step; none is left behind when that fails. */
    begin: async (
      phone: string | null,
      first: (attempt: Attempt) => Promise<SignInStep>,
    ): Promise<SignInStep> => {
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
    },

    /** The attempt's connection; made again with the same key when it was lost, since the code belongs to that key. */
    connected: async (attempt: Attempt): Promise<TelegramConnection> => {
      if (attempt.connection !== null) return attempt.connection
      const connection = dial(
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
      attempt.clockOffset = attempt.serverTime * 1000 - clock.now()
      return connection
    },

    /** The last step: the account is kept, or the sign-in undone. */
    finish: async (attempt: Attempt, me: Me): Promise<SignInStep> => {
      const { connection, session, serverTime } = attempt
      if (connection === null || session === null)
        throw new CallFailure('telegram/unreachable', undefined, true)
      const listen = (listener: (hint: Hint) => void): void => {
        attempt.listener = listener
      }
      try {
        // A bot cannot schedule (SCHEDULE_BOT_NOT_ALLOWED).
        if (me.bot) throw new CallFailure('telegram/bot-refused')
        const step = await keep({ me, session, connection, serverTime, listen })
        attempt.connection = null
        return step
      } catch (error) {
        // Without its session on disk the sign-in is worth nothing, so it is undone at Telegram too.
        await connection.logOut()
        throw error
      } finally {
        await end(attempt)
      }
    },

    passwordStep: async (attempt: Attempt, connection: TelegramConnection): Promise<SignInStep> => {
      const hint = await connection.passwordHint()
      return { step: 'password', signInId: attempt.id, hint: hint.ok ? hint.value : null }
    },

    stop: async (): Promise<void> => {
      await Promise.all([...attempts.values()].map(end))
    },
  }
}

export type Attempts = ReturnType<typeof createAttempts>

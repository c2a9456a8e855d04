import type { RouteAttempt } from '../../contract/index.ts'
import type { Clock, Log, Random, Timers } from '../ports.ts'
import type { Hint, StoredSession, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'

/** What happens to a line, for the account that owns it. */
export type LineEvents = {
  readonly onState: () => void
  readonly onOnline: () => void
  readonly onHint: (hint: Hint) => void
  /** The connection was refused for a reason that trying again does not cure, or asks for a pause. */
  readonly onRefused: (failure: TelegramFailure) => void
  /** What was tried in vain, after each time it was; null once the line is up. */
  readonly onTrouble: (trouble: LineTrouble | null) => void
}

/** Attempts in a row that came to nothing, and what each address answered last. */
export type LineTrouble = { readonly rounds: number; readonly tried: readonly RouteAttempt[] }

export type LineDeps = {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly dial: (
    session: StoredSession,
    onHint: (hint: Hint) => void,
    onAttempt: (attempt: RouteAttempt) => void,
  ) => TelegramConnection
}

export type Line = ReturnType<typeof createLine>

const FIRST_RETRY_MS = 2000
const LONGEST_RETRY_MS = 60_000
/** The wall clock and the time since the start have parted by this much: the machine slept, or its clock was set. */
const JUMP_MS = 10_000
/** Not answers of this one connection attempt, but a state of the account. */
const FINAL: ReadonlySet<TelegramFailure['reaction']> = new Set(['RELOGIN', 'STOP', 'APP'])

/** Keeps one account connected: one connection at a time, a new one after every loss, ever more patiently. */
export function createLine(
  session: StoredSession,
  deps: LineDeps,
  events: LineEvents,
  /** Of the last run: a network that blocks Telegram does so at the next start, too. */
  before: LineTrouble | null = null,
) {
  const { clock, timers } = deps
  let connection: TelegramConnection | null = null
  let state: 'connecting' | 'online' | 'offline' = 'offline'
  let attempt = before?.rounds ?? 0
  let tried = new Map((before?.tried ?? []).map(told => [`${told.host}:${told.port}`, told]))
  let generation = 0
  let offset = 0
  let skew = 0
  let cancelRetry = (): void => undefined
  let closing: Promise<unknown> = Promise.resolve()

  const skewNow = (): number => clock.now() - clock.monotonic()

  /** A line outlives whatever its listeners meet (a full disk, for instance): it logs it and goes on. */
  const tell = (event: () => void): void => {
    try {
      event()
    } catch (error) {
      deps.log('error', 'account.line', { error: error instanceof Error ? error.name : typeof error })
    }
  }

  const set = (next: typeof state): void => {
    if (state === next) return
    state = next
    tell(events.onState)
  }

  const hangUp = (): void => {
    generation += 1
    cancelRetry()
    const last = connection
    connection = null
    if (last !== null) closing = Promise.all([closing, last.destroy()]).catch(() => undefined)
  }

  const trouble = (): LineTrouble => ({ rounds: attempt, tried: [...tried.values()] })

  const online = (serverTime: number): void => {
    if (attempt > 0) tell(() => events.onTrouble(null))
    attempt = 0
    tried = new Map()
    // Telegram tells whole seconds.
    offset = serverTime * 1000 + 500 - clock.now()
    skew = skewNow()
    set('online')
    tell(events.onOnline)
  }

  /** Ends the connection and comes back later, ever more patiently, and not before `pauseMs`. */
  const drop = (pauseMs = 0): void => {
    hangUp()
    const jitter = (deps.random.bytes(1)[0] ?? 0) / 255
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10))
    attempt += 1
    const patience = Math.round(longest * (0.75 + jitter / 2))
    cancelRetry = timers.after(Math.max(pauseMs, patience), () => void connect())
    tell(() => events.onTrouble(trouble()))
    set('offline')
  }

  const onHint =
    (mine: number) =>
    (hint: Hint): void => {
      if (mine !== generation) return
      if (hint.kind === 'disconnected') drop()
      else tell(() => events.onHint(hint))
    }

  const connectOnce = async (): Promise<void> => {
    hangUp()
    const mine = generation
    set('connecting')
    // Two connections with one key make Telegram end the session (AUTH_KEY_DUPLICATED).
    await closing
    if (mine !== generation) return
    const dialled = deps.dial(session, onHint(mine), told => {
      if (mine === generation) tried.set(`${told.host}:${told.port}`, told)
    })
    connection = dialled
    const answer = await dialled.connect()
    if (mine !== generation) return
    if (answer.ok) return online(answer.value.serverTime)
    const { error } = answer
    deps.log('info', 'account.connect', { rpc: error.rpc })
    if (FINAL.has(error.reaction)) {
      hangUp()
      set('offline')
    } else drop((error.waitSeconds ?? 0) * 1000)
    tell(() => events.onRefused(error))
  }

  /** Never throws: what it meets is told by the events, and whatever it was, it is tried again. */
  const connect = (): Promise<void> =>
    connectOnce().catch((error: unknown) => {
      deps.log('error', 'account.line', { error: error instanceof Error ? error.name : typeof error })
      drop()
    })

  return {
    state: () => state,
    trouble,
    connect,
    /** A connection that has just signed in goes on as this account's. Returns the listener for its hints. */
    adopt: (adopted: TelegramConnection, serverTime: number): ((hint: Hint) => void) => {
      connection = adopted
      online(serverTime)
      return onHint(generation)
    },
    connection: (): TelegramConnection | null => {
      if (state !== 'online') return null
      if (Math.abs(skewNow() - skew) > JUMP_MS) {
        void connect()
        return null
      }
      return connection
    },
    /** The answer of a call is missing: nothing of this connection may leave any more. */
    lost: (): void => {
      if (state === 'online') drop()
    },
    serverNow: (): number => clock.now() + offset,
    close: async (): Promise<void> => {
      state = 'offline'
      hangUp()
      await closing
    },
  }
}

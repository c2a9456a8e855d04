import type { AccountId, AccountView, Handlers, SignInStep } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Clock, Emit, Log, Random, Timers } from '../ports.ts'
import type { Database } from '../storage/index.ts'
import type {
  ConnectionOptions,
  Hint,
  Me,
  TelegramConnection,
  TelegramFailure,
  TelegramGateway,
} from '../telegram/gateway.ts'
import { callFailureOf } from '../telegram/call-failure.ts'
import { instantOf } from '../time.ts'
import { createSealedRecords } from '../vault/index.ts'
import type { Sealer } from '../vault/sealer.ts'
import { createAdoption, type Adoption } from './adopt.ts'
import { createLine, type Line } from './line.ts'
import { createSessions } from './sessions.ts'
import { createSignIn, type SignedInAccount } from './sign-in.ts'
import { createAccountStore, type Account } from './store.ts'
import { createTroubles } from './troubles.ts'
import { accountView } from './view.ts'

export type AccountsDeps = {
  readonly database: Database
  readonly sealer: Sealer
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly emit: Emit
  readonly gateway: TelegramGateway
  /** `telegram.api_id` and `api_hash` (my.telegram.org); null when none is configured. */
  readonly app: () => { readonly apiId: number; readonly apiHash: string } | null
  readonly device: ConnectionOptions['device']
  /** Where the sealed session files are. */
  readonly sessionsFolder: string
}

/** Why nothing can leave from an account just now; `until` in milliseconds since 1970 where it is known. */
export type Obstacle = {
  readonly reason: 'telegram' | 'offline' | 'signed-out' | 'restricted'
  readonly until: number | null
}

export type AccountChange =
  | { readonly kind: 'changed'; readonly accountId: AccountId }
  /** Connected, after having been away: what happened at Telegram meanwhile is not known. */
  | { readonly kind: 'online'; readonly accountId: AccountId }
  | { readonly kind: 'hint'; readonly accountId: AccountId; readonly chatId: string | null }
  | { readonly kind: 'removing'; readonly accountId: AccountId }
  | { readonly kind: 'added'; readonly accountId: AccountId }

export { createRemoval } from './removal.ts'

export type AccountsHandlers = Pick<
  Handlers,
  | 'accounts.list'
  | 'accounts.signIn'
  | 'accounts.signInByQr'
  | 'accounts.refreshQr'
  | 'accounts.submitCode'
  | 'accounts.submitPassword'
  | 'accounts.resendCode'
  | 'accounts.cancelSignIn'
  | 'accounts.reconnect'
  | 'accounts.checkAgain'
  | 'accounts.remove'
>

export type Accounts = Adoption & {
  readonly handlers: AccountsHandlers
  /** Opens the sessions and connects every account in the background. Needs the open vault. */
  start(): Promise<void>
  stop(): Promise<void>
  /** The machine woke up, or its network came back: every connection is made anew. */
  resume(): void
  ids(): readonly AccountId[]
  views(): readonly AccountView[]
  /** Whether an account's session can be read. */
  sessionState(accountId: AccountId): Promise<'ok' | 'missing' | 'damaged'>
  /** The account's connection, or null while there is none. */
  line(accountId: AccountId): TelegramConnection | null
  obstacle(accountId: AccountId): Obstacle | null
  /** What Telegram tells of the account's owner now. */
  learn(accountId: AccountId, me: Me): void
  /** What a call met that concerns the whole account: it waits, stops or reconnects. */
  report(accountId: AccountId, failure: TelegramFailure): void
  /** Telegram's clock, milliseconds since 1970; this machine's before the first connection. */
  serverNow(accountId: AccountId): number
  /** Telegram's number of the account's owner; throws `account/unknown`. */
  userId(accountId: AccountId): string
  /** The name of the account's owner; throws `account/unknown`. */
  nameOf(accountId: AccountId): string
  isPremium(accountId: AccountId): boolean
  watch(listener: (change: AccountChange) => void): () => void
}

/** Added to every pause Telegram asks for: its clock and ours are not the same. */
const WAIT_MARGIN_MS = 2000
const LOG_OUT_TIMEOUT_MS = 8000
const LIFTED_AT_MOST_EVERY_MS = 3_600_000

/** The Telegram accounts of this installation: signing in, staying connected, being removed. */
export function createAccounts(deps: AccountsDeps): Accounts {
  const { clock, timers, random, log } = deps
  const store = createAccountStore(deps.database, deps.sealer)
  const sessions = createSessions(deps.sessionsFolder, deps.sealer)
  const troubles = createTroubles(createSealedRecords(deps.database, deps.sealer, log))
  const lines = new Map<AccountId, Line>()
  const cached = new Map<AccountId, Account>()
  const listeners = new Set<(change: AccountChange) => void>()
  const waits = new Map<AccountId, () => void>()
  let stopped = true

  const load = (): void => {
    cached.clear()
    for (const account of store.all()) cached.set(account.id, account)
  }
  const views = (): AccountView[] =>
    [...cached.values()].map(account => accountView(account, lines.get(account.id), clock.now()))
  const known = (id: AccountId): Account => {
    const account = cached.get(id)
    if (account === undefined) throw new CallFailure('account/unknown')
    return account
  }
  const tell = (change: AccountChange): void => listeners.forEach(listener => listener(change))
  const changed = (accountId: AccountId): void => {
    if (stopped) return
    deps.emit('accounts.changed', views())
    tell({ kind: 'changed', accountId })
  }
  /** Writes, reads back, tells. */
  const update = (accountId: AccountId, write: () => void): void => {
    write()
    load()
    changed(accountId)
  }

  const dial = (
    options: Pick<ConnectionOptions, 'purpose' | 'session' | 'onSession' | 'onHint' | 'onAttempt'>,
  ): TelegramConnection => {
    const app = deps.app()
    if (app === null) throw new CallFailure('telegram/api-id-invalid')
    return deps.gateway({ ...options, ...app, device: deps.device, clock, timers, log })
  }

  const report = (accountId: AccountId, failure: TelegramFailure): void => {
    if (!cached.has(accountId)) return
    switch (failure.reaction) {
      case 'WAIT': {
        const until = clock.now() + (failure.waitSeconds ?? 60) * 1000 + WAIT_MARGIN_MS
        update(accountId, () => store.setWait(accountId, until))
        return wakeAt(accountId, until)
      }
      case 'RELOGIN':
        void lines.get(accountId)?.close()
        return update(accountId, () => store.setStanding(accountId, 'signed-out', failure.code))
      case 'STOP':
        return update(accountId, () => store.setStanding(accountId, 'restricted', failure.code))
      case 'UNCERTAIN':
      case 'OFFLINE':
        return lines.get(accountId)?.lost()
      case 'APP':
        return update(accountId, () => store.setError(accountId, failure.code))
      case 'WAIT_TARGET':
      case 'BACKOFF':
      case 'SKIP':
      case 'FIX':
      case 'REFRESH':
      case 'DONE':
      case 'LOGIN':
    }
  }

  const wakeAt = (accountId: AccountId, until: number): void => {
    waits.get(accountId)?.()
    waits.set(
      accountId,
      timers.after(Math.max(0, until - clock.now()), () => changed(accountId)),
    )
  }

  const onHint = (accountId: AccountId, hint: Hint): void => {
    if (hint.kind === 'signed-out') return report(accountId, SIGNED_OUT)
    if (hint.kind === 'scheduled-changed' || hint.kind === 'published')
      tell({ kind: 'hint', accountId, chatId: hint.chatId })
  }

  const lineOf = (accountId: AccountId, session: SignedInAccount['session']): Line =>
    createLine(
      session,
      {
        clock,
        timers,
        random,
        log,
        dial: (from, onLineHint, onAttempt) =>
          dial({
            purpose: 'account',
            session: from,
            onSession: next => {
              sessions.write(accountId, next).catch(() => log('error', 'account.session', { accountId }))
            },
            onHint: onLineHint,
            onAttempt,
          }),
      },
      {
        onState: () => changed(accountId),
        onOnline: () => {
          if (known(accountId).lastError !== null && known(accountId).standing === 'signed-in')
            update(accountId, () => store.setError(accountId, null))
          tell({ kind: 'online', accountId })
        },
        onHint: hint => onHint(accountId, hint),
        onTrouble: trouble => troubles.keep(accountId, trouble),
        onRefused: failure => {
          if (failure.reaction !== 'OFFLINE' && failure.reaction !== 'UNCERTAIN') report(accountId, failure)
        },
      },
      troubles.of(accountId),
    )

  const openLine = async (accountId: AccountId): Promise<void> => {
    const session = await sessions.read(accountId).catch((error: unknown) => {
      log('error', 'account.session', {
        error: error instanceof CallFailure ? error.error.code : 'unreadable',
      })
      return 'damaged' as const
    })
    if (stopped) return
    if (session === null || session === 'damaged') {
      const code = session === null ? 'telegram/signed-out' : DAMAGED
      return update(accountId, () => store.setStanding(accountId, 'signed-out', code))
    }
    // Its file was put back, from a backup.
    if (isDamaged(known(accountId))) update(accountId, () => store.setStanding(accountId, 'signed-in', null))
    const line = lineOf(accountId, session)
    lines.set(accountId, line)
    await line.connect()
  }

  const keep = async ({
    me,
    session,
    connection,
    serverTime,
    listen,
  }: SignedInAccount): Promise<SignInStep> => {
    const before = store.byUser(me.userId)
    if (before?.standing === 'signed-in') throw new CallFailure('telegram/account-already-added')
    const accountId = before?.id ?? (Buffer.from(random.bytes(12)).toString('hex') as AccountId)
    // An account that is shown can be connected again after any crash.
    await sessions.write(accountId, session)
    await lines.get(accountId)?.close()
    update(accountId, () => store.signedIn(accountId, me, clock.now()))
    const line = lineOf(accountId, session)
    lines.set(accountId, line)
    listen(line.adopt(connection, serverTime))
    tell({ kind: 'added', accountId })
    return { step: 'done', account: accountView(known(accountId), line, clock.now()) }
  }

  const remove = async (accountId: AccountId): Promise<void> => {
    known(accountId)
    tell({ kind: 'removing', accountId })
    const line = lines.get(accountId)
    const connection = line?.connection()
    if (connection) {
      let cancel = (): void => undefined
      const limit = new Promise(resolve => {
        cancel = timers.after(LOG_OUT_TIMEOUT_MS, () => resolve(null))
      })
      await Promise.race([connection.logOut(), limit]).finally(() => cancel())
    }
    await line?.close()
    lines.delete(accountId)
    waits.get(accountId)?.()
    await sessions.remove(accountId)
    troubles.keep(accountId, null)
    update(accountId, () => store.forget(accountId))
  }

  /** When it was last found that a restriction no longer shows, milliseconds since 1970. */
  const lifted = new Map<AccountId, number>()
  const checkAgain = async (accountId: AccountId): Promise<AccountView> => {
    if (known(accountId).standing === 'restricted') {
      if (lines.get(accountId)?.connection() == null) await reconnect(accountId)
      const connection = lines.get(accountId)?.connection()
      const { lastError } = known(accountId)
      if (connection == null)
        throw new CallFailure(lastError ?? 'account/not-connected', undefined, lastError === null)
      const frozen = await connection.frozenSince()
      const me = frozen.ok ? await connection.me() : frozen
      if (!frozen.ok || !me.ok) {
        const { error } = frozen.ok && !me.ok ? me : (frozen as Extract<typeof frozen, { ok: false }>)
        report(accountId, error)
        throw callFailureOf(error, clock.now())
      }
      lift(accountId, frozen.value)
    }
    return accountView(known(accountId), lines.get(accountId), clock.now())
  }
  /**
   * Whether Telegram limits an account without freezing it shows in nothing but its answer to the next message, which
   * stops the account again. That question is not to be asked over and over.
   */
  const lift = (accountId: AccountId, frozenSince: number | null): void => {
    if (frozenSince !== null)
      return update(accountId, () => store.setStanding(accountId, 'restricted', 'telegram/frozen'))
    const next = (lifted.get(accountId) ?? -Infinity) + LIFTED_AT_MOST_EVERY_MS
    if (known(accountId).lastError !== 'telegram/frozen' && clock.now() < next)
      throw new CallFailure('telegram/restricted', { retryAt: instantOf(next) }, true)
    lifted.set(accountId, clock.now())
    update(accountId, () => store.setStanding(accountId, 'signed-in', null))
  }

  const reconnect = async (accountId: AccountId): Promise<void> => {
    const line = lines.get(accountId)
    if (line !== undefined && known(accountId).standing !== 'signed-out') await line.connect()
    else if (line === undefined) await openLine(accountId)
  }

  const signIn = createSignIn({
    clock,
    timers,
    random,
    log,
    dial: (session, onSession, onSignInHint) =>
      dial({ purpose: 'sign-in', session, onSession, onHint: onSignInHint }),
    signedInUsers: () =>
      [...cached.values()].filter(({ standing }) => standing === 'signed-in').map(({ userId }) => userId),
    isAdded: phone => [...cached.values()].some(a => a.phone === phone && a.standing === 'signed-in'),
    keep,
  })

  const adoption = createAdoption({ clock, sessions, accounts: () => cached.values(), dial, keep })

  const obstacle = (accountId: AccountId): Obstacle | null => {
    const account = cached.get(accountId)
    if (account === undefined || account.standing === 'signed-out')
      return { reason: 'signed-out', until: null }
    if (account.standing === 'restricted') return { reason: 'restricted', until: null }
    if (account.waitUntil !== null && account.waitUntil > clock.now())
      return { reason: 'telegram', until: account.waitUntil }
    return lines.get(accountId)?.connection() ? null : { reason: 'offline', until: null }
  }

  return {
    ...adoption,
    handlers: {
      ...signIn.handlers,
      'accounts.list': views,
      'accounts.reconnect': async ({ accountId }) => {
        await reconnect(known(accountId).id)
        return accountView(known(accountId), lines.get(accountId), clock.now())
      },
      'accounts.checkAgain': ({ accountId }) => checkAgain(accountId),
      'accounts.remove': async ({ accountId }) => {
        await remove(accountId)
        return {}
      },
    },
    start: async () => {
      stopped = false
      load()
      for (const { id, waitUntil } of cached.values())
        if (waitUntil !== null && waitUntil > clock.now()) wakeAt(id, waitUntil)
      const usable = [...cached.values()].filter(
        account => account.standing !== 'signed-out' || isDamaged(account),
      )
      await Promise.all(usable.map(account => openLine(account.id)))
    },
    stop: async () => {
      stopped = true
      for (const cancel of waits.values()) cancel()
      await signIn.stop()
      await Promise.all([...lines.values()].map(line => line.close()))
      lines.clear()
      cached.clear()
    },
    resume: () => {
      for (const [accountId, line] of lines)
        if (cached.get(accountId)?.standing !== 'signed-out') void line.connect()
    },
    ids: () => [...cached.keys()],
    views,
    sessionState: accountId =>
      sessions.read(accountId).then(
        session => (session === null ? 'missing' : 'ok'),
        () => 'damaged',
      ),
    line: accountId =>
      cached.get(accountId)?.standing === 'signed-out' ? null : (lines.get(accountId)?.connection() ?? null),
    obstacle,
    learn: (accountId, me) => {
      if (known(accountId).userId === me.userId) update(accountId, () => store.setOwner(accountId, me))
    },
    report,
    serverNow: accountId => lines.get(accountId)?.serverNow() ?? clock.now(),
    userId: accountId => known(accountId).userId,
    nameOf: accountId => known(accountId).name,
    isPremium: accountId => cached.get(accountId)?.premium ?? false,
    watch: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Signed out here alone, because the session's file does not open: Telegram still knows it. */
const DAMAGED = 'vault/damaged'
const isDamaged = ({ standing, lastError }: Account): boolean =>
  standing === 'signed-out' && lastError === DAMAGED

const SIGNED_OUT: TelegramFailure = { reaction: 'RELOGIN', code: 'telegram/signed-out', rpc: 'signed-out' }

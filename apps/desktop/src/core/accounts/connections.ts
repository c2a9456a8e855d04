import type { AccountId } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type {
  ConnectionOptions,
  Hint,
  StoredSession,
  TelegramConnection,
  TelegramFailure,
} from '../telegram/gateway.ts'
import { createLine, type Line } from './line.ts'
import type { Registry } from './registry.ts'
import type { Sessions } from './sessions.ts'
import type { SignedInAccount } from './sign-in/index.ts'
import type { Account } from './store.ts'
import type { Troubles } from './troubles.ts'
import type { AccountsDeps, Obstacle } from './types.ts'

/** Added to every pause Telegram asks for: its clock and ours are not the same. */
const WAIT_MARGIN_MS = 2000
/** Signed out here alone, because the session's file does not open: Telegram still knows it. */
const DAMAGED = 'vault/damaged'
const isDamaged = ({ standing, lastError }: Account): boolean =>
  standing === 'signed-out' && lastError === DAMAGED
const SIGNED_OUT: TelegramFailure = { reaction: 'RELOGIN', code: 'telegram/signed-out', rpc: 'signed-out' }

/** The line of every account, and what Telegram's answers make of the account. */
export function createConnections(
  { clock, timers, random, log, app, gateway, device }: AccountsDeps,
  registry: Registry,
  sessions: Sessions,
  troubles: Troubles,
) {
  const { lines, known, update } = registry
  const waits = new Map<AccountId, () => void>()

  const dial = (
    options: Pick<ConnectionOptions, 'purpose' | 'session' | 'onSession' | 'onHint' | 'onAttempt'>,
  ): TelegramConnection => {
    const registered = app()
    if (registered === null) throw new CallFailure('telegram/api-id-invalid')
    return gateway({ ...options, ...registered, device, clock, timers, log })
  }

  const wakeAt = (accountId: AccountId, until: number): void => {
    waits.get(accountId)?.()
    waits.set(
      accountId,
      timers.after(Math.max(0, until - clock.now()), () => registry.changed(accountId)),
    )
  }

  const report = (accountId: AccountId, failure: TelegramFailure): void => {
    if (registry.find(accountId) === undefined) return
    switch (failure.reaction) {
      case 'WAIT': {
        const until = clock.now() + (failure.waitSeconds ?? 60) * 1000 + WAIT_MARGIN_MS
        update(accountId, store => store.setWait(accountId, until))
        return wakeAt(accountId, until)
      }
      case 'RELOGIN':
        void lines.get(accountId)?.close()
        return update(accountId, store => store.setStanding(accountId, 'signed-out', failure.code))
      case 'STOP':
        return update(accountId, store => store.setStanding(accountId, 'restricted', failure.code))
      case 'UNCERTAIN':
      case 'OFFLINE':
        return lines.get(accountId)?.lost()
      case 'APP':
        return update(accountId, store => store.setError(accountId, failure.code))
      case 'WAIT_TARGET':
      case 'BACKOFF':
      case 'SKIP':
      case 'FIX':
      case 'REFRESH':
      case 'DONE':
      case 'LOGIN':
    }
  }

  const onHint = (accountId: AccountId, hint: Hint): void => {
    if (hint.kind === 'signed-out') return report(accountId, SIGNED_OUT)
    if (hint.kind === 'scheduled-changed' || hint.kind === 'published')
      registry.tell({ kind: 'hint', accountId, chatId: hint.chatId })
  }

  const newLine = (accountId: AccountId, session: StoredSession): Line => {
    const line = createLine(
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
        onState: () => registry.changed(accountId),
        onOnline: () => {
          const { lastError, standing } = known(accountId)
          if (lastError !== null && standing === 'signed-in')
            update(accountId, store => store.setError(accountId, null))
          registry.tell({ kind: 'online', accountId })
        },
        onHint: hint => onHint(accountId, hint),
        onTrouble: trouble => troubles.keep(accountId, trouble),
        onRefused: failure => {
          if (failure.reaction !== 'OFFLINE' && failure.reaction !== 'UNCERTAIN') report(accountId, failure)
        },
      },
      troubles.of(accountId),
    )
    lines.set(accountId, line)
    return line
  }

  const open = async (accountId: AccountId): Promise<void> => {
    const session = await sessions.read(accountId).catch((error: unknown) => {
      log('error', 'account.session', {
        error: error instanceof CallFailure ? error.error.code : 'unreadable',
      })
      return 'damaged' as const
    })
    if (!registry.isOpen()) return
    if (session === null || session === 'damaged') {
      const code = session === null ? 'telegram/signed-out' : DAMAGED
      return update(accountId, store => store.setStanding(accountId, 'signed-out', code))
    }
    // Its file was put back, from a backup.
    if (isDamaged(known(accountId)))
      update(accountId, store => store.setStanding(accountId, 'signed-in', null))
    await newLine(accountId, session).connect()
  }

  const signedOut = (accountId: AccountId): boolean => registry.find(accountId)?.standing === 'signed-out'

  return {
    dial,
    report,
    /** Connects every account that can be; the pauses that Telegram asked for go on. */
    start: async (): Promise<void> => {
      const accounts = registry.all()
      for (const { id, waitUntil } of accounts)
        if (waitUntil !== null && waitUntil > clock.now()) wakeAt(id, waitUntil)
      const usable = accounts.filter(account => account.standing !== 'signed-out' || isDamaged(account))
      await Promise.all(usable.map(account => open(account.id)))
    },
    stop: async (): Promise<void> => {
      await Promise.all([...lines.values()].map(line => line.close()))
    },
    stopWaiting: (): void => waits.forEach(cancel => cancel()),
    resume: (): void => {
      for (const [accountId, line] of lines) if (!signedOut(accountId)) void line.connect()
    },
    /** A connection that has just signed in becomes the account's line. */
    adopt: (accountId: AccountId, signedIn: Omit<SignedInAccount, 'me'>): void => {
      const { session, connection, serverTime, listen } = signedIn
      listen(newLine(accountId, session).adopt(connection, serverTime))
    },
    reconnect: async (accountId: AccountId): Promise<void> => {
      const line = lines.get(accountId)
      if (line === undefined) await open(accountId)
      else if (known(accountId).standing !== 'signed-out') await line.connect()
    },
    /** Forgets the account's line, which is closed, and its pause. */
    forget: async (accountId: AccountId): Promise<void> => {
      await lines.get(accountId)?.close()
      lines.delete(accountId)
      waits.get(accountId)?.()
    },
    connection: (accountId: AccountId): TelegramConnection | null =>
      signedOut(accountId) ? null : (lines.get(accountId)?.connection() ?? null),
    obstacle: (accountId: AccountId): Obstacle | null => {
      const account = registry.find(accountId)
      if (account === undefined || account.standing === 'signed-out')
        return { reason: 'signed-out', until: null }
      if (account.standing === 'restricted') return { reason: 'restricted', until: null }
      if (account.waitUntil !== null && account.waitUntil > clock.now())
        return { reason: 'telegram', until: account.waitUntil }
      return lines.get(accountId)?.connection() ? null : { reason: 'offline', until: null }
    },
    serverNow: (accountId: AccountId): number => lines.get(accountId)?.serverNow() ?? clock.now(),
  }
}

export type Connections = ReturnType<typeof createConnections>

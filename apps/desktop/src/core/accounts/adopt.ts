import type { AccountId, AccountView, SignInStep } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Clock } from '../ports.ts'
import { callFailureOf } from '../telegram/call-failure.ts'
import type { ConnectionOptions, Hint, Me, StoredSession, TelegramConnection } from '../telegram/gateway.ts'
import type { Sessions } from './sessions.ts'
import type { SignedInAccount } from './sign-in/index.ts'
import type { Account } from './store.ts'

export type Adoption = {
  /**
   * Takes over a session that another program made: connects, asks whose it is, keeps it. `accept` may throw to refuse
   * its owner. Throws `telegram/account-already-added`, and what connecting meets. The session is never ended at Telegram:
   * a refused one still belongs to the other program.
   */
  adopt(session: StoredSession, accept: (me: Me) => void): Promise<AccountView>
  /** Whether an account here lives by this key. Two connections with one key would make Telegram end it. */
  holdsKey(key: Uint8Array): Promise<boolean>
  /** The signed-in account with this number (digits only), if there is one. */
  withPhone(phone: string): AccountId | null
}

export function createAdoption(deps: {
  readonly clock: Clock
  readonly sessions: Sessions
  /** The accounts that are here and signed in. */
  readonly signedIn: () => readonly Account[]
  readonly dial: (
    options: Pick<ConnectionOptions, 'purpose' | 'session' | 'onSession' | 'onHint'>,
  ) => TelegramConnection
  readonly keep: (signedIn: SignedInAccount) => Promise<SignInStep>
}): Adoption {
  const holdsKey: Adoption['holdsKey'] = async key => {
    for (const { id } of deps.signedIn()) {
      const session = await deps.sessions.read(id).catch(() => null)
      if (session !== null && Buffer.from(session.key).equals(key)) return true
    }
    return false
  }

  return {
    holdsKey,
    withPhone: phone =>
      phone === '' ? null : (deps.signedIn().find(account => account.phone === phone)?.id ?? null),
    adopt: async (given, accept) => {
      if (await holdsKey(given.key)) throw new CallFailure('telegram/account-already-added')
      let session = { ...given, key: Uint8Array.from(given.key) }
      let listener: (hint: Hint) => void = () => undefined
      const connection = deps.dial({
        purpose: 'account',
        session,
        onSession: next => {
          session = { ...next, key: Uint8Array.from(next.key) }
        },
        onHint: hint => listener(hint),
      })
      try {
        const greeting = await connection.connect()
        if (!greeting.ok) throw callFailureOf(greeting.error, deps.clock.now())
        const me = await connection.me()
        if (!me.ok) throw callFailureOf(me.error, deps.clock.now())
        accept(me.value)
        const step = await deps.keep({
          me: me.value,
          session,
          connection,
          serverTime: greeting.value.serverTime,
          listen: next => {
            listener = next
          },
        })
        if (step.step !== 'done') throw new Error('a signed-in account was asked for more')
        return step.account
      } catch (error) {
        await connection.destroy()
        throw error
      }
    },
  }
}

import type { AccountId, AccountView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Clock } from '../ports.ts'
import { callFailureOf } from '../telegram/call-failure.ts'
import type { TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import { instantOf } from '../time.ts'
import type { Connections } from './connections.ts'
import type { Registry } from './registry.ts'

const LIFTED_AT_MOST_EVERY_MS = 3_600_000

/** Asks Telegram, when a person wants to know, whether a restriction of an account still holds. */
export function createRestrictionCheck(clock: Clock, registry: Registry, connections: Connections) {
  const { known, update } = registry
  /** When it was last found that a restriction no longer shows, milliseconds since 1970. */
  const lifted = new Map<AccountId, number>()

  /**
   * Whether Telegram limits an account without freezing it shows in nothing but its answer to the next message, which
   * stops the account again. That question is not to be asked over and over.
   */
  const lift = (accountId: AccountId, frozenSince: number | null): void => {
    if (frozenSince !== null)
      return update(accountId, store => store.setStanding(accountId, 'restricted', 'telegram/frozen'))
    const next = (lifted.get(accountId) ?? -Infinity) + LIFTED_AT_MOST_EVERY_MS
    if (known(accountId).lastError !== 'telegram/frozen' && clock.now() < next)
      throw new CallFailure('telegram/restricted', { retryAt: instantOf(next) }, true)
    lifted.set(accountId, clock.now())
    update(accountId, store => store.setStanding(accountId, 'signed-in', null))
  }

  const connected = async (accountId: AccountId): Promise<TelegramConnection> => {
    if (connections.connection(accountId) === null) await connections.reconnect(accountId)
    const connection = connections.connection(accountId)
    if (connection !== null) return connection
    const { lastError } = known(accountId)
    throw new CallFailure(lastError ?? 'account/not-connected', undefined, lastError === null)
  }

  return async (accountId: AccountId): Promise<AccountView> => {
    if (known(accountId).standing === 'restricted') {
      const connection = await connected(accountId)
      const refuse = (error: TelegramFailure): CallFailure => {
        connections.report(accountId, error)
        return callFailureOf(error, clock.now())
      }
      const frozen = await connection.frozenSince()
      if (!frozen.ok) throw refuse(frozen.error)
      const me = await connection.me()
      if (!me.ok) throw refuse(me.error)
      lift(accountId, frozen.value)
    }
    return registry.view(accountId)
  }
}

import { isTimeZone } from '@autotele/shared'
import { AccountDefaults, type AccountId, type Handlers } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import type { PaceSettings } from '../delivery/index.ts'
import { CallFailure } from '../failure.ts'
import type { Emit, Log } from '../ports.ts'
import type { SealedRecords } from '../vault/index.ts'

const KIND = 'account-defaults'

export type Defaults = {
  readonly handlers: Pick<Handlers, 'defaults.get' | 'defaults.save'>
  /** What an older program used for this account, where nothing was set here yet. */
  adopt(accountId: AccountId, old: Pick<AccountDefaults, 'text' | 'hours'>): void
  /** The pace of one account: never faster than `general`. */
  pace(accountId: AccountId, general: PaceSettings): PaceSettings
}

/** What a new message of each account begins with, sealed. */
export function createDefaults(deps: {
  readonly records: SealedRecords
  readonly accounts: Pick<Accounts, 'ids' | 'watch'>
  readonly log: Log
  readonly emit: Emit
}): Defaults {
  const { records, accounts, emit } = deps
  /** Asked for before every message, so not opened each time. */
  const known = new Map<AccountId, AccountDefaults>()

  const read = (accountId: AccountId): AccountDefaults => {
    const stored = records.read(KIND, accountId)
    const parsed = AccountDefaults.safeParse(stored ?? { accountId, text: '' })
    if (!parsed.success) deps.log('warning', 'defaults.unreadable')
    return parsed.success ? parsed.data : AccountDefaults.parse({ accountId, text: '' })
  }
  const of = (accountId: AccountId): AccountDefaults => {
    const found = known.get(accountId) ?? read(accountId)
    known.set(accountId, found)
    return found
  }
  const save = (next: AccountDefaults): AccountDefaults => {
    records.write(KIND, next.accountId, next)
    known.set(next.accountId, next)
    emit('defaults.changed', next)
    return next
  }
  const own = (accountId: AccountId): void => {
    if (!accounts.ids().includes(accountId)) throw new CallFailure('account/unknown')
  }

  accounts.watch(change => {
    if (change.kind !== 'removing') return
    records.remove(KIND, change.accountId)
    known.delete(change.accountId)
  })

  return {
    handlers: {
      'defaults.get': ({ accountId }) => {
        own(accountId)
        return of(accountId)
      },
      'defaults.save': given => {
        own(given.accountId)
        if (given.timeZone !== null && !isTimeZone(given.timeZone))
          throw new CallFailure('plan/zone-unknown', { zone: given.timeZone })
        return save({ ...given, hours: inOrder(given.hours) })
      },
    },
    adopt: (accountId, { text, hours }) => {
      const present = of(accountId)
      if (present.text !== '' || present.hours.length > 0) return
      save({ ...present, text, hours: inOrder(hours).slice(0, 24) })
    },
    pace: (accountId, general) => {
      const { pace } = of(accountId)
      if (pace === null) return general
      return {
        delaySeconds: Math.max(general.delaySeconds, pace.delaySeconds),
        perMinute: Math.min(general.perMinute, pace.perMinute),
      }
    },
  }
}

const inOrder = (hours: readonly string[]): string[] => [...new Set(hours)].sort()

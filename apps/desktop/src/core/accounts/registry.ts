import type { AccountId, AccountView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Clock, Emit } from '../ports.ts'
import type { Line } from './line.ts'
import type { Account, AccountStore } from './store.ts'
import type { AccountChange } from './types.ts'
import { accountView } from './view.ts'

/** The accounts that are here, each with its line, and who is told when something about them changes. */
export function createRegistry(store: AccountStore, clock: Clock, emit: Emit) {
  const accounts = new Map<AccountId, Account>()
  const lines = new Map<AccountId, Line>()
  const listeners = new Set<(change: AccountChange) => void>()
  let open = false

  const load = (): void => {
    accounts.clear()
    for (const account of store.all()) accounts.set(account.id, account)
  }
  const known = (id: AccountId): Account => {
    const account = accounts.get(id)
    if (account === undefined) throw new CallFailure('account/unknown')
    return account
  }
  const viewOf = (account: Account): AccountView => accountView(account, lines.get(account.id), clock.now())
  const views = (): AccountView[] => [...accounts.values()].map(viewOf)
  const tell = (change: AccountChange): void => listeners.forEach(listener => listener(change))
  const changed = (accountId: AccountId): void => {
    if (!open) return
    emit('accounts.changed', views())
    tell({ kind: 'changed', accountId })
  }

  return {
    lines,
    all: (): Account[] => [...accounts.values()],
    find: (id: AccountId): Account | undefined => accounts.get(id),
    /** Throws `account/unknown`. */
    known,
    views,
    /** Throws `account/unknown`. */
    view: (id: AccountId): AccountView => viewOf(known(id)),
    tell,
    changed,
    /** Writes, reads back, tells. */
    update: (accountId: AccountId, write: (store: AccountStore) => void): void => {
      write(store)
      load()
      changed(accountId)
    },
    isOpen: (): boolean => open,
    open: (): void => {
      open = true
      load()
    },
    /** Nothing is told any more. */
    close: (): void => {
      open = false
    },
    clear: (): void => {
      lines.clear()
      accounts.clear()
    },
    watch: (listener: (change: AccountChange) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export type Registry = ReturnType<typeof createRegistry>

import type { AccountId, Handlers } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'

/** What stands in the way of removing an account, and can be taken out of it. */
export type UnderWay = {
  counts(accountId: AccountId): { readonly atTelegram: number; readonly here: number }
  /** Takes everything back from Telegram's queues; answers how many could not be. */
  cancelAll(accountId: AccountId): Promise<number>
  series(accountId: AccountId): number
}

/** Removing an account, with a decision about what it has scheduled: Telegram publishes that whether we are there or not. */
export function createRemoval(
  remove: Handlers['accounts.remove'],
  ids: () => readonly AccountId[],
  underWay: UnderWay,
): Pick<Handlers, 'accounts.remove' | 'accounts.removal'> {
  const known = (accountId: AccountId): AccountId => {
    if (!ids().includes(accountId)) throw new CallFailure('account/unknown')
    return accountId
  }
  return {
    'accounts.removal': ({ accountId }) => ({
      ...underWay.counts(known(accountId)),
      series: underWay.series(accountId),
    }),
    'accounts.remove': async ({ accountId, scheduled = 'keep' }) => {
      const count = scheduled === 'cancel' ? await underWay.cancelAll(known(accountId)) : 0
      if (count > 0) throw new CallFailure('account/not-all-cancelled', { count }, true)
      return remove({ accountId, scheduled })
    },
  }
}

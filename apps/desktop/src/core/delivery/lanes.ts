import type { AccountId, ChatId } from '../../contract/index.ts'
import type { AccountChange } from '../accounts/index.ts'
import { CallFailure } from '../failure.ts'
import { createLane, type Lane } from './lane.ts'
import { transition } from './machine.ts'
import type { DeliveryDeps } from './ports.ts'
import type { DeliveryStore } from './store.ts'

const STOP_TIMEOUT_MS = 3000

/** A lane for each account, from when it is there until it is removed. */
export function createLanes(store: DeliveryStore, deps: DeliveryDeps) {
  const { accounts, clock, emit, log } = deps
  const lanes = new Map<AccountId, Lane>()
  let unwatch = (): void => undefined

  const laneOf = (accountId: AccountId): Lane => {
    const known = lanes.get(accountId)
    if (known) return known
    if (!accounts.ids().includes(accountId)) throw new CallFailure('account/unknown')
    const lane = createLane(accountId, store, deps)
    lanes.set(accountId, lane)
    return lane
  }

  const recover = (accountId: AccountId): void => {
    const held = store.wishes.forgetHeld(accountId)
    if (held > 0) log('info', 'delivery.held-forgotten', { count: held })
    const left = store.interrupted(accountId)
    laneOf(accountId).apply(left.map(row => [row, { kind: 'interrupted' }]))
    if (left.length > 0) log('warning', 'delivery.recovered', { count: left.length })
  }

  /** What has not left never will; what Telegram holds is published all the same. */
  const remove = (accountId: AccountId): void => {
    lanes.get(accountId)?.stop()
    lanes.delete(accountId)
    const open = store.openOf(accountId)
    store.transaction(() => {
      for (const row of open)
        if (row.state === 'queued' || row.state === 'paused')
          store.save(row, transition(row, { kind: 'cancelled' }, clock.now()))
      store.wishes.forgetAll(accountId)
      store.close(accountId)
    })
    if (open.length > 0) emit('deliveries.changed', { ids: open.map(row => row.id) })
  }

  const onAccount = (change: AccountChange): void => {
    switch (change.kind) {
      case 'removing':
        return remove(change.accountId)
      case 'added':
        store.reopen(change.accountId)
        return laneOf(change.accountId).wake()
      case 'online':
        return laneOf(change.accountId).reconcileSoon()
      case 'changed': {
        const lane = lanes.get(change.accountId)
        lane?.tell()
        return lane?.wake()
      }
      case 'hint': {
        if (change.chatId === null) return lanes.get(change.accountId)?.reconcileSoon()
        const chatId = change.chatId as ChatId
        if (store.hasPlacedIn(change.accountId, chatId)) lanes.get(change.accountId)?.reconcileChat(chatId)
      }
    }
  }

  return {
    laneOf,
    /** Puts in order what the last run left behind, then starts working. */
    start: (): void => {
      unwatch = accounts.watch(onAccount)
      for (const accountId of accounts.ids()) {
        recover(accountId)
        laneOf(accountId).reconcileSoon()
      }
    },
    stop: async (): Promise<void> => {
      unwatch()
      store.wishes.letGoHeld()
      const all = [...lanes.values()]
      for (const lane of all) lane.stop()
      lanes.clear()
      // A request under way is given a moment; without its answer it is looked up at the next start.
      let cancelLimit = (): void => undefined
      const limit = new Promise<void>(resolve => {
        cancelLimit = deps.timers.after(STOP_TIMEOUT_MS, resolve)
      })
      await Promise.race([Promise.all(all.map(lane => lane.exclusive(() => Promise.resolve()))), limit])
      cancelLimit()
    },
  }
}

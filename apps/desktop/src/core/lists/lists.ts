import { z } from 'zod'
import {
  AccountId,
  ChatId,
  Instant,
  TargetListId,
  type Handlers,
  type TargetList,
} from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { CallFailure } from '../failure.ts'
import { openKept } from '../kept.ts'
import { checkedName } from '../names.ts'
import type { Clock, Emit, Log, Random } from '../ports.ts'
import type { Targets } from '../targets/index.ts'
import { instantOf } from '../time.ts'
import type { SealedRecords } from '../vault/index.ts'

const KIND = 'target-list'
const MOST = 200

const Stored = z.object({
  id: TargetListId,
  accountId: AccountId,
  name: z.string(),
  chatIds: z.array(ChatId),
  updatedAt: Instant,
})
type Stored = z.infer<typeof Stored>

export type ListsDeps = {
  readonly records: SealedRecords
  readonly accounts: Pick<Accounts, 'ids' | 'watch'>
  readonly targets: Pick<Targets, 'listed'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly emit: Emit
}

/** Chats of one account kept under a name, sealed. Each time it is shown, a list says which of them went away. */
export function createLists(deps: ListsDeps): Pick<Handlers, 'lists.list' | 'lists.save' | 'lists.remove'> {
  const { records, accounts, targets, clock, random, emit } = deps

  const kept = openKept(records, KIND, Stored, deps.log)

  const viewOf = ({ id, accountId, name, chatIds, updatedAt }: Stored): TargetList => {
    // Two groups may have become one supergroup since.
    const chats = new Map(
      chatIds.map(chatId => targets.listed(accountId, chatId)).map(chat => [chat.id, chat]),
    )
    const problems = [...chats.values()].filter(({ state }) => state !== 'ok').length
    return { id, accountId, name, chats: [...chats.values()], problems, updatedAt }
  }

  accounts.watch(change => {
    if (change.kind !== 'removing') return
    const lost = kept.all().filter(({ accountId }) => accountId === change.accountId)
    for (const { id } of lost) kept.remove(id)
    if (lost.length > 0) emit('lists.changed', {})
  })

  return {
    'lists.list': ({ accountId }) => {
      const known = new Set(accounts.ids())
      return kept
        .all()
        .filter(one => known.has(one.accountId) && (accountId === null || one.accountId === accountId))
        .sort((a, b) => a.name.localeCompare(b.name))
        .map(viewOf)
    },
    'lists.save': ({ id, accountId, name, chatIds }) => {
      if (!accounts.ids().includes(accountId)) throw new CallFailure('account/unknown')
      if (id !== null && kept.one(id) === undefined) throw new CallFailure('list/unknown')
      const others = kept.all().filter(one => one.accountId === accountId && one.id !== id)
      if (others.length >= MOST) throw new CallFailure('list/too-many', { limit: MOST })
      const checked = checkedName(
        name,
        others.map(one => one.name),
      )
      if (chatIds.length === 0) throw new CallFailure('plan/no-chat')
      const saved: Stored = {
        id: id ?? (Buffer.from(random.bytes(12)).toString('hex') as TargetListId),
        accountId,
        name: checked,
        chatIds: [...new Set(chatIds)],
        updatedAt: instantOf(clock.now()),
      }
      kept.save(saved)
      emit('lists.changed', {})
      return viewOf(saved)
    },
    'lists.remove': ({ id }) => {
      kept.remove(id)
      emit('lists.changed', {})
      return {}
    },
  }
}

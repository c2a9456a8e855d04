import type { AccountId, ChatId, ChatView } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import type { Media } from '../media/index.ts'
import type { Clock, Emit, Log, Random, Timers } from '../ports.ts'
import type { Database, Durability } from '../storage/database.ts'
import type { Peer } from '../telegram/gateway.ts'
import type { Sealer } from '../vault/sealer.ts'
import type { DeliveryEvent } from './machine.ts'
import type { PaceSettings } from './pace.ts'
import type { StoredDelivery } from './rows.ts'

/** What placing messages needs of the accounts. */
export type AccountsPort = Pick<
  Accounts,
  'ids' | 'isPremium' | 'line' | 'obstacle' | 'report' | 'serverNow' | 'watch'
>

export type TargetsPort = {
  peerOf(accountId: AccountId, chatId: ChatId): Peer | null
  sendAs(accountId: AccountId, chatId: ChatId, identity: ChatId): Peer | null
  titleOf(accountId: AccountId, chatId: ChatId): string
  chat(accountId: AccountId, chatId: ChatId): ChatView | null
  /** Reads the chats again from Telegram; never throws. */
  refresh(accountId: AccountId): Promise<void>
}

/** The files of messages, for their upload. */
export type MediaPort = Pick<Media, 'piece' | 'thumbnail'>

export type DeliveryDeps = {
  readonly database: Database
  readonly sealer: Sealer
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly emit: Emit
  readonly accounts: AccountsPort
  readonly targets: TargetsPort
  readonly media: MediaPort
  readonly pace: (accountId: AccountId) => PaceSettings
}

/** Commits what events make of rows and what `also` writes, told the rows as they are then, and tells the interface. */
export type Apply = (
  changes: readonly (readonly [StoredDelivery, DeliveryEvent])[],
  also?: (after: readonly StoredDelivery[]) => void,
  durability?: Durability,
) => void

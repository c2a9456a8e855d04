import type { AccountId, ChatId } from '../../contract/index.ts'
import type { Clock, Emit, Log, Random, Timers } from '../ports.ts'
import type { Database } from '../storage/database.ts'
import type { Peer, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import type { Sealer } from '../vault/sealer.ts'
import type { PaceSettings } from './pace.ts'

/** Why nothing can leave from an account just now; `until` in milliseconds since 1970 where it is known. */
export type Obstacle = {
  readonly reason: 'telegram' | 'offline' | 'signed-out' | 'restricted'
  readonly until: number | null
}

export type AccountChange =
  | { readonly kind: 'changed'; readonly accountId: AccountId }
  /** Connected, after having been away: what Telegram did meanwhile is not known. */
  | { readonly kind: 'online'; readonly accountId: AccountId }
  | { readonly kind: 'hint'; readonly accountId: AccountId; readonly chatId: string | null }
  | { readonly kind: 'removing'; readonly accountId: AccountId }
  | { readonly kind: 'added'; readonly accountId: AccountId }

/** What placing messages needs of the accounts. */
export type AccountsPort = {
  ids(): readonly AccountId[]
  /** The account's connection, or null while there is none. */
  line(accountId: AccountId): TelegramConnection | null
  obstacle(accountId: AccountId): Obstacle | null
  /** Tells the account what its connection met, so that it waits, stops or reconnects. */
  report(accountId: AccountId, failure: TelegramFailure): void
  /** Telegram's clock, milliseconds since 1970. */
  serverNow(accountId: AccountId): number
  watch(listener: (change: AccountChange) => void): () => void
}

export type TargetsPort = {
  peerOf(accountId: AccountId, chatId: ChatId): Peer | null
  titleOf(accountId: AccountId, chatId: ChatId): string
  /** Reads the chats again from Telegram; never throws. */
  refresh(accountId: AccountId): Promise<void>
}

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
  readonly pace: () => PaceSettings
}

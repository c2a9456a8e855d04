import type { AccountId, AccountView, Handlers } from '../../contract/index.ts'
import type { Clock, Emit, Log, Random, Timers } from '../ports.ts'
import type { Database } from '../storage/index.ts'
import type {
  ConnectionOptions,
  Me,
  TelegramConnection,
  TelegramFailure,
  TelegramGateway,
} from '../telegram/gateway.ts'
import type { Sealer } from '../vault/sealer.ts'
import type { Adoption } from './adopt.ts'
import type { SignInHandlers } from './sign-in/index.ts'

export type AccountsDeps = {
  readonly database: Database
  readonly sealer: Sealer
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly emit: Emit
  readonly gateway: TelegramGateway
  /** `telegram.api_id` and `api_hash` (my.telegram.org); null when none is configured. */
  readonly app: () => { readonly apiId: number; readonly apiHash: string } | null
  readonly device: ConnectionOptions['device']
  /** Where the sealed session files are. */
  readonly sessionsFolder: string
}

/** Why nothing can leave from an account just now; `until` in milliseconds since 1970 where it is known. */
export type Obstacle = {
  readonly reason: 'telegram' | 'offline' | 'signed-out' | 'restricted'
  readonly until: number | null
}

export type AccountChange =
  | { readonly kind: 'changed'; readonly accountId: AccountId }
  /** Connected, after having been away: what happened at Telegram meanwhile is not known. */
  | { readonly kind: 'online'; readonly accountId: AccountId }
  | { readonly kind: 'hint'; readonly accountId: AccountId; readonly chatId: string | null }
  | { readonly kind: 'removing'; readonly accountId: AccountId }
  | { readonly kind: 'added'; readonly accountId: AccountId }

export type AccountsHandlers = SignInHandlers &
  Pick<Handlers, 'accounts.list' | 'accounts.reconnect' | 'accounts.checkAgain' | 'accounts.remove'>

export type Accounts = Adoption & {
  readonly handlers: AccountsHandlers
  /** Opens the sessions and connects every account in the background. Needs the open vault. */
  start(): Promise<void>
  stop(): Promise<void>
  /** The machine woke up, or its network came back: every connection is made anew. */
  resume(): void
  ids(): readonly AccountId[]
  views(): readonly AccountView[]
  /** Whether an account's session can be read. */
  sessionState(accountId: AccountId): Promise<'ok' | 'missing' | 'damaged'>
  /** The account's connection, or null while there is none. */
  line(accountId: AccountId): TelegramConnection | null
  obstacle(accountId: AccountId): Obstacle | null
  /** What Telegram tells of the account's owner now. */
  learn(accountId: AccountId, me: Me): void
  /** What a call met that concerns the whole account: it waits, stops or reconnects. */
  report(accountId: AccountId, failure: TelegramFailure): void
  /** Telegram's clock, milliseconds since 1970; this machine's before the first connection. */
  serverNow(accountId: AccountId): number
  /** Telegram's number of the account's owner; throws `account/unknown`. */
  userId(accountId: AccountId): string
  /** The name of the account's owner; throws `account/unknown`. */
  nameOf(accountId: AccountId): string
  isPremium(accountId: AccountId): boolean
  watch(listener: (change: AccountChange) => void): () => void
}

import type { Accounts } from '../accounts/index.ts'
import type { Deliveries } from '../delivery/index.ts'
import type { Clock, Emit, Log, Random, Timers } from '../ports.ts'
import type { Database } from '../storage/database.ts'
import type { Targets } from '../targets/index.ts'
import type { Sealer } from '../vault/sealer.ts'

export type SeriesDeps = {
  readonly database: Database
  readonly sealer: Sealer
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly emit: Emit
  readonly accounts: Pick<Accounts, 'ids' | 'obstacle' | 'serverNow' | 'nameOf' | 'isPremium' | 'watch'>
  readonly targets: Pick<Targets, 'chat' | 'titleOf'>
  readonly delivery: Pick<Deliveries, 'place' | 'rewrite' | 'inChatSince' | 'othersIn'> & {
    readonly handlers: Pick<Deliveries['handlers'], 'deliveries.cancel'>
  }
  /** May something new be given to Telegram, as far as the licence goes? */
  readonly mayCreate: () => boolean
}

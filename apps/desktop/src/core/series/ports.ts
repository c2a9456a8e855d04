import type { Accounts } from '../accounts/index.ts'
import type { Deliveries, DeliveryDeps } from '../delivery/index.ts'
import type { Targets } from '../targets/index.ts'

type Ports = Pick<DeliveryDeps, 'database' | 'sealer' | 'clock' | 'timers' | 'random' | 'log' | 'emit'>

export type SeriesDeps = Ports & {
  readonly accounts: Pick<Accounts, 'ids' | 'obstacle' | 'serverNow' | 'nameOf' | 'isPremium' | 'watch'>
  readonly targets: Pick<Targets, 'chat' | 'titleOf'>
  readonly delivery: Pick<Deliveries, 'place' | 'rewrite' | 'inChatSince' | 'othersIn'> & {
    readonly handlers: Pick<Deliveries['handlers'], 'deliveries.cancel'>
  }
  /** May something new be given to Telegram, as far as the licence goes? */
  readonly mayCreate: () => boolean
}

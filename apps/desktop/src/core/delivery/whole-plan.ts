import type { AccountId, Asked, Handlers, PlanId, PlanView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Lane } from './lane.ts'
import { isOpen } from './machine.ts'
import type { ManageHandlers } from './manage.ts'
import type { DeliveryDeps } from './ports.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'

export type PlanHandlers = Pick<Handlers, 'plans.get' | 'plans.pause' | 'plans.cancel'>

/** The most that one call takes (contract). */
const BATCH = 500

/** What is done to all messages of a plan at once. */
export function createWholePlan(
  store: DeliveryStore,
  laneOf: (accountId: AccountId) => Lane,
  cancelSoon: ManageHandlers['deliveries.cancelSoon'],
  { accounts, emit }: Pick<DeliveryDeps, 'accounts' | 'emit'>,
): PlanHandlers {
  const known = (planId: PlanId): PlanView & { readonly accountId: AccountId } => {
    const found = store.planState(planId)
    if (found === null) throw new CallFailure('plan/unknown')
    const total = Object.values(found.states).reduce((sum, count) => sum + count, 0)
    return { id: planId, ...found, total }
  }
  const viewOf = (planId: PlanId): PlanView => {
    const { accountId: _, ...view } = known(planId)
    return view
  }

  return {
    'plans.get': ({ planId }) => viewOf(planId),
    'plans.pause': ({ planId, paused }) => {
      const { accountId } = known(planId)
      store.setPlanPaused(planId, paused)
      const waiting = store.waitingOfPlan(planId).map(({ id }) => id)
      if (waiting.length > 0) emit('deliveries.changed', { ids: waiting })
      if (accounts.ids().includes(accountId)) laneOf(accountId).wake()
      return viewOf(planId)
    },
    'plans.cancel': async ({ planId }) => {
      known(planId)
      const ids = store
        .ofPlan(planId)
        .filter(mayStillLeave)
        .map(({ id }) => id)
      const answer: Asked = { asked: [], failed: [], until: null }
      for (let from = 0; from < ids.length; from += BATCH) {
        const { asked, failed, until } = await cancelSoon({ ids: ids.slice(from, from + BATCH) })
        answer.asked.push(...asked)
        answer.failed.push(...failed)
        answer.until = until
      }
      return answer
    },
  }
}

/** A refused one might be tried again. */
const mayStillLeave = ({ state }: StoredDelivery): boolean =>
  isOpen(state) || state === 'failed' || state === 'skipped'

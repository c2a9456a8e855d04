import type { DeliveryView } from '../../contract/index.ts'
import { localTimeAt } from '@autotele/shared'
import { instantOf } from '../time.ts'
import type { TargetsPort } from './ports.ts'
import type { StoredDelivery, StoredPlan } from './store.ts'

/** A row as the interface shows it. */
export function viewOf(row: StoredDelivery, plan: StoredPlan, targets: TargetsPort): DeliveryView {
  const at = instantOf(row.at * 1000)
  const waits = row.state === 'paused' || row.state === 'uncertain'
  return {
    id: row.id,
    planId: row.planId,
    accountId: row.accountId,
    chatId: row.chatId,
    chatTitle: targets.titleOf(row.accountId, row.chatId),
    at,
    local: localTimeAt(at, plan.timeZone),
    timeZone: plan.timeZone,
    text: plan.text,
    entities: [...plan.entities],
    state: row.state,
    error: row.error,
    notBefore: waits && row.notBefore > 0 ? instantOf(row.notBefore) : null,
  }
}

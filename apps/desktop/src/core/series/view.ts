import type { SeriesView } from '../../contract/index.ts'
import { momentsAfter, ruleDate } from '../plans/index.ts'
import type { Targets } from '../targets/index.ts'
import { instantOf } from '../time.ts'
import type { SeriesStore, StoredOccurrence, StoredSeries } from './store.ts'

const isAtTelegram = ({ delivery }: StoredOccurrence): boolean =>
  delivery?.state === 'scheduled' || delivery?.state === 'drifted'

/** A series as the interface shows it; `now` in Unix seconds. */
export function viewOf(
  series: StoredSeries,
  store: SeriesStore,
  targets: Pick<Targets, 'titleOf'>,
  waiting: SeriesView['waiting'],
  now: number,
): SeriesView {
  const { id, accountId, chatIds, text, entities, rule, timeZone, state } = series
  const pending = store.pending(id)
  const placed = pending.filter(isAtTelegram)
  const [next] = state === 'active' ? momentsAfter(rule, timeZone, now, 1) : []
  return {
    ...{ id, accountId, text, rule, timeZone, state, waiting },
    chats: chatIds.map(chatId => ({ id: chatId, title: targets.titleOf(accountId, chatId) })),
    entities: [...entities],
    media: [...series.files],
    next: next === undefined ? null : ruleDate(next),
    reserveUntil: reserveOf(pending),
    atTelegram: placed.length,
    here: pending.length - placed.length,
    missed: store.missed(id),
  }
}

/** The last date up to which nothing is still on its way to Telegram. */
function reserveOf(pending: readonly StoredOccurrence[]): string | null {
  const firstHere = pending.find(one => !isAtTelegram(one))?.delivery?.at ?? Infinity
  const last = pending.findLast(one => isAtTelegram(one) && (one.delivery?.at ?? Infinity) < firstHere)
  return last?.delivery == null ? null : instantOf(last.delivery.at * 1000)
}

import type { ChatId, SeriesId, SeriesView } from '../../contract/index.ts'
import {
  createWriter,
  newId,
  newPlan,
  offsetOf,
  placesTaken,
  roomFor,
  SERIES_PLACES_PER_CHAT,
} from '../plans/index.ts'
import { instantOf } from '../time.ts'
import { batches, type Counts } from './counts.ts'
import { missingOf, type Gaps } from './missing.ts'
import type { SeriesDeps } from './ports.ts'
import type { SeriesStore, StoredSeries } from './store.ts'

export type Waiting = SeriesView['waiting']
export type Filling = ReturnType<typeof createFilling>

const DAY_SECONDS = 24 * 3600

/** What series have at Telegram and what they lack there: the one is taken back, the other placed. */
export function createFilling(store: SeriesStore, deps: SeriesDeps) {
  const { clock, accounts, targets, delivery, emit } = deps
  const write = createWriter(deps)

  /** Telegram's clock where the account is there, Unix seconds. */
  const nowOf = ({ accountId }: Pick<StoredSeries, 'accountId'>): number =>
    Math.floor((accounts.ids().includes(accountId) ? accounts.serverNow(accountId) : clock.now()) / 1000)

  const gapsOf = (series: StoredSeries): Gaps => {
    const { accountId } = series
    const now = nowOf(series)
    const own = new Map(
      series.chatIds.map(chatId => [chatId, delivery.inChatSince(accountId, chatId, now - DAY_SECONDS)]),
    )
    const longest = offsetOf(series.chatIds.length - 1, series.staggerMinutes)
    const first = dayBefore(Math.min(series.checkedUntil, now) - longest)
    const placed = new Set(store.since(series.id, first).map(({ chatId, day }) => `${day} ${chatId}`))
    return missingOf({
      series,
      now,
      has: (chatId, day) => placed.has(`${day} ${chatId}`),
      room: chatId => {
        if (!isOpen(series, chatId)) return 0
        const taken = placesTaken(own.get(chatId) ?? [], now) + delivery.othersIn(accountId, chatId)
        return roomFor(SERIES_PLACES_PER_CHAT - taken, series.files.length)
      },
      taken: chatId => new Set(own.get(chatId)?.map(({ at }) => at)),
    })
  }

  const isOpen = ({ accountId }: StoredSeries, chatId: ChatId): boolean =>
    targets.chat(accountId, chatId)?.canPost ?? false

  /** Why nothing of a series can be placed just now, whatever its chats. */
  const obstacleOf = ({ accountId }: StoredSeries): Waiting => {
    if (!accounts.ids().includes(accountId)) return 'account'
    const reason = accounts.obstacle(accountId)?.reason
    if (reason === 'signed-out' || reason === 'restricted') return reason
    return deps.mayCreate() ? null : 'license'
  }

  const waitingOf = (series: StoredSeries): Waiting => {
    if (series.state !== 'active') return null
    const obstacle = obstacleOf(series)
    if (obstacle !== null) return obstacle
    if (!series.chatIds.some(chatId => isOpen(series, chatId))) return 'chats'
    return gapsOf(series).full ? 'quota' : null
  }

  /** Gives Telegram what is missing of an active series. */
  const topUp = (series: StoredSeries): void => {
    if (obstacleOf(series) !== null) return
    store.transaction(() => store.settleWithdrawn(series.id))
    const { items, missed, over } = gapsOf(series)
    const record = (): void => {
      for (const { chatId, day } of missed) store.addOccurrence(series.id, chatId, day, null)
      store.setChecked(series.id, Math.max(nowOf(series), series.checkedUntil))
      if (over && items.length === 0) store.setState(series.id, 'ended')
    }
    if (items.length === 0) store.transaction(record)
    else {
      const written = write(series, series.accountId, series.language, items)
      const plan = newPlan(deps.random, { ...series, token: `series ${newId(deps.random)}` }, written)
      delivery.place(plan, () => {
        for (const [index, { id, chatId }] of plan.deliveries.entries())
          store.addOccurrence(series.id, chatId, items[index]?.key ?? '', id)
        record()
      })
      deps.log('info', 'series.topped-up', { count: items.length })
    }
    if (items.length > 0 || missed.length > 0 || over) emit('series.changed', {})
  }

  /** Takes back what was to be taken back and is not yet: asked for again until Telegram has answered. */
  const takeBack = async (id: SeriesId, which: 'withdrawn' | 'replaced'): Promise<Counts> => {
    const wanted = store.pending(id).filter(one => (which === 'replaced' ? one.replaced : one.withdrawn))
    const answer = { done: 0, failed: 0 }
    for (const ids of batches(wanted.flatMap(({ delivery }) => delivery?.id ?? []))) {
      const { cancelled, failed } = await delivery.handlers['deliveries.cancel']({ ids })
      answer.done += cancelled.length
      answer.failed += failed.length
    }
    return answer
  }

  return { nowOf, obstacleOf, waitingOf, topUp, takeBack }
}

/** A day of the calendar that is over in every zone at an instant (Unix seconds). */
const dayBefore = (seconds: number): string => instantOf((seconds - 3 * DAY_SECONDS) * 1000).slice(0, 10)

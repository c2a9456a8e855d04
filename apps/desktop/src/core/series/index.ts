import type { AccountId, Handlers, MediaId, SeriesId } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { SOONEST_SECONDS } from '../messages/index.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { momentsAfter, newId, ruleDate, type SeriesPort } from '../plans/index.ts'
import type { Change } from './counts.ts'
import { createEdit } from './edit.ts'
import { createFilling } from './fill.ts'
import type { SeriesDeps } from './ports.ts'
import { createSeriesStore, idOf, isHere, type StoredSeries } from './store.ts'
import { viewOf } from './view.ts'

export type SeriesHandlers = Pick<
  Handlers,
  'series.list' | 'series.dates' | 'series.pause' | 'series.resume' | 'series.end' | 'series.edit'
>

export type Series = SeriesPort & {
  readonly handlers: SeriesHandlers
  /** To be called before the deliveries start: what a removed account leaves behind is marked before they cancel it. */
  start(): void
  stop(): void
  /** Something happened that may leave room, or allow, for more. */
  wakeSoon(): void
  /** Files that series which have not ended still need. */
  mediaInUse(): readonly MediaId[]
  /** Series of an account that have not ended. */
  countOf(accountId: AccountId): number
}

const CHECK_EVERY_MS = 3600_000
/** Many things happen at once while messages are placed and published: one look for all of them. */
const WAKE_AFTER_MS = 5000

/**
 * What repeats: kept in Telegram's queue thirty days ahead, as ordinary scheduled messages. Each date of each chat is
 * stored in one transaction with its delivery, which is all that never placing it twice needs.
 */
export function createSeries(deps: SeriesDeps): Series {
  const { clock, timers, accounts, targets, delivery, emit } = deps
  const store = createSeriesStore(deps.database, deps.sealer)
  const filling = createFilling(store, deps)
  const applyEdit = createEdit(store, filling, deps)
  const exclusive = oneAtATime()
  let stopped = true
  let unwatch = (): void => undefined
  let cancelTimer = (): void => undefined
  let wakes = Infinity

  const unended = (): readonly StoredSeries[] => store.all().filter(({ state }) => state !== 'ended')
  const changed = (): void => emit('series.changed', {})

  const known = (id: SeriesId): StoredSeries => {
    const series = store.one(id)
    if (series === null) throw new CallFailure('series/unknown')
    return series
  }
  const open = (id: SeriesId): StoredSeries => {
    const series = known(id)
    if (series.state === 'ended') throw new CallFailure('series/ended')
    return series
  }

  const check = async (): Promise<void> => {
    for (const { id } of store.all()) {
      const series = store.one(id)
      if (stopped || series === null) continue
      const active = series.state === 'active'
      if (accounts.ids().includes(series.accountId))
        await filling.takeBack(id, active ? 'replaced' : 'withdrawn')
      if (active && !stopped) filling.topUp(series)
    }
  }

  const wakeIn = (ms: number): void => {
    const at = clock.monotonic() + ms
    if (stopped || at >= wakes) return
    wakes = at
    cancelTimer()
    cancelTimer = timers.after(ms, () => {
      wakes = Infinity
      void run()
    })
  }

  const run = async (): Promise<void> => {
    try {
      if (!stopped) await exclusive(check)
    } catch (error) {
      if (!stopped)
        deps.log('error', 'series.check', { error: error instanceof Error ? error.name : 'unknown' })
    } finally {
      wakeIn(CHECK_EVERY_MS)
    }
  }

  const answer = (id: SeriesId, done = 0, failed = 0): Change => {
    const series = known(id)
    return {
      series: viewOf(series, store, targets, filling.waitingOf(series), filling.nowOf(series)),
      done,
      failed,
    }
  }

  /** What is still here goes no further; what is at Telegram comes back only if asked for. */
  const stopSeries = (id: SeriesId, state: 'paused' | 'ended', withdraw: boolean): Promise<Change> =>
    exclusive(async () => {
      open(id)
      store.transaction(() => {
        store.setState(id, state)
        store.withdraw(store.pending(id).flatMap(one => (withdraw || isHere(one) ? idOf(one) : [])))
      })
      const { done, failed } = await filling.takeBack(id, 'withdrawn')
      changed()
      return answer(id, done, failed)
    })

  const resume = (id: SeriesId): Promise<Change> =>
    exclusive(() => {
      const series = open(id)
      store.transaction(() => {
        store.setState(id, 'active')
        // What passed meanwhile was not to come out.
        store.setChecked(id, Math.max(series.checkedUntil, filling.nowOf(series) + SOONEST_SECONDS))
      })
      filling.topUp(known(id))
      changed()
      return Promise.resolve(answer(id))
    })

  return {
    begin: (series, first, keys) => {
      const id = newId(deps.random) as SeriesId
      delivery.place(first, () => {
        store.insert(id, series, filling.nowOf(series) + SOONEST_SECONDS)
        for (const one of first.deliveries)
          store.addOccurrence(id, one.chatId, keys.get(one.id) ?? '', one.id)
      })
      changed()
    },
    handlers: {
      'series.list': () => store.all().map(({ id }) => answer(id).series),
      'series.dates': ({ rule, timeZone, limit }) => ({
        dates: momentsAfter(rule, timeZone, Math.floor(clock.now() / 1000), limit).map(ruleDate),
      }),
      'series.pause': ({ id, withdraw }) => stopSeries(id, 'paused', withdraw),
      'series.resume': ({ id }) => resume(id),
      'series.end': ({ id, withdraw }) => stopSeries(id, 'ended', withdraw),
      'series.edit': given =>
        exclusive(async () => {
          const { done, failed } = await applyEdit(open(given.id), given)
          const edited = known(given.id)
          if (edited.state === 'active') filling.topUp(edited)
          changed()
          return answer(given.id, done, failed)
        }),
    },
    start: () => {
      stopped = false
      unwatch = accounts.watch(change => {
        if (change.kind === 'removing') {
          const ids = store
            .all()
            .filter(({ accountId }) => accountId === change.accountId)
            .flatMap(({ id }) => store.pending(id).filter(isHere).flatMap(idOf))
          store.transaction(() => store.withdraw(ids))
        }
        if (change.kind !== 'hint') wakeIn(WAKE_AFTER_MS)
      })
      wakeIn(0)
    },
    stop: () => {
      stopped = true
      unwatch()
      cancelTimer()
    },
    wakeSoon: () => wakeIn(WAKE_AFTER_MS),
    mediaInUse: () => unended().flatMap(({ files }) => files.map(({ id }) => id)),
    countOf: accountId => unended().filter(one => one.accountId === accountId).length,
  }
}

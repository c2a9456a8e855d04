import { isTimeZone, localTimeAt } from '@autotele/shared'
import {
  type AccountId,
  type ChatId,
  type DeliveryId,
  type Handlers,
  type MediaId,
  type Output,
  type ParsedInput,
  type SeriesId,
  type SeriesView,
} from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import type { Deliveries } from '../delivery/index.ts'
import { CallFailure } from '../failure.ts'
import { canonicalContent, longestText, SOONEST_SECONDS, type Content } from '../messages/index.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import {
  createWriter,
  momentsAfter,
  newId,
  newPlan,
  offsetOf,
  placesTaken,
  roomFor,
  ruleDate,
  SERIES_PLACES_PER_CHAT,
  type SeriesPort,
} from '../plans/index.ts'
import type { Clock, Emit, Log, Random, Timers } from '../ports.ts'
import type { Database } from '../storage/database.ts'
import type { Targets } from '../targets/index.ts'
import { instantOf } from '../time.ts'
import type { Sealer } from '../vault/sealer.ts'
import { missingOf, type Gaps } from './missing.ts'
import { createSeriesStore, type StoredOccurrence, type StoredSeries } from './store.ts'
import { viewOf } from './view.ts'

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
    readonly handlers: Pick<Deliveries['handlers'], 'deliveries.cancel' | 'deliveries.edit'>
  }
  /** May something new be given to Telegram, as far as the licence goes? */
  readonly mayCreate: () => boolean
}

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

type Change = Output<'series.pause'>
type Counts = Pick<Change, 'done' | 'failed'>
type Waiting = SeriesView['waiting']

const CHECK_EVERY_MS = 3600_000
/** Many things happen at once while messages are placed and published: one look for all of them. */
const WAKE_AFTER_MS = 5000
/** The most that one call takes (contract). */
const BATCH = 500
const DAY_SECONDS = 24 * 3600

/**
 * What repeats: kept in Telegram's queue thirty days ahead, as ordinary scheduled messages. Each date of each chat is
 * stored in one transaction with its delivery, which is all that never placing it twice needs.
 */
export function createSeries(deps: SeriesDeps): Series {
  const { clock, timers, accounts, targets, delivery, emit } = deps
  const store = createSeriesStore(deps.database, deps.sealer)
  const write = createWriter(deps)
  const exclusive = oneAtATime()
  let stopped = true
  let unwatch = (): void => undefined
  let cancelTimer = (): void => undefined
  let wakes = Infinity

  const open = (): readonly StoredSeries[] => store.all().filter(({ state }) => state !== 'ended')
  const changed = (): void => emit('series.changed', {})
  const nowOf = (accountId: AccountId): number =>
    Math.floor((accounts.ids().includes(accountId) ? accounts.serverNow(accountId) : clock.now()) / 1000)

  const known = (id: SeriesId): StoredSeries => {
    const series = store.one(id)
    if (series === null) throw new CallFailure('series/unknown')
    return series
  }

  const isOpen = (accountId: AccountId, chatId: ChatId): boolean =>
    targets.chat(accountId, chatId)?.canPost ?? false

  const gapsOf = (series: StoredSeries): Gaps => {
    const { accountId } = series
    const now = nowOf(accountId)
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
        if (!isOpen(accountId, chatId)) return 0
        const taken = placesTaken(own.get(chatId) ?? [], now) + delivery.othersIn(accountId, chatId)
        return roomFor(SERIES_PLACES_PER_CHAT - taken, series.files.length)
      },
      taken: chatId => new Set(own.get(chatId)?.map(({ at }) => at)),
    })
  }

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
    if (!series.chatIds.some(chatId => isOpen(series.accountId, chatId))) return 'chats'
    return gapsOf(series).full ? 'quota' : null
  }

  /** Gives Telegram what is missing of an active series. */
  const topUp = (series: StoredSeries): void => {
    if (obstacleOf(series) !== null) return
    store.transaction(() => store.settleWithdrawn(series.id))
    const now = nowOf(series.accountId)
    const { items, missed, over } = gapsOf(series)
    const record = (): void => {
      for (const { chatId, day } of missed) store.addOccurrence(series.id, chatId, day, null)
      store.setChecked(series.id, Math.max(now, series.checkedUntil))
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
    if (items.length > 0 || missed.length > 0 || over) changed()
  }

  /** Takes back what was to be taken back and is not yet: asked for again until Telegram has answered. */
  const takeBack = async (id: SeriesId): Promise<Counts> => {
    const ids = store.pending(id).flatMap(one => (one.withdrawn && one.delivery ? [one.delivery.id] : []))
    const answer = { done: 0, failed: 0 }
    for (const batch of batches(ids)) {
      const { cancelled, failed } = await delivery.handlers['deliveries.cancel']({ ids: batch })
      answer.done += cancelled.length
      answer.failed += failed.length
    }
    return answer
  }

  const check = async (): Promise<void> => {
    for (const { id } of store.all()) {
      const series = store.one(id)
      if (stopped || series === null) continue
      if (series.state === 'active') topUp(series)
      else if (accounts.ids().includes(series.accountId)) await takeBack(id)
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
      series: viewOf(series, store, targets, waitingOf(series), nowOf(series.accountId)),
      done,
      failed,
    }
  }

  /** What is still here goes no further; what is at Telegram comes back only if asked for. */
  const stopSeries = (id: SeriesId, state: 'paused' | 'ended', withdraw: boolean): Promise<Change> =>
    exclusive(async () => {
      if (known(id).state === 'ended') throw new CallFailure('series/ended')
      store.transaction(() => {
        store.setState(id, state)
        store.withdraw(store.pending(id).flatMap(one => (withdraw || isHere(one) ? idOf(one) : [])))
      })
      const { done, failed } = await takeBack(id)
      changed()
      return answer(id, done, failed)
    })

  const resume = (id: SeriesId): Promise<Change> =>
    exclusive(() => {
      const series = known(id)
      if (series.state === 'ended') throw new CallFailure('series/ended')
      store.transaction(() => {
        store.setState(id, 'active')
        // What passed meanwhile was not to come out.
        store.setChecked(id, Math.max(series.checkedUntil, nowOf(series.accountId) + SOONEST_SECONDS))
      })
      topUp(known(id))
      changed()
      return Promise.resolve(answer(id))
    })

  const edit = (id: SeriesId, content: Content, scheduled: boolean): Promise<Change> =>
    exclusive(async () => {
      const series = known(id)
      if (series.state === 'ended') throw new CallFailure('series/ended')
      if (content.text === '' && series.files.length === 0) throw new CallFailure('plan/empty-text')
      const next = { ...series, ...content }
      const pending = store.pending(id)
      const texts = textsOf(next, pending.filter(isHere))
      const placed = textsOf(next, scheduled ? pending.filter(one => !isHere(one)) : [])
      const limit = longestText(series.files.length > 0, accounts.isPremium(series.accountId))
      const longest = Math.max(
        content.text.length,
        ...[...texts.values(), ...placed.values()].map(({ text }) => text.length),
      )
      if (longest > limit)
        throw new CallFailure(series.files.length > 0 ? 'plan/caption-too-long' : 'plan/text-too-long', {
          limit,
          count: longest,
        })
      delivery.rewrite(texts, () => store.rewrite(id, next))
      const { done, failed } = await editPlaced(placed)
      changed()
      return answer(id, done, failed)
    })

  /** Another rule or other chats: everything still to come is taken back, and placed anew as it is to be now. */
  const reshape = (id: SeriesId, shape: Shape): Promise<Change> =>
    exclusive(async () => {
      const series = known(id)
      if (series.state === 'ended') throw new CallFailure('series/ended')
      const next = { ...series, ...shape, chatIds: [...new Set(shape.chatIds ?? series.chatIds)] }
      if (!isTimeZone(next.timeZone)) throw new CallFailure('plan/zone-unknown', { zone: next.timeZone })
      store.transaction(() => {
        store.rewrite(id, next)
        store.withdraw(store.pending(id).flatMap(idOf))
        // The dates of the new rule before now were never to come out.
        store.setChecked(id, Math.max(series.checkedUntil, nowOf(series.accountId) + SOONEST_SECONDS))
      })
      const { done, failed } = await takeBack(id)
      if (series.state === 'active') topUp(known(id))
      changed()
      return answer(id, done, failed)
    })

  /** Asks for another text of what is at Telegram: one request for all that say the same. */
  const editPlaced = async (texts: ReadonlyMap<DeliveryId, Content>): Promise<Counts> => {
    const groups = new Map<string, { readonly content: Content; readonly ids: DeliveryId[] }>()
    for (const [id, content] of texts) {
      const group = groups.get(content.text)
      if (group === undefined) groups.set(content.text, { content, ids: [id] })
      else group.ids.push(id)
    }
    const counts = { done: 0, failed: 0 }
    for (const { content, ids } of groups.values())
      for (const batch of batches(ids)) {
        const { text, entities } = content
        const change = { ids: batch, text, entities: [...entities] }
        const { asked, failed } = await delivery.handlers['deliveries.edit'](change)
        counts.done += asked.length
        counts.failed += failed.length
      }
    return counts
  }

  const textsOf = (
    series: StoredSeries,
    rows: readonly StoredOccurrence[],
  ): ReadonlyMap<DeliveryId, Content> => {
    const placed = rows.flatMap(row => (row.delivery === null ? [] : [{ ...row, ...row.delivery }]))
    const items = placed.map(({ chatId, at, day }) => ({
      ...{ chatId, at, key: day },
      local: localTimeAt(instantOf(at * 1000), series.timeZone),
    }))
    const written = write(series, series.accountId, series.language, items)
    return new Map(placed.map(({ id }, index) => [id, written[index]?.content ?? series]))
  }

  return {
    begin: (series, first, keys) => {
      const id = newId(deps.random) as SeriesId
      delivery.place(first, () => {
        store.insert(id, series, nowOf(series.accountId) + SOONEST_SECONDS)
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
      'series.edit': async ({ id, text, entities, scheduled, ...given }) => {
        const edited = await edit(id, canonicalContent(text, entities), scheduled)
        const shape = shapeOf(given)
        return Object.keys(shape).length === 0 ? edited : reshape(id, shape)
      },
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
    mediaInUse: () => open().flatMap(({ files }) => files.map(({ id }) => id)),
    countOf: accountId => open().filter(one => one.accountId === accountId).length,
  }
}

type Shape = Partial<Pick<StoredSeries, 'rule' | 'timeZone' | 'chatIds' | 'staggerMinutes'>>

/** What was given of it: a key that is absent stays as it is. */
const shapeOf = ({ rule, timeZone, chatIds, staggerMinutes }: Given): Shape => ({
  ...(rule === undefined ? {} : { rule }),
  ...(timeZone === undefined ? {} : { timeZone }),
  ...(chatIds === undefined ? {} : { chatIds }),
  ...(staggerMinutes === undefined ? {} : { staggerMinutes }),
})
type Given = Pick<ParsedInput<'series.edit'>, 'rule' | 'timeZone' | 'chatIds' | 'staggerMinutes'>

function* batches(ids: readonly DeliveryId[]): Generator<DeliveryId[]> {
  for (let from = 0; from < ids.length; from += BATCH) yield ids.slice(from, from + BATCH)
}

const isHere = ({ delivery }: StoredOccurrence): boolean =>
  delivery?.state === 'queued' || delivery?.state === 'paused'
const idOf = ({ delivery }: StoredOccurrence): readonly DeliveryId[] =>
  delivery === null ? [] : [delivery.id]

/** A day of the calendar that is over in every zone at an instant (Unix seconds). */
const dayBefore = (seconds: number): string => instantOf((seconds - 3 * DAY_SECONDS) * 1000).slice(0, 10)

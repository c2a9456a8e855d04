import type { ChatId } from '../../contract/index.ts'
import { SOONEST_SECONDS } from '../messages/index.ts'
import { layOut, momentsAfter, momentsAhead, offsetOf, type PlannedMessage } from '../plans/index.ts'
import type { RuleMoment } from '../plans/index.ts'
import type { StoredSeries } from './store.ts'

export type Gaps = {
  /** What is to be placed, in order. */
  readonly items: readonly PlannedMessage[]
  /** Dates that passed without being placed. */
  readonly missed: readonly { readonly chatId: ChatId; readonly day: string }[]
  /** A chat has no place left for what is to come. */
  readonly full: boolean
  /** The rule has come to its end. */
  readonly over: boolean
}

const DAY_SECONDS = 24 * 3600
/** Dates missed longer ago than this are history, not news. */
const LOOK_BACK_DAYS = 366

/** What of a series is missing at `now` (Unix seconds, Telegram's clock), as a function of nothing else. */
export function missingOf(facts: {
  readonly series: StoredSeries
  readonly now: number
  /** The rule's days that a chat has already. */
  readonly has: (chatId: ChatId, day: string) => boolean
  /** Places left in a chat; nought where nothing may be written. */
  readonly room: (chatId: ChatId) => number
  readonly taken: (chatId: ChatId) => ReadonlySet<number>
}): Gaps {
  const { series, now, has, room, taken } = facts
  const { rule, timeZone, staggerMinutes, chatIds, checkedUntil } = series
  const offsets = new Map(chatIds.map((chatId, position) => [chatId, offsetOf(position, staggerMinutes)]))
  const longest = offsetOf(chatIds.length - 1, staggerMinutes)
  const offset = (chatId: ChatId): number => offsets.get(chatId) ?? 0

  const ahead = momentsAhead(rule, timeZone, now, now - longest)
  const wanted = (chatId: ChatId): readonly RuleMoment[] =>
    ahead.filter(({ at, key }) => at + offset(chatId) >= now + SOONEST_SECONDS && !has(chatId, key))

  const since = Math.max(checkedUntil, now - LOOK_BACK_DAYS * DAY_SECONDS)
  const behind = momentsAfter(rule, timeZone, since - longest, LOOK_BACK_DAYS)
  const missed = chatIds.flatMap(chatId =>
    behind
      .filter(({ at }) => at + offset(chatId) > since && at + offset(chatId) <= now)
      .filter(({ key }) => !has(chatId, key))
      .map(({ key }) => ({ chatId, day: key })),
  )
  return {
    items: layOut({
      ...{ chatIds, staggerMinutes, timeZone, taken },
      momentsOf: chatId => wanted(chatId).slice(0, room(chatId)),
    }),
    missed,
    full: chatIds.some(chatId => room(chatId) < wanted(chatId).length),
    over: ahead.every(({ at }) => at + longest <= now) && momentsAfter(rule, timeZone, now, 1).length === 0,
  }
}

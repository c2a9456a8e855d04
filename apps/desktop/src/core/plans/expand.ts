import { localTimeAt, resolveLocalTime, type LocalTimeAdjustment } from '@autotele/shared'
import type { ChatId, PlanDraft } from '../../contract/index.ts'
import { instantOf, secondsOf } from '../time.ts'
import { remember } from './remember.ts'

/** One message to one chat at one date (Unix seconds). */
export type PlannedMessage = {
  readonly chatId: ChatId
  readonly at: number
  readonly local: string
  /** Names the date it comes from among those of its plan or series. */
  readonly key: string
}

export type Expansion = {
  readonly items: readonly PlannedMessage[]
  readonly invalidDates: readonly string[]
  readonly adjusted: readonly {
    readonly date: string
    readonly local: string
    readonly adjustment: Exclude<LocalTimeAdjustment, 'none'>
  }[]
}

/** A date of a plan: `at` in Unix seconds, before the offsets between chats. */
export type Moment = { readonly key: string; readonly at: number }

const MINUTE = 60

/** How long after the date of the plan the chat at `position` gets its message, in seconds. */
export const offsetOf = (position: number, staggerMinutes: number): number =>
  position * staggerMinutes * MINUTE

/**
 * Every chat at each of its moments, in the order in which they come out. Two messages of one chat never share a second:
 * the later one moves by one, so that their order is kept and each can be told from the other. `taken` are the seconds
 * that other messages hold in a chat.
 */
export function layOut(plan: {
  readonly chatIds: readonly ChatId[]
  readonly momentsOf: (chatId: ChatId) => readonly Moment[]
  readonly staggerMinutes: number
  readonly timeZone: string
  readonly taken: (chatId: ChatId) => ReadonlySet<number>
}): readonly PlannedMessage[] {
  const localAt = remember((at: number) => localTimeAt(instantOf(at * 1000), plan.timeZone))
  const placed = [...new Set(plan.chatIds)].flatMap((chatId, position) => {
    const used = new Set(plan.taken(chatId))
    const offset = offsetOf(position, plan.staggerMinutes)
    return plan
      .momentsOf(chatId)
      .toSorted((a, b) => a.at - b.at)
      .map(moment => {
        let at = moment.at + offset
        while (used.has(at)) at += 1
        used.add(at)
        return { message: { chatId, at, local: localAt(at), key: moment.key }, position }
      })
  })
  return placed
    .sort((a, b) => a.message.at - b.message.at || a.position - b.position)
    .map(({ message }) => message)
}

/** Every chat at every date, each date on the wall clock of the plan's zone. */
export function expand(
  draft: Pick<PlanDraft, 'chatIds' | 'dates' | 'timeZone'> & { readonly staggerMinutes?: number },
  taken: (chatId: ChatId) => ReadonlySet<number>,
): Expansion {
  const dates = [...new Set(draft.dates)]
  const resolved = dates.flatMap(date => {
    const found = resolveLocalTime(date, draft.timeZone)
    return found === null ? [] : [{ key: date, ...found, at: secondsOf(found.instant) }]
  })
  const known = new Set(resolved.map(({ key }) => key))
  return {
    items: layOut({ staggerMinutes: 0, ...draft, momentsOf: () => resolved, taken }),
    invalidDates: dates.filter(date => !known.has(date)),
    adjusted: resolved.flatMap(({ key, local, adjustment }) =>
      adjustment === 'none' ? [] : [{ date: key, local, adjustment }],
    ),
  }
}

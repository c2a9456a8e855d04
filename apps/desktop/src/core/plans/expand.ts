import { localTimeAt, resolveLocalTime, type LocalTimeAdjustment } from '@autotele/shared'
import type { ChatId, PlanDraft } from '../../contract/index.ts'
import { instantOf, secondsOf } from '../time.ts'

/** One message to one chat at one date (Unix seconds). */
export type PlannedMessage = { readonly chatId: ChatId; readonly at: number; readonly local: string }

export type Expansion = {
  readonly items: readonly PlannedMessage[]
  readonly invalidDates: readonly string[]
  readonly adjusted: readonly {
    readonly date: string
    readonly local: string
    readonly adjustment: Exclude<LocalTimeAdjustment, 'none'>
  }[]
}

/**
 * Every chat at every date, each date on the wall clock of the plan's zone, in the order in which they come out. Two
 * messages of one chat never share a second: the later one moves by one, so that their order is kept and each can be
 * told from the other. `taken` are the seconds that earlier plans hold in a chat.
 */
export function expand(
  draft: Pick<PlanDraft, 'chatIds' | 'dates' | 'timeZone'>,
  taken: (chatId: ChatId) => ReadonlySet<number>,
): Expansion {
  const dates = [...new Set(draft.dates)]
  const resolved = dates.flatMap(date => {
    const found = resolveLocalTime(date, draft.timeZone)
    return found === null ? [] : [{ date, ...found, at: secondsOf(found.instant) }]
  })
  const known = new Set(resolved.map(({ date }) => date))
  const ascending = resolved.toSorted((a, b) => a.at - b.at)
  const items = [...new Set(draft.chatIds)].flatMap((chatId, position) => {
    const used = new Set(taken(chatId))
    return ascending.map(({ at: wanted }) => {
      let at = wanted
      while (used.has(at)) at += 1
      used.add(at)
      return { chatId, at, local: localTimeAt(instantOf(at * 1000), draft.timeZone), position }
    })
  })
  return {
    items: items
      .sort((a, b) => a.at - b.at || a.position - b.position)
      .map(({ chatId, at, local }) => ({ chatId, at, local })),
    invalidDates: dates.filter(date => !known.has(date)),
    adjusted: resolved.flatMap(({ date, local, adjustment }) =>
      adjustment === 'none' ? [] : [{ date, local, adjustment }],
    ),
  }
}

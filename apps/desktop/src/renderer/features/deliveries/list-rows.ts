import type { DeliveryId, DeliveryView } from '../../../contract/index.ts'
import { addDays, dayOf, toInstant } from '../../lib/time.ts'

export type DayRow = { readonly kind: 'day'; readonly day: string; readonly items: readonly DeliveryView[] }
export type MessageRow = { readonly kind: 'message'; readonly item: DeliveryView }
export type ListRow = DayRow | MessageRow

/** What names a row, whatever stands before it. */
export const keyOf = (row: ListRow): string => (row.kind === 'message' ? row.item.id : row.day)

/** The days of a zone, asked for instants that mostly fall on the day of the one before: finding a day anew is dear. */
function createDays(zone: string): (at: string) => string {
  let [day, begin, end] = ['', 0, 0]
  return at => {
    const instant = Date.parse(at)
    if (instant >= begin && instant < end) return day
    day = dayOf(at, zone)
    begin = Date.parse(toInstant(`${day}T00:00`, zone))
    end = Date.parse(toInstant(`${addDays(day, 1)}T00:00`, zone))
    return day
  }
}

/**
 * The messages under their days, in the order given, as one flat list that can be shown in parts. A list that begins
 * as the one before did (one read on to its next page) costs only what is new.
 */
export function createRows(zone: string): (items: readonly DeliveryView[]) => readonly ListRow[] {
  const dayAt = createDays(zone)
  let known: readonly DeliveryView[] = []
  let rows: readonly ListRow[] = []
  return items => {
    const longer = items.length >= known.length && known.every((one, index) => one === items[index])
    const after = longer ? [...rows] : []
    let open: { kind: 'day'; day: string; items: DeliveryView[] } | undefined
    let at = after.findLastIndex(({ kind }) => kind === 'day')
    const last = after[at]
    if (last?.kind === 'day') after[at] = open = { ...last, items: [...last.items] }
    for (at = longer ? known.length : 0; at < items.length; at++) {
      const item = items[at]
      if (item === undefined) continue
      const day = dayAt(item.at)
      if (open?.day !== day) after.push((open = { kind: 'day', day, items: [] }))
      open.items.push(item)
      after.push({ kind: 'message', item })
    }
    known = items
    return (rows = after)
  }
}

/** Everything between two messages, both included, in the order of the list; the second alone when the first is gone. */
export function rangeOf(
  items: readonly DeliveryView[],
  from: DeliveryId | null,
  to: DeliveryId,
): readonly DeliveryView[] {
  const end = items.findIndex(({ id }) => id === to)
  const start = from === null ? -1 : items.findIndex(({ id }) => id === from)
  return start < 0 ? items.slice(end, end + 1) : items.slice(Math.min(start, end), Math.max(start, end) + 1)
}

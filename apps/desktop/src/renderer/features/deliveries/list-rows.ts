import type { DeliveryId, DeliveryView } from '../../../contract/index.ts'
import { dayOf } from '../../lib/time.ts'

export type DayRow = { readonly kind: 'day'; readonly day: string; readonly items: DeliveryView[] }
export type MessageRow = { readonly kind: 'message'; readonly item: DeliveryView }
export type ListRow = DayRow | MessageRow

const days = new Map<string, string>()
/** A day's clock changes on a quarter of an hour at the finest, so what is known of one holds for its whole quarter. */
function cachedDay(at: string, zone: string): string {
  const key = `${at.slice(0, 14)}${String(Math.floor(Number(at.slice(14, 16)) / 15))} ${zone}`
  let day = days.get(key)
  if (day === undefined) {
    if (days.size > 20_000) days.clear()
    day = dayOf(at, zone)
    days.set(key, day)
  }
  return day
}

/** The messages under their days, in the order given, as one flat list that can be shown in parts. */
export function rowsOf(items: readonly DeliveryView[], zone: string): readonly ListRow[] {
  const rows: ListRow[] = []
  let group: DayRow = { kind: 'day', day: '', items: [] }
  for (const item of items) {
    const day = cachedDay(item.at, zone)
    if (group.day !== day) {
      group = { kind: 'day', day, items: [] }
      rows.push(group)
    }
    group.items.push(item)
    rows.push({ kind: 'message', item })
  }
  return rows
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

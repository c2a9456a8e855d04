import type { AccountId, CalendarDay, CalendarItem } from '../../../contract/index.ts'
import { toLocal } from '../../lib/time.ts'

/** A row across several days: an hour of each, or what one chat of one account gets. */
export type Row = {
  readonly key: string
  readonly hour?: number
  readonly chat?: { readonly title: string; readonly accountId: AccountId }
  readonly byDay: ReadonlyMap<string, readonly CalendarItem[]>
}
type ByDay = ReadonlyMap<string, CalendarDay>

function put(row: Map<string, CalendarItem[]>, day: string, item: CalendarItem) {
  const there = row.get(day)
  if (there === undefined) row.set(day, [item])
  else there.push(item)
}

/** The 24 hours of the wall clock of `zone`. */
export function rowsOfHours(byDay: ByDay, days: readonly string[], zone: string): readonly Row[] {
  const hours = Array.from({ length: 24 }, () => new Map<string, CalendarItem[]>())
  for (const day of days)
    for (const item of byDay.get(day)?.items ?? []) {
      const row = hours[Number(toLocal(item.at, zone).slice(11, 13))]
      if (row !== undefined) put(row, day, item)
    }
  return hours.map((row, hour) => ({ key: String(hour), hour, byDay: row }))
}

/** A row for each chat of each account that gets something, by account and title. */
export function rowsOfChats(byDay: ByDay, days: readonly string[]): readonly Row[] {
  const rows = new Map<string, Required<Omit<Row, 'hour'>> & { byDay: Map<string, CalendarItem[]> }>()
  for (const day of days)
    for (const item of byDay.get(day)?.items ?? []) {
      const { accountId, chatId, chatTitle } = item
      const key = `${accountId} ${chatId}`
      const row = rows.get(key) ?? { key, chat: { title: chatTitle, accountId }, byDay: new Map() }
      put(row.byDay, day, item)
      rows.set(key, row)
    }
  return [...rows.values()].sort(
    ({ chat: a }, { chat: b }) => a.accountId.localeCompare(b.accountId) || a.title.localeCompare(b.title),
  )
}

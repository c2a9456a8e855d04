import type { CalendarDay, DeliveryFilter, DeliveryPage, Input, ParsedInput } from '../../contract/index.ts'
import { daysBetween } from '../messages/index.ts'
import { secondsOf } from '../time.ts'
import type { TargetsPort } from './ports.ts'
import type { DeliveryStore, RowFilter, StoredDelivery } from './store.ts'
import { calendarItemOf, viewOf } from './view.ts'

/** Rows whose texts are opened for one call; a search goes on with the next page. */
const MOST_READ = 2000
const READ_AT_ONCE = 250
const MOST_DAYS = 62

/** A page of what the filter lets through. `now`: Unix seconds. */
export function listPage(
  { text, cursor, limit, ...filter }: ParsedInput<'deliveries.list'>,
  store: DeliveryStore,
  targets: TargetsPort,
  now: number,
): DeliveryPage {
  const rows = rowFilter(filter, now)
  const found: StoredDelivery[] = []
  const matches = text === undefined ? () => true : searcher(text, store)
  let after = parseCursor(cursor)
  let read = 0
  let more = true
  while (more && found.length < limit && read < MOST_READ) {
    const size = text === undefined ? limit : READ_AT_ONCE
    const page = store.page({ ...rows, after, limit: size + 1 })
    more = page.length > size
    for (const row of page.slice(0, size)) {
      if (found.length === limit) {
        more = true
        break
      }
      if (matches(row)) found.push(row)
      after = row
      read += 1
    }
  }
  return {
    items: found.map(row => viewOf(row, store, targets)),
    next: more && after !== null ? `${after.at}:${after.seq}` : null,
    total: text === undefined ? store.total(rows) : null,
  }
}

/** Everything between two days, day by day in the zone of whoever looks. Throws `plan/zone-unknown`, `plan/date-invalid`. */
export function calendar(
  { from, to, timeZone, perDay, accountId, chatId }: ParsedInput<'deliveries.calendar'>,
  store: DeliveryStore,
  targets: TargetsPort,
): CalendarDay[] {
  const days = daysBetween(from, to, timeZone, MOST_DAYS)
  const first = days[0]
  const last = days.at(-1)
  if (first === undefined || last === undefined) return []
  const rows = store.dates({
    scope: 'all',
    accountId,
    chatId,
    from: first.start,
    to: last.end,
    now: 0,
  })
  let index = 0
  return days.flatMap(({ day, end }) => {
    const start = index
    while ((rows[index]?.at ?? Infinity) < end) index += 1
    const of = rows.slice(start, index)
    if (of.length === 0) return []
    const states: CalendarDay['states'] = {}
    for (const { state } of of) states[state] = (states[state] ?? 0) + 1
    const items = of.slice(0, perDay).flatMap(({ seq }) => {
      const row = store.bySeq(seq)
      return row === null ? [] : [calendarItemOf(row, store, targets)]
    })
    return [{ day, total: of.length, states, items }]
  })
}

export const rowFilter = (
  { scope, accountId, chatId, planId, states, from, to }: Omit<DeliveryFilter, 'text'>,
  now: number,
): RowFilter => ({
  scope,
  accountId,
  chatId,
  planId,
  states,
  from: from === undefined ? undefined : secondsOf(from),
  to: to === undefined ? undefined : secondsOf(to),
  now,
})

/** Case and accents do not count. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

export function searcher(text: string, store: DeliveryStore): (row: StoredDelivery) => boolean {
  const wanted = plain(text)
  return row => plain(store.content(row).text).includes(wanted)
}

/** `<seconds>:<row>`, as `list` hands it out; anything else starts at the beginning. */
function parseCursor(cursor: Input<'deliveries.list'>['cursor']): { at: number; seq: number } | null {
  const parts = /^(\d{1,15}):(\d{1,15})$/.exec(cursor ?? '')
  return parts === null ? null : { at: Number(parts[1]), seq: Number(parts[2]) }
}

import type { CalendarDay, DeliveryFilter, DeliveryPage, Input, ParsedInput } from '../../contract/index.ts'
import { daysBetween, type Content } from '../messages/index.ts'
import { secondsOf } from '../time.ts'
import type { TargetsPort } from './ports.ts'
import type { Place, RowFilter, RowText } from './list-store.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'
import { calendarItemOf, viewOf } from './view.ts'

/** Rows whose texts are opened for one call; a search goes on with the next page. */
const MOST_READ = 250
const MOST_DAYS = 62

/** A page of what the filter lets through. `now`: Unix seconds. */
export function listPage(
  { text, cursor, limit, ...filter }: ParsedInput<'deliveries.list'>,
  store: DeliveryStore,
  targets: TargetsPort,
  now: number,
): DeliveryPage {
  const rows = rowFilter(filter, now)
  const { found, next } =
    text === undefined
      ? pageOf(rows, parseCursor(cursor), limit, store)
      : search(text, rows, parseCursor(cursor), limit, store)
  return {
    items: found.map(row => viewOf(row, store, targets)),
    next: next === null ? null : `${next.at}:${next.seq}`,
    total: text === undefined ? store.total(rows) : null,
  }
}

type Found = { readonly found: readonly StoredDelivery[]; readonly next: Place | null }

function pageOf(rows: RowFilter, after: Place | null, limit: number, store: DeliveryStore): Found {
  const page = store.page({ ...rows, after, limit: limit + 1 })
  const found = page.slice(0, limit)
  return { found, next: page.length > limit ? (found.at(-1) ?? null) : null }
}

/** Only what is found is read whole: most of the others say what their plan says, which is looked into once. */
function search(
  text: string,
  rows: RowFilter,
  from: Place | null,
  limit: number,
  store: DeliveryStore,
): Found {
  const matches = searcher(text, store)
  const found: StoredDelivery[] = []
  let after = from
  const page = store.pageOfTexts({ ...rows, after, limit: MOST_READ })
  for (const row of page) {
    if (found.length === limit) return { found, next: after }
    after = row
    const whole = matches(row) ? store.bySeq(row.seq) : null
    if (whole !== null) found.push(whole)
  }
  return { found, next: page.length < MOST_READ ? null : after }
}

/** Everything between two days, day by day in the zone of whoever looks. Throws `plan/zone-unknown`, `plan/date-invalid`. */
export function calendar(
  { from, to, timeZone, perDay, accountId, chatId }: ParsedInput<'deliveries.calendar'>,
  store: DeliveryStore,
  targets: TargetsPort,
): CalendarDay[] {
  const days = daysBetween(from, to, timeZone, MOST_DAYS)
  const of = { accountId, chatId }
  const counted = days.map((): CalendarDay['states'] => ({}))
  for (const { span, state, count } of store.countSpans(days, of))
    counted[span] = { ...counted[span], [state]: count }
  return days.flatMap((span, index) => {
    const states = counted[index] ?? {}
    const total = Object.values(states).reduce((sum, count) => sum + count, 0)
    if (total === 0) return []
    const items = store.firstIn(span, of, perDay).map(row => calendarItemOf(row, store, targets))
    return [{ day: span.day, total, states, items }]
  })
}

const rowFilter = (
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

function searcher(text: string, store: DeliveryStore): (row: RowText) => boolean {
  const wanted = plain(text)
  const plans = new Map<string, boolean>()
  const says = (content: Content): boolean => plain(content.text).includes(wanted)
  return row => {
    if (row.own) return says(store.content(row))
    const known = plans.get(row.planId) ?? says(store.plan(row.planId))
    plans.set(row.planId, known)
    return known
  }
}

/** `<seconds>:<row>`, as `list` hands it out; anything else starts at the beginning. */
function parseCursor(cursor: Input<'deliveries.list'>['cursor']): Place | null {
  const parts = /^(\d{1,15}):(\d{1,15})$/.exec(cursor ?? '')
  return parts === null ? null : { at: Number(parts[1]), seq: Number(parts[2]) }
}

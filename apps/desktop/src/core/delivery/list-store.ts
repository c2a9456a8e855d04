import { DeliveryState, type AccountId, type DeliveryId, type PlanId } from '../../contract/index.ts'
import type { Database, Row, SqlValue } from '../storage/database.ts'
import { isOpen } from './machine.ts'
import { toDelivery, type StoredDelivery } from './rows.ts'

export type Scope = 'upcoming' | 'past' | 'all'

/** `from` and `to` (excluded) bound the date, Unix seconds; `now` decides what is past. */
export type RowFilter = {
  readonly scope: Scope
  readonly accountId?: string | undefined
  readonly chatId?: string | undefined
  readonly planId?: string | undefined
  readonly states?: readonly DeliveryState[] | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly now: number
}

/** Where a page begins: behind this row. */
export type Place = { readonly at: number; readonly seq: number }
export type PageQuery = RowFilter & { readonly after: Place | null; readonly limit: number }

/** A row of a list by what a search in texts needs of it; `own`: it does not say what its plan says. */
export type RowText = Place & Pick<StoredDelivery, 'id' | 'planId'> & { readonly own: boolean }

/** Unix seconds; `end` excluded. */
export type Span = { readonly start: number; readonly end: number }
/** How many deliveries of a span, given by its place among those asked for, are in a state. */
export type SpanCount = { readonly span: number; readonly state: DeliveryState; readonly count: number }

/** `late`: how many of them came out more than a minute after their date. */
export type SpanOutcome = SpanCount & { readonly accountId: AccountId; readonly late: number }

type Condition = { readonly sql: string; readonly params: readonly SqlValue[] }
/** Rows of one state, which an index holds in order of date. */
type Stretch = {
  readonly state: DeliveryState
  readonly open: 0 | 1
  readonly from: number
  readonly to: number
}

const LATE_SECONDS = 60
const EVER = Number.MAX_SAFE_INTEGER
/** What may still come out, or be tried again, at its date. */
const UPCOMING: ReadonlySet<DeliveryState> = new Set([
  'scheduled',
  'drifted',
  'uncertain',
  'failed',
  'skipped',
])

/** The lists and counts of the interface. No query reads more rows than it shows, or the index entries it counts. */
export function createListStore(database: Database) {
  const total = (filter: RowFilter): number => {
    const counts = listsOf(filter).map(({ sql }) => `(SELECT count(*) FROM delivery${sql})`)
    if (counts.length === 0) return 0
    const params = listsOf(filter).flatMap(list => list.params)
    return Number(database.get(`SELECT ${counts.join(' + ')} AS n`, ...params)?.['n'] ?? 0)
  }

  /** The rows of a page, in order; `columns` of `delivery`. */
  const page = (columns: string, query: PageQuery): readonly Row[] => {
    const direction = query.scope === 'past' ? 'DESC' : 'ASC'
    const lists = listsOf(query).map(list =>
      query.after === null ? list : behind(list, query.after, direction),
    )
    if (lists.length === 0) return []
    return database.all(
      `SELECT ${columns} FROM (${lists.map(({ sql }) => `SELECT at, seq FROM delivery${sql}`).join(' UNION ALL ')}
       ORDER BY at ${direction}, seq ${direction} LIMIT ?) AS place CROSS JOIN delivery USING (seq)
       ORDER BY place.at ${direction}, place.seq ${direction}`,
      ...lists.flatMap(({ params }) => params),
      query.limit,
    )
  }

  return {
    total,
    page: (query: PageQuery): readonly StoredDelivery[] => page('delivery.*', query).map(toDelivery),
    pageOfTexts: (query: PageQuery): readonly RowText[] =>
      page(
        `delivery.at, delivery.seq, id, plan_id, EXISTS (SELECT 1 FROM delivery_content AS own
         WHERE own.seq = delivery.seq AND role = 'own') AS own`,
        query,
      ).map(row => ({
        at: Number(row['at']),
        seq: Number(row['seq']),
        id: row['id'] as DeliveryId,
        planId: row['plan_id'] as PlanId,
        own: row['own'] === 1,
      })),

    /** Of everything that a calendar shows. */
    countSpans: (
      spans: readonly Span[],
      of: Pick<RowFilter, 'accountId' | 'chatId'>,
    ): readonly SpanCount[] => {
      const { sql, params } = ofWhom(of)
      return database
        .all(
          `SELECT span.key AS span, state, count(*) AS n FROM json_each(?) AS span CROSS JOIN delivery
           WHERE state IN (${SHOWN}) AND open IN (0, 1) AND at >= span.value ->> 0 AND at < span.value ->> 1${sql}
           GROUP BY span.key, state`,
          bounds(spans),
          ...params,
        )
        .map(spanCount)
    },
    /** The first of what a calendar shows in a span. */
    firstIn: (
      { start, end }: Span,
      of: Pick<RowFilter, 'accountId' | 'chatId'>,
      limit: number,
    ): readonly StoredDelivery[] => {
      const { sql, params } = ofWhom(of)
      return database
        .all(
          `SELECT * FROM delivery WHERE at >= ? AND at < ?${sql} AND state <> 'cancelled' ORDER BY at, seq LIMIT ?`,
          ...[start, end, ...params, limit],
        )
        .map(toDelivery)
    },

    /** What became of everything dated in these spans, in their order. */
    outcomes: (spans: readonly Span[], accountId?: AccountId): readonly SpanOutcome[] =>
      database
        .all(
          `SELECT span.key AS span, account_id, state, count(*) AS n, total(published_at - at > ${LATE_SECONDS}) AS late
           FROM json_each(?) AS span CROSS JOIN delivery
           WHERE at >= span.value ->> 0 AND at < span.value ->> 1 ${accountId === undefined ? '' : 'AND account_id = ?'}
           GROUP BY span.key, account_id, state ORDER BY span.key`,
          bounds(spans),
          ...(accountId === undefined ? [] : [accountId]),
        )
        .map(row => ({
          ...spanCount(row),
          accountId: row['account_id'] as AccountId,
          late: Number(row['late']),
        })),
  }
}

const bounds = (spans: readonly Span[]): string => JSON.stringify(spans.map(({ start, end }) => [start, end]))

const spanCount = (row: Row): SpanCount => ({
  span: Number(row['span']),
  state: row['state'] as DeliveryState,
  count: Number(row['n']),
})

const SHOWN = DeliveryState.options
  .filter(state => state !== 'cancelled')
  .map(state => `'${state}'`)
  .join(', ')

function ofWhom({ accountId, chatId }: Pick<RowFilter, 'accountId' | 'chatId'>): Condition {
  return {
    sql: `${accountId === undefined ? '' : ' AND account_id = ?'}${chatId === undefined ? '' : ' AND chat_id = ?'}`,
    params: [...(accountId === undefined ? [] : [accountId]), ...(chatId === undefined ? [] : [chatId])],
  }
}

/** Conditions whose rows together, none of them twice, are those of the filter; each is in order of date in one index. */
function listsOf(filter: RowFilter): readonly Condition[] {
  const { scope, states, chatId, planId, from, to } = filter
  const who = ofWhom(filter)
  if (scope === 'all' && states === undefined)
    return [
      all([
        ...(planId === undefined ? [] : [{ sql: ' AND plan_id = ?', params: [planId] }]),
        who,
        ...(from === undefined ? [] : [{ sql: ' AND at >= ?', params: [from] }]),
        ...(to === undefined ? [] : [{ sql: ' AND at < ?', params: [to] }]),
      ]),
    ]
  const one = stretchesOf(filter).map(stretch => ({
    sql: ' AND state = ? AND open = ? AND at >= ? AND at < ?',
    params: [stretch.state, stretch.open, stretch.from, stretch.to],
  }))
  // Few rows, in an index of their own: looked through once, and not once a state.
  if (chatId !== undefined || planId !== undefined)
    return one.length === 0
      ? []
      : [
          all([
            ...(planId === undefined ? [] : [{ sql: ' AND plan_id = ?', params: [planId] }]),
            who,
            {
              sql: ` AND (${one.map(({ sql }) => sql.slice(' AND '.length)).join(' OR ')})`,
              params: one.flatMap(({ params }) => params),
            },
          ]),
        ]
  return one.map(stretch => all([who, stretch]))
}

const all = (conditions: readonly Condition[]): Condition => ({
  sql: conditions
    .map(({ sql }) => sql)
    .join('')
    .replace(/^ AND/, ' WHERE'),
  params: conditions.flatMap(({ params }) => params),
})

const behind = ({ sql, params }: Condition, { at, seq }: Place, direction: 'ASC' | 'DESC'): Condition => ({
  sql: `${sql}${sql === '' ? ' WHERE' : ' AND'} (at, seq) ${direction === 'DESC' ? '<' : '>'} (?, ?)`,
  params: [...params, at, seq],
})

/** What is open stays in sight whatever its date; a refusal can be tried again until its date. */
function stretchesOf({ scope, states, from = 0, to = EVER, now }: RowFilter): readonly Stretch[] {
  return DeliveryState.options
    .filter(state => states === undefined || states.includes(state))
    .flatMap((state): Stretch[] => {
      const open: Stretch[] = isOpen(state) ? [{ state, open: 1, from, to }] : []
      // Closed though its state is open: of an account that was removed.
      const closed: Stretch = { state, open: 0, from, to }
      const ahead: Stretch[] = UPCOMING.has(state) ? [{ ...closed, from: Math.max(from, now) }] : []
      switch (scope) {
        case 'all':
          return [...open, closed]
        case 'upcoming':
          return [...open, ...ahead]
        case 'past':
          return [UPCOMING.has(state) ? { ...closed, to: Math.min(to, now) } : closed]
      }
    })
}

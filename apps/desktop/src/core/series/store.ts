import { Recurrence } from '@autotele/shared'
import { z } from 'zod'
import {
  ChatId,
  ChatPlace,
  PlanMedia,
  TextEntity,
  type AccountId,
  type DeliveryId,
  type DeliveryState,
  type SeriesId,
  type SeriesState,
} from '../../contract/index.ts'
import type { NewSeries } from '../plans/index.ts'
import type { Database, Row, SqlValue } from '../storage/database.ts'
import type { Sealer } from '../vault/sealer.ts'

const Sealed = z.object({
  chatIds: z.array(ChatId),
  rule: Recurrence,
  timeZone: z.string(),
  staggerMinutes: z.number(),
  silent: z.boolean(),
  linkPreview: z.boolean(),
  language: z.enum(['fr', 'en']),
  text: z.string(),
  entities: z.array(TextEntity),
  files: z.array(PlanMedia).default([]),
  places: z.array(ChatPlace).default([]),
})

/** `checkedUntil`: Unix seconds. */
export type StoredSeries = NewSeries & {
  readonly id: SeriesId
  readonly state: SeriesState
  readonly checkedUntil: number
}

/** One date of a series in one chat; without a delivery its date passed unplaced. */
export type StoredOccurrence = {
  readonly chatId: ChatId
  readonly day: string
  /** To be taken back: as the series stopped, or, `replaced`, because its rule or chats are others now. */
  readonly withdrawn: boolean
  readonly replaced: boolean
  readonly delivery: {
    readonly id: DeliveryId
    readonly at: number
    readonly state: DeliveryState
    readonly open: boolean
  } | null
}

/** Values of `occurrence.withdrawn` beside nought. */
const [WITHDRAWN, REPLACED] = [1, 2]

export type SeriesStore = ReturnType<typeof createSeriesStore>

/** The rows of series. Everything is synchronous: what returned is on disk. */
export function createSeriesStore(database: Database, sealer: Sealer) {
  const toSeries = (row: Row): StoredSeries => ({
    ...Sealed.parse(JSON.parse(sealer.openText('series', String(row['id']), row['sealed'] as Uint8Array))),
    id: row['id'] as SeriesId,
    accountId: row['account_id'] as AccountId,
    state: row['state'] as SeriesState,
    checkedUntil: Number(row['checked_until']),
  })
  const seal = (id: SeriesId, series: NewSeries): Uint8Array =>
    sealer.sealText('series', id, JSON.stringify(Sealed.parse(series)))

  const occurrences = (id: SeriesId, where = '1 = 1', ...params: readonly SqlValue[]) =>
    database
      .all(
        `SELECT o.chat_id, o.day, o.withdrawn, o.delivery_id, d.at, d.state, d.open FROM occurrence AS o
         LEFT JOIN delivery AS d ON d.id = o.delivery_id WHERE o.series_id = ? AND ${where} ORDER BY d.at, d.seq`,
        id,
        ...params,
      )
      .map(toOccurrence)

  const mark = (ids: readonly DeliveryId[], withdrawn: number): void => {
    for (const id of ids)
      database.run('UPDATE occurrence SET withdrawn = max(withdrawn, ?) WHERE delivery_id = ?', withdrawn, id)
  }

  return {
    transaction: <T>(work: () => T): T => database.transaction(work),
    all: (): readonly StoredSeries[] =>
      database.all('SELECT * FROM series ORDER BY created_at, rowid').map(toSeries),
    one: (id: SeriesId): StoredSeries | null => {
      const row = database.get('SELECT * FROM series WHERE id = ?', id)
      return row ? toSeries(row) : null
    },
    /** `now` in Unix seconds. */
    insert: (id: SeriesId, series: NewSeries, now: number): void => {
      database.run(
        `INSERT INTO series (id, account_id, state, sealed, checked_until, created_at) VALUES (?, ?, 'active', ?, ?, ?)`,
        id,
        series.accountId,
        seal(id, series),
        now,
        now,
      )
    },
    rewrite: (id: SeriesId, series: NewSeries): void => {
      database.run('UPDATE series SET sealed = ? WHERE id = ?', seal(id, series), id)
    },
    setState: (id: SeriesId, state: SeriesState): void => {
      database.run('UPDATE series SET state = ? WHERE id = ?', state, id)
    },
    setChecked: (id: SeriesId, until: number): void => {
      database.run('UPDATE series SET checked_until = ? WHERE id = ?', until, id)
    },

    /** Throws where the chat has this date already: the database itself forbids a second one. */
    addOccurrence: (id: SeriesId, chatId: ChatId, day: string, deliveryId: DeliveryId | null): void => {
      database.run(
        'INSERT INTO occurrence (series_id, chat_id, day, delivery_id) VALUES (?, ?, ?, ?)',
        id,
        chatId,
        day,
        deliveryId,
      )
    },
    /** Those of the rule's days from `day` on. */
    since: (id: SeriesId, day: string): readonly StoredOccurrence[] => occurrences(id, 'o.day >= ?', day),
    /** Those whose message may still come out. */
    pending: (id: SeriesId): readonly StoredOccurrence[] => occurrences(id, 'd.open = 1'),
    missed: (id: SeriesId): number =>
      Number(
        database.get(
          `SELECT count(*) AS n FROM occurrence AS o LEFT JOIN delivery AS d ON d.id = o.delivery_id
           WHERE o.series_id = ? AND (o.delivery_id IS NULL OR d.state = 'missed')`,
          id,
        )?.['n'] ?? 0,
      ),
    /** These are about to be taken back, to be placed again later. */
    withdraw: (ids: readonly DeliveryId[]): void => mark(ids, WITHDRAWN),
    /** These are to be taken back even while the series goes on: it wants others in their place. */
    replace: (ids: readonly DeliveryId[]): void => mark(ids, REPLACED),
    /** What was really taken back is free to be placed again; what was not stays placed. */
    settleWithdrawn: (id: SeriesId): void => {
      database.run(
        `DELETE FROM occurrence WHERE series_id = ? AND withdrawn > 0
         AND delivery_id IN (SELECT id FROM delivery WHERE state = 'cancelled')`,
        id,
      )
      database.run(
        `UPDATE occurrence SET withdrawn = 0 WHERE series_id = ? AND withdrawn = ${WITHDRAWN} AND delivery_id NOT IN
         (SELECT delivery.id FROM delivery JOIN wish USING (seq) WHERE kind = 'cancel' AND stage <> 'refused')`,
        id,
      )
    },
  }
}

const toOccurrence = (row: Row): StoredOccurrence => ({
  chatId: row['chat_id'] as ChatId,
  day: String(row['day']),
  withdrawn: Number(row['withdrawn']) > 0,
  replaced: row['withdrawn'] === REPLACED,
  delivery:
    row['delivery_id'] === null
      ? null
      : {
          id: row['delivery_id'] as DeliveryId,
          at: Number(row['at']),
          state: row['state'] as DeliveryState,
          open: row['open'] === 1,
        },
})

/** Nothing of it has left yet. */
export const isHere = ({ delivery }: StoredOccurrence): boolean =>
  delivery?.state === 'queued' || delivery?.state === 'paused'
export const idOf = ({ delivery }: StoredOccurrence): readonly DeliveryId[] =>
  delivery === null ? [] : [delivery.id]

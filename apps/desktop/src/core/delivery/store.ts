import type {
  AccountId,
  ChatId,
  DeliveryId,
  DeliveryState,
  ErrorCode,
  MediaId,
  PlanId,
  PlanMedia,
  TextEntity,
} from '../../contract/index.ts'
import type { SeenMedia } from '../telegram/gateway.ts'
import type { Database, Row, SqlValue } from '../storage/database.ts'
import type { Sealer } from '../vault/sealer.ts'
import { isOpen, type Delivery } from './machine.ts'
import { Pace, unhurried } from './pace.ts'
import { createWishStore, type NewContent } from './wish-store.ts'

export type StoredDelivery = Delivery & {
  readonly seq: number
  readonly id: DeliveryId
  readonly planId: PlanId
  readonly accountId: AccountId
  readonly chatId: ChatId
  readonly randomId: string
  readonly topicId: number | null
  readonly sendAs: ChatId | null
  /** Places it takes in the chat's queue: one for each message of an album. */
  readonly parts: number
}

/** One message of an album; the first is the delivery itself. */
export type StoredPart = { readonly randomId: string; readonly scheduledId: number | null }

export type Content = { readonly text: string; readonly entities: readonly TextEntity[] }
export type StoredPlan = Content & {
  readonly timeZone: string
  readonly silent: boolean
  readonly linkPreview: boolean
  readonly files: readonly PlanMedia[]
}
/** `createdAt`: Telegram's clock, milliseconds since 1970; `media`: what its messages carry; `foreign`: not the plan's files. */
export type KnownPlan = StoredPlan & {
  readonly createdAt: number
  readonly media: readonly SeenMedia[]
  readonly foreign: boolean
}

/** What a confirmed plan asks to be stored; `randomIds` are signed, non-zero 64-bit numbers in decimal, one a message. */
export type NewPlan = StoredPlan & {
  readonly id: PlanId
  readonly accountId: AccountId
  readonly token: string
  readonly deliveries: readonly {
    readonly id: DeliveryId
    readonly chatId: ChatId
    readonly at: number
    readonly randomIds: readonly string[]
    readonly topicId: number | null
    readonly sendAs: ChatId | null
    /** Where this chat does not get what the plan says. */
    readonly content?: Content
  }[]
}

export type Lane = { readonly paused: boolean; readonly run: number; readonly pace: Pace }
export type RunCounts = { readonly done: number; readonly failed: number; readonly total: number }
export type Scope = 'upcoming' | 'past' | 'all'
export type DeliveryStore = ReturnType<typeof createStore>

const WORK = `('queued', 'sending', 'uncertain', 'paused')`
const PLACED = `('scheduled', 'drifted')`

/** The rows of plans, deliveries and lanes. Everything is synchronous: what returned is on disk. */
export function createStore(database: Database, sealer: Sealer) {
  const plans = new Map<string, KnownPlan>()
  const wishes = createWishStore(database, sealer)

  const one = (id: string): StoredDelivery | null => {
    const row = database.get('SELECT * FROM delivery WHERE id = ?', id)
    return row ? toDelivery(row) : null
  }

  const many = (where: string, ...params: readonly SqlValue[]): readonly StoredDelivery[] =>
    database.all(`SELECT * FROM delivery WHERE ${where}`, ...params).map(toDelivery)

  const lane = (accountId: string): Lane => {
    const row = database.get('SELECT * FROM lane WHERE account_id = ?', accountId)
    if (!row) return { paused: false, run: 0, pace: unhurried }
    const pace = Pace.safeParse(JSON.parse(String(row['pace'])))
    return {
      paused: row['paused'] === 1,
      run: Number(row['run']),
      pace: pace.success ? pace.data : unhurried,
    }
  }

  const saveLane = (accountId: string, { paused, run, pace }: Lane): void => {
    database.run(
      `INSERT INTO lane (account_id, paused, run, pace) VALUES (?, ?, ?, ?)
       ON CONFLICT (account_id) DO UPDATE SET paused = excluded.paused, run = excluded.run, pace = excluded.pace`,
      accountId,
      paused ? 1 : 0,
      run,
      JSON.stringify(pace),
    )
  }

  const hasWork = (accountId: string): boolean =>
    database.get(`SELECT 1 FROM delivery WHERE account_id = ? AND state IN ${WORK} LIMIT 1`, accountId) !==
    undefined

  /** The run new work belongs to: the present one, or a fresh one when the queue had come to its end. */
  const currentRun = (accountId: string): number => {
    const present = lane(accountId)
    if (hasWork(accountId)) return present.run
    saveLane(accountId, { ...present, run: present.run + 1 })
    return present.run + 1
  }

  const plan = (id: string): KnownPlan => {
    const kept = plans.get(id)
    if (kept) return kept
    const row = database.get('SELECT * FROM plan WHERE id = ?', id)
    if (!row) throw new Error('a delivery without a plan')
    const sealed = sealer.openText('plan', id, row['sealed'] as Uint8Array)
    const { files = [], ...content } = JSON.parse(sealed) as Content & Partial<Pick<StoredPlan, 'files'>>
    const known: KnownPlan = {
      ...content,
      files,
      media: files.map(({ kind }) => kind),
      foreign: false,
      createdAt: Number(row['created_at']),
      timeZone: String(row['time_zone']),
      silent: row['silent'] === 1,
      linkPreview: row['link_preview'] === 1,
    }
    if (plans.size > 200) plans.clear()
    plans.set(id, known)
    return known
  }

  return {
    wishes,
    transaction: <T>(work: () => T): T => database.transaction(work),
    one,
    lane,
    saveLane,
    currentRun,

    save: (before: StoredDelivery, after: Delivery, run?: number): void => {
      database.run(
        `UPDATE delivery SET state = ?, open = ?, attempt = ?, looks = ?, refreshed = ?, accepted = ?, not_before = ?,
         error = ?, scheduled_id = ?, published_id = ?, published_at = ?, moved_to = ?, run = coalesce(?, run) WHERE seq = ?`,
        after.state,
        isOpen(after.state) ? 1 : 0,
        after.attempt,
        after.looks,
        after.refreshed ? 1 : 0,
        after.accepted ? 1 : 0,
        Math.ceil(after.notBefore),
        after.error,
        after.scheduledId,
        after.publishedId,
        after.publishedAt,
        after.movedTo,
        run ?? null,
        before.seq,
      )
    },

    /** `also` is done in the same transaction. */
    insert: (plan: NewPlan, createdAt: number, also?: () => void): void => {
      database.transaction(() => {
        const run = currentRun(plan.accountId)
        const sealed = sealer.sealText(
          'plan',
          plan.id,
          JSON.stringify({ text: plan.text, entities: plan.entities, files: plan.files }),
        )
        database.run(
          `INSERT INTO plan (id, account_id, token, time_zone, silent, link_preview, sealed, deliveries, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          plan.id,
          plan.accountId,
          plan.token,
          plan.timeZone,
          plan.silent ? 1 : 0,
          plan.linkPreview ? 1 : 0,
          sealed,
          plan.deliveries.length,
          createdAt,
        )
        for (const mediaId of new Set(plan.files.map(file => file.id)))
          database.run('INSERT INTO plan_media (plan_id, media_id) VALUES (?, ?)', plan.id, mediaId)
        for (const { id, chatId, at, randomIds, topicId, sendAs, content } of plan.deliveries) {
          database.run(
            `INSERT INTO delivery (id, plan_id, account_id, chat_id, at, state, open, random_id, run, topic_id, send_as,
             parts) VALUES (?, ?, ?, ?, ?, 'queued', 1, ?, ?, ?, ?, ?)`,
            id,
            plan.id,
            plan.accountId,
            chatId,
            at,
            randomIds[0] ?? '',
            run,
            topicId,
            sendAs,
            randomIds.length,
          )
          if (content === undefined && randomIds.length === 1) continue
          const row = one(id)
          if (row === null) continue
          for (const [index, randomId] of randomIds.slice(1).entries())
            database.run(
              'INSERT INTO delivery_part (seq, position, random_id) VALUES (?, ?, ?)',
              ...[row.seq, index + 1, randomId],
            )
          if (content !== undefined) {
            const { linkPreview, files } = plan
            const media = files.map(({ kind }) => kind)
            wishes.setContent(row, 'own', { ...content, linkPreview, media })
          }
        }
        also?.()
      })
    },

    planOfToken: (token: string): { id: PlanId; deliveries: number } | null => {
      const row = database.get('SELECT id, deliveries FROM plan WHERE token = ?', token)
      return row ? { id: row['id'] as PlanId, deliveries: Number(row['deliveries']) } : null
    },

    plan,
    /** What this delivery says and how: its plan's content, or its own since it was edited. */
    content: (row: Pick<StoredDelivery, 'seq' | 'id' | 'planId'>): KnownPlan => {
      const own = wishes.content(row, 'own')
      const shared = plan(row.planId)
      if (own === null) return shared
      const { text, entities, linkPreview, media, foreign } = own
      return { ...shared, text, entities, linkPreview, media, foreign }
    },
    /** Gives a delivery another date (Unix seconds) and, unless null, a text of its own. */
    reshape: (row: StoredDelivery, at: number, own: NewContent | null): void => {
      database.run('UPDATE delivery SET at = ? WHERE seq = ?', at, row.seq)
      if (own !== null) wishes.setContent(row, 'own', own)
    },
    /** The messages of a delivery, in the order of its album. */
    partsOf: (row: StoredDelivery): readonly StoredPart[] => [
      { randomId: row.randomId, scheduledId: row.scheduledId },
      ...(row.parts === 1
        ? []
        : database.all('SELECT * FROM delivery_part WHERE seq = ? ORDER BY position', row.seq).map(part => ({
            randomId: String(part['random_id']),
            scheduledId: nullable(part['scheduled_id']),
          }))),
    ],
    /** Its numbers in the chat's queue, as Telegram told them. */
    setParts: (row: StoredDelivery, ids: readonly number[]): void => {
      for (let position = 1; position < row.parts; position++)
        database.run(
          'UPDATE delivery_part SET scheduled_id = ? WHERE seq = ? AND position = ?',
          ...[ids[position] ?? null, row.seq, position],
        )
    },
    /** Files that something still to come, or still to be retried, needs. `now`: Unix seconds. */
    mediaInUse: (now: number): readonly MediaId[] =>
      database
        .all(
          `SELECT DISTINCT media_id FROM plan_media WHERE EXISTS (SELECT 1 FROM delivery
           WHERE delivery.plan_id = plan_media.plan_id AND (open = 1 OR (state IN ('failed', 'skipped') AND at >= ?)))`,
          now,
        )
        .map(row => row['media_id'] as MediaId),
    planState: (planId: string): PlanState | null => {
      const row = database.get('SELECT paused, account_id FROM plan WHERE id = ?', planId)
      if (!row) return null
      const counts = database.all(
        'SELECT state, count(*) AS n FROM delivery WHERE plan_id = ? GROUP BY state',
        planId,
      )
      return {
        accountId: row['account_id'] as AccountId,
        paused: row['paused'] === 1,
        states: Object.fromEntries(counts.map(count => [String(count['state']), Number(count['n'])])),
      }
    },
    planPaused: (planId: string): boolean =>
      database.get('SELECT paused FROM plan WHERE id = ?', planId)?.['paused'] === 1,
    setPlanPaused: (planId: string, paused: boolean): void => {
      database.run('UPDATE plan SET paused = ? WHERE id = ?', paused ? 1 : 0, planId)
    },
    ofPlan: (planId: string): readonly StoredDelivery[] => many('plan_id = ? ORDER BY at, seq', planId),
    bySeq: (seq: number): StoredDelivery | null => many('seq = ?', seq)[0] ?? null,
    /** Does another message of ours hold this second (Unix) in this chat, or want it? */
    secondTaken: (row: StoredDelivery, at: number): boolean =>
      database.get(
        `SELECT 1 FROM delivery WHERE account_id = ? AND chat_id = ? AND at = ? AND seq <> ?
         AND state NOT IN ('cancelled', 'failed', 'skipped', 'missed') LIMIT 1`,
        row.accountId,
        row.chatId,
        at,
        row.seq,
      ) !== undefined ||
      database.get(
        `SELECT 1 FROM wish JOIN delivery USING (seq) WHERE delivery.account_id = ? AND chat_id = ?
         AND wish.moved_to = ? AND seq <> ? AND stage <> 'refused' LIMIT 1`,
        row.accountId,
        row.chatId,
        at,
        row.seq,
      ) !== undefined,

    /** Forgets the decrypted texts. */
    forget: (): void => plans.clear(),

    interrupted: (accountId: string): readonly StoredDelivery[] =>
      many(`account_id = ? AND state = 'sending'`, accountId),
    /** The next to look up: an outcome is unknown, or a date has passed. Unknown outcomes come first. */
    toLookAt: (accountId: string, now: number): StoredDelivery | null =>
      many(
        `account_id = ? AND state = 'uncertain' AND not_before <= ? ORDER BY at, seq LIMIT 1`,
        accountId,
        now,
      )[0] ??
      many(
        `account_id = ? AND state IN ${PLACED} AND open = 1 AND not_before <= ? ORDER BY not_before LIMIT 1`,
        accountId,
        now,
      )[0] ??
      null,
    nextToPlace: (accountId: string, now: number): StoredDelivery | null =>
      many(
        `account_id = ? AND state IN ('queued', 'paused') AND not_before <= ? AND NOT EXISTS
         (SELECT 1 FROM wish WHERE wish.seq = delivery.seq AND kind = 'cancel' AND stage <> 'refused')
         AND NOT EXISTS (SELECT 1 FROM plan WHERE plan.id = delivery.plan_id AND plan.paused = 1)
         ORDER BY at, seq LIMIT 1`,
        accountId,
        now,
      )[0] ?? null,
    /** Rows of one chat whose fate a look at that chat can tell. */
    placedIn: (accountId: string, chatId: string): readonly StoredDelivery[] =>
      many(
        `account_id = ? AND chat_id = ? AND open = 1 AND state IN ('uncertain', 'scheduled', 'drifted') ORDER BY at, seq`,
        accountId,
        chatId,
      ),
    publishedIds: (accountId: string, chatId: string, from: number): ReadonlySet<number> =>
      new Set(
        database
          .all(
            `SELECT published_id FROM delivery WHERE account_id = ? AND chat_id = ? AND at >= ?
             AND published_id IS NOT NULL`,
            accountId,
            chatId,
            from,
          )
          .map(row => Number(row['published_id'])),
      ),
    waitingInChat: (accountId: string, chatId: string): readonly StoredDelivery[] =>
      many(`account_id = ? AND chat_id = ? AND state IN ('queued', 'paused')`, accountId, chatId),
    waitingOfPlan: (planId: string): readonly StoredDelivery[] =>
      many(`plan_id = ? AND state IN ('queued', 'paused')`, planId),
    openOf: (accountId: string): readonly StoredDelivery[] => many('account_id = ? AND open = 1', accountId),
    /** An account was removed: what Telegram holds stays there, out of our sight. */
    close: (accountId: string): void => {
      database.run('UPDATE delivery SET open = 0 WHERE account_id = ?', accountId)
    },
    /** The account came back: what it had at Telegram is looked after again. */
    reopen: (accountId: string): void => {
      database.run(
        `UPDATE delivery SET open = 1 WHERE account_id = ? AND state IN ('uncertain', 'scheduled', 'drifted')`,
        accountId,
      )
    },
    chatsToReconcile: (accountId: string): readonly ChatId[] =>
      database
        .all(
          `SELECT DISTINCT chat_id FROM delivery WHERE account_id = ? AND open = 1 AND state IN ${PLACED}`,
          accountId,
        )
        .map(row => row['chat_id'] as ChatId),
    /** The first instant after `now` at which a row wants attention. */
    nextAttention: (accountId: string, now: number): number | null => {
      const row = database.get(
        'SELECT min(not_before) AS next FROM delivery WHERE account_id = ? AND open = 1 AND not_before > ?',
        accountId,
        now,
      )
      return row?.['next'] == null ? null : Number(row['next'])
    },

    counts: (accountId: string, run: number): RunCounts => {
      const states = new Map(
        database
          .all(
            'SELECT state, count(*) AS n FROM delivery WHERE account_id = ? AND run = ? GROUP BY state',
            accountId,
            run,
          )
          .map(row => [row['state'] as DeliveryState, Number(row['n'])]),
      )
      const of = (...names: readonly DeliveryState[]): number =>
        names.reduce((sum, name) => sum + (states.get(name) ?? 0), 0)
      const done = of('scheduled', 'published', 'drifted')
      const failed = of('failed', 'skipped', 'missed')
      return { done, failed, total: done + failed + of('queued', 'sending', 'uncertain', 'paused') }
    },

    /** What of ours is, will be or was in a chat from a date (Unix seconds) on, without what never got there. */
    inChatSince: (accountId: string, chatId: string, from: number): readonly StoredDelivery[] =>
      many(
        `account_id = ? AND chat_id = ? AND at >= ? AND state NOT IN ('cancelled', 'failed', 'skipped', 'missed')`,
        accountId,
        chatId,
        from,
      ),

    page: (
      query: RowFilter & { after: { at: number; seq: number } | null; limit: number },
    ): readonly StoredDelivery[] => {
      const { where, params } = conditionsOf(query)
      const down = query.scope === 'past'
      const after = query.after === null ? '' : ` AND (at, seq) ${down ? '<' : '>'} (?, ?)`
      const direction = down ? 'DESC' : 'ASC'
      return many(
        `${where}${after} ORDER BY at ${direction}, seq ${direction} LIMIT ?`,
        ...params,
        ...(query.after === null ? [] : [query.after.at, query.after.seq]),
        query.limit,
      )
    },
    total: (filter: RowFilter): number => {
      const { where, params } = conditionsOf(filter)
      return Number(database.get(`SELECT count(*) AS n FROM delivery WHERE ${where}`, ...params)?.['n'] ?? 0)
    },
    /** Date (Unix seconds) and state of everything that a calendar shows, in order. */
    dates: (filter: RowFilter): readonly { seq: number; at: number; state: DeliveryState }[] => {
      const { where, params } = conditionsOf(filter)
      return database
        .all(
          `SELECT seq, at, state FROM delivery WHERE ${where} AND state <> 'cancelled' ORDER BY at, seq`,
          ...params,
        )
        .map(row => ({
          seq: Number(row['seq']),
          at: Number(row['at']),
          state: row['state'] as DeliveryState,
        }))
    },
    /** What became of everything dated from `from` to `to` (excluded), in order; Unix seconds. */
    outcomes: (from: number, to: number, accountId?: AccountId): readonly RowOutcome[] =>
      database
        .all(
          `SELECT at, account_id, state, published_at FROM delivery WHERE at >= ? AND at < ?
           ${accountId === undefined ? '' : 'AND account_id = ?'} ORDER BY at`,
          from,
          to,
          ...(accountId === undefined ? [] : [accountId]),
        )
        .map(row => ({
          at: Number(row['at']),
          accountId: row['account_id'] as AccountId,
          state: row['state'] as DeliveryState,
          publishedAt: nullable(row['published_at']),
        })),
    oursIn: (accountId: string, chatId: string): number =>
      Number(
        database.get(
          `SELECT sum(parts) AS n FROM delivery WHERE account_id = ? AND chat_id = ? AND state IN ${PLACED} AND open = 1`,
          accountId,
          chatId,
        )?.['n'] ?? 0,
      ),
  }
}

/** A plan as a whole: how many of its deliveries are in each state. */
export type PlanState = {
  readonly accountId: AccountId
  readonly paused: boolean
  readonly states: Readonly<Record<string, number>>
}

export type RowOutcome = Pick<StoredDelivery, 'at' | 'accountId' | 'state' | 'publishedAt'>

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

function conditionsOf(filter: RowFilter): { where: string; params: readonly SqlValue[] } {
  const scope = scopeOf(filter.scope, filter.now)
  const { accountId, chatId, planId, states, from, to } = filter
  const parts: [string, readonly SqlValue[]][] = [
    ...(accountId === undefined ? [] : [['account_id = ?', [accountId]] as [string, SqlValue[]]]),
    ...(chatId === undefined ? [] : [['chat_id = ?', [chatId]] as [string, SqlValue[]]]),
    ...(planId === undefined ? [] : [['plan_id = ?', [planId]] as [string, SqlValue[]]]),
    ...(states === undefined
      ? []
      : [[`state IN (${states.map(() => '?').join(', ')})`, [...states]] as [string, SqlValue[]]]),
    ...(from === undefined ? [] : [['at >= ?', [from]] as [string, SqlValue[]]]),
    ...(to === undefined ? [] : [['at < ?', [to]] as [string, SqlValue[]]]),
    [scope.where, scope.params],
  ]
  return { where: parts.map(([sql]) => sql).join(' AND '), params: parts.flatMap(([, values]) => values) }
}

/** A refusal can still be retried until its date; what is open stays in sight whatever its date. */
function scopeOf(scope: Scope, nowSeconds: number): { where: string; params: readonly SqlValue[] } {
  const upcoming = `(open = 1 OR (at >= ? AND state IN ('scheduled', 'drifted', 'uncertain', 'failed', 'skipped')))`
  switch (scope) {
    case 'all':
      return { where: '1 = 1', params: [] }
    case 'upcoming':
      return { where: upcoming, params: [nowSeconds] }
    case 'past':
      return { where: `NOT ${upcoming}`, params: [nowSeconds] }
  }
}

const nullable = (value: SqlValue | undefined): number | null => (value == null ? null : Number(value))

const toDelivery = (row: Row): StoredDelivery => ({
  seq: Number(row['seq']),
  id: row['id'] as DeliveryId,
  planId: row['plan_id'] as PlanId,
  accountId: row['account_id'] as AccountId,
  chatId: row['chat_id'] as ChatId,
  randomId: String(row['random_id']),
  topicId: nullable(row['topic_id']),
  sendAs: row['send_as'] as ChatId | null,
  parts: Number(row['parts']),
  at: Number(row['at']),
  state: row['state'] as DeliveryState,
  attempt: Number(row['attempt']),
  looks: Number(row['looks']),
  refreshed: row['refreshed'] === 1,
  accepted: row['accepted'] === 1,
  notBefore: Number(row['not_before']),
  error: row['error'] as ErrorCode | null,
  scheduledId: nullable(row['scheduled_id']),
  publishedId: nullable(row['published_id']),
  publishedAt: nullable(row['published_at']),
  movedTo: nullable(row['moved_to']),
})

import type { AccountId, ChatId, DeliveryId, DeliveryState, PlanId } from '../../contract/index.ts'
import type { Content } from '../messages/index.ts'
import type { Database, Durability, SqlValue } from '../storage/database.ts'
import type { Sealer } from '../vault/sealer.ts'
import { createLaneStore } from './lane-store.ts'
import { createListStore } from './list-store.ts'
import type { Delivery } from './machine.ts'
import { createPlanStore, type KnownPlan, type StoredPlan } from './plan-store.ts'
import { columnsOf, nullable, toDelivery, type StoredDelivery, type StoredPart } from './rows.ts'
import { createWishStore, type NewContent } from './wish-store.ts'

/** What a confirmed plan asks to be stored; `randomIds` are signed, non-zero 64-bit numbers in decimal, one a message. */
export type NewPlan = StoredPlan & {
  readonly id: PlanId
  readonly accountId: AccountId
  readonly token: string
  readonly deliveries: readonly NewDelivery[]
}

type NewDelivery = {
  readonly id: DeliveryId
  readonly chatId: ChatId
  readonly at: number
  readonly randomIds: readonly string[]
  readonly topicId: number | null
  readonly sendAs: ChatId | null
  /** Where this chat does not get what the plan says. */
  readonly content?: Content
}

export type DeliveryStore = ReturnType<typeof createStore>

const WAITING = `('queued', 'paused')`
const PLACED = `('scheduled', 'drifted')`
const PLACED_IN = `account_id = ? AND chat_id = ? AND open = 1 AND state IN ('uncertain', 'scheduled', 'drifted')`

/** The rows of deliveries, and of what they belong to. Everything is synchronous: what returned is on disk. */
export function createStore(database: Database, sealer: Sealer) {
  const wishes = createWishStore(database, sealer)
  const { insertPlan, ...plans } = createPlanStore(database, sealer)
  const { tallied, forgetLanes, ...lanes } = createLaneStore(database)

  const transaction = <T>(work: () => T, durability?: Durability): T => {
    try {
      return database.transaction(work, durability)
    } catch (error) {
      forgetLanes()
      throw error
    }
  }

  const many = (where: string, ...params: readonly SqlValue[]): readonly StoredDelivery[] =>
    database.all(`SELECT * FROM delivery WHERE ${where}`, ...params).map(toDelivery)
  const first = (where: string, ...params: readonly SqlValue[]): StoredDelivery | null => {
    const row = database.get(`SELECT * FROM delivery WHERE ${where} LIMIT 1`, ...params)
    return row ? toDelivery(row) : null
  }
  const one = (id: string): StoredDelivery | null => first('id = ?', id)

  const insertDelivery = (plan: NewPlan, run: number, delivery: NewDelivery): void => {
    const { id, chatId, at, randomIds, topicId, sendAs, content } = delivery
    database.run(
      `INSERT INTO delivery (id, plan_id, account_id, chat_id, at, state, open, random_id, run, topic_id, send_as, parts)
       VALUES (?, ?, ?, ?, ?, 'queued', 1, ?, ?, ?, ?, ?)`,
      ...[id, plan.id, plan.accountId, chatId, at],
      ...[randomIds[0] ?? '', run, topicId, sendAs, randomIds.length],
    )
    tallied(plan.accountId, run, 'queued', 1)
    if (content === undefined && randomIds.length === 1) return
    const row = one(id)
    if (row === null) return
    for (const [index, randomId] of randomIds.slice(1).entries())
      database.run(
        'INSERT INTO delivery_part (seq, position, random_id) VALUES (?, ?, ?)',
        ...[row.seq, index + 1, randomId],
      )
    if (content === undefined) return
    const { linkPreview, files } = plan
    wishes.setContent(row, 'own', { ...content, linkPreview, media: files.map(({ kind }) => kind) })
  }

  return {
    wishes,
    ...plans,
    ...lanes,
    ...createListStore(database),
    transaction,
    one,
    bySeq: (seq: number): StoredDelivery | null => first('seq = ?', seq),

    /** Writes what differs: each column that is written is written into its indexes, too. Inside a transaction. */
    save: ({ seq, accountId }: StoredDelivery, after: Delivery, run?: number): void => {
      const present = database.get('SELECT * FROM delivery WHERE seq = ?', seq)
      if (!present) return
      const before = toDelivery(present)
      const changed = columnsOf(after, run ?? before.run).filter(([name, value]) => present[name] !== value)
      if (changed.length === 0) return
      database.run(
        `UPDATE delivery SET ${changed.map(([name]) => `${name} = ?`).join(', ')} WHERE seq = ?`,
        ...changed.map(([, value]) => value),
        seq,
      )
      tallied(accountId, before.run, before.state, -1)
      tallied(accountId, run ?? before.run, after.state, 1)
    },

    /** `also` is done in the same transaction. */
    insert: (plan: NewPlan, createdAt: number, also?: () => void): void => {
      transaction(() => {
        const run = lanes.currentRun(plan.accountId)
        insertPlan({ ...plan, deliveries: plan.deliveries.length }, createdAt)
        for (const delivery of plan.deliveries) insertDelivery(plan, run, delivery)
        also?.()
      })
    },

    /** What this delivery says and how: its plan's content, or its own since it was edited. */
    content: (row: Pick<StoredDelivery, 'seq' | 'id' | 'planId'>): KnownPlan => {
      const own = wishes.content(row, 'own')
      const shared = plans.plan(row.planId)
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

    ofPlan: (planId: string): readonly StoredDelivery[] => many('plan_id = ? ORDER BY at, seq', planId),
    waitingOfPlan: (planId: string): readonly StoredDelivery[] =>
      many(`plan_id = ? AND state IN ${WAITING}`, planId),
    openOf: (accountId: string): readonly StoredDelivery[] => many('account_id = ? AND open = 1', accountId),
    interrupted: (accountId: string): readonly StoredDelivery[] =>
      many(`account_id = ? AND state = 'sending'`, accountId),
    /**
     * The next to look up: an outcome is unknown, or a date has passed. Unknown outcomes come first. They are found by their
     * state: in the index of instants (which `+` keeps SQLite from) the whole queue stands before them.
     */
    toLookAt: (accountId: string, now: number): StoredDelivery | null =>
      first(
        `account_id = ? AND state = 'uncertain' AND open = 1 AND +not_before <= ? ORDER BY at, seq`,
        accountId,
        now,
      ) ??
      first(
        `account_id = ? AND state IN ${PLACED} AND open = 1 AND not_before <= ? ORDER BY not_before`,
        accountId,
        now,
      ),
    nextToPlace: (accountId: string, now: number): StoredDelivery | null =>
      first(
        `account_id = ? AND state IN ${WAITING} AND not_before <= ? AND NOT EXISTS
         (SELECT 1 FROM wish WHERE wish.seq = delivery.seq AND kind = 'cancel' AND stage <> 'refused')
         AND NOT EXISTS (SELECT 1 FROM plan WHERE plan.id = delivery.plan_id AND plan.paused = 1) ORDER BY at, seq`,
        accountId,
        now,
      ),
    /** The first instant after `now` at which a row wants attention. */
    nextAttention: (accountId: string, now: number): number | null => {
      const row = database.get(
        'SELECT min(not_before) AS next FROM delivery WHERE account_id = ? AND open = 1 AND not_before > ?',
        accountId,
        now,
      )
      return nullable(row?.['next'])
    },
    chatsToReconcile: (accountId: string): readonly ChatId[] =>
      database
        .all(
          `SELECT DISTINCT chat_id FROM delivery WHERE account_id = ? AND open = 1 AND state IN ${PLACED}`,
          accountId,
        )
        .map(row => row['chat_id'] as ChatId),
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

    hasPlacedIn: (accountId: string, chatId: string): boolean =>
      database.get(`SELECT 1 FROM delivery WHERE ${PLACED_IN} LIMIT 1`, accountId, chatId) !== undefined,
    /** Rows of one chat whose fate a look at that chat can tell. */
    placedIn: (accountId: string, chatId: string): readonly StoredDelivery[] =>
      many(`${PLACED_IN} ORDER BY at, seq`, accountId, chatId),
    waitingInChat: (accountId: string, chatId: string): readonly StoredDelivery[] =>
      many(`account_id = ? AND chat_id = ? AND state IN ${WAITING}`, accountId, chatId),
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
    /** What of ours is, will be or was in a chat from a date (Unix seconds) on, without what never got there. */
    inChatSince: (
      accountId: string,
      chatId: string,
      from: number,
    ): readonly Pick<StoredDelivery, 'seq' | 'id' | 'planId' | 'at' | 'state' | 'parts'>[] =>
      database
        .all(
          `SELECT seq, id, plan_id, at, state, parts FROM delivery WHERE account_id = ? AND chat_id = ? AND at >= ?
           AND state NOT IN ('cancelled', 'failed', 'skipped', 'missed')`,
          accountId,
          chatId,
          from,
        )
        .map(row => ({
          seq: Number(row['seq']),
          id: row['id'] as DeliveryId,
          planId: row['plan_id'] as PlanId,
          at: Number(row['at']),
          state: row['state'] as DeliveryState,
          parts: Number(row['parts']),
        })),
    /** Places that our messages take in a chat's queue. */
    oursIn: (accountId: string, chatId: string): number =>
      Number(
        database.get(
          `SELECT sum(parts) AS n FROM delivery WHERE account_id = ? AND chat_id = ? AND state IN ${PLACED} AND open = 1`,
          accountId,
          chatId,
        )?.['n'] ?? 0,
      ),
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
  }
}

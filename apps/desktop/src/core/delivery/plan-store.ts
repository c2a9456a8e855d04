import type { AccountId, MediaId, PlanId, PlanMedia } from '../../contract/index.ts'
import type { Content } from '../messages/index.ts'
import type { Database } from '../storage/database.ts'
import type { SeenMedia } from '../telegram/gateway.ts'
import type { Sealer } from '../vault/sealer.ts'

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

/** A plan as a whole: how many of its deliveries are in each state. */
export type PlanState = {
  readonly accountId: AccountId
  readonly paused: boolean
  readonly states: Readonly<Record<string, number>>
}

/** `token`: the preview it was confirmed with; `deliveries`: how many there are. */
export type PlanRow = StoredPlan & {
  readonly id: PlanId
  readonly accountId: AccountId
  readonly token: string
  readonly deliveries: number
}

const PLANS_KEPT = 200

/** The rows of plans; what they say is sealed, and kept open for the next delivery of the same plan. */
export function createPlanStore(database: Database, sealer: Sealer) {
  const plans = new Map<string, KnownPlan>()

  /** Asked for with every message that is shown, changed by a person. */
  let paused: ReadonlySet<string> | null = null
  const pausedPlans = (): ReadonlySet<string> => {
    paused ??= new Set(database.all('SELECT id FROM plan WHERE paused = 1').map(row => String(row['id'])))
    return paused
  }

  const read = (id: string): KnownPlan => {
    const row = database.get('SELECT * FROM plan WHERE id = ?', id)
    if (!row) throw new Error('a delivery without a plan')
    const sealed = sealer.openText('plan', id, row['sealed'] as Uint8Array)
    const { files = [], ...content } = JSON.parse(sealed) as Content & Partial<Pick<StoredPlan, 'files'>>
    return {
      ...content,
      files,
      media: files.map(({ kind }) => kind),
      foreign: false,
      createdAt: Number(row['created_at']),
      timeZone: String(row['time_zone']),
      silent: row['silent'] === 1,
      linkPreview: row['link_preview'] === 1,
    }
  }

  return {
    plan: (id: string): KnownPlan => {
      const kept = plans.get(id)
      if (kept) return kept
      const known = read(id)
      if (plans.size >= PLANS_KEPT) plans.clear()
      plans.set(id, known)
      return known
    },
    /** Inside a transaction, with its deliveries. */
    insertPlan: (
      { id, accountId, token, timeZone, silent, linkPreview, text, entities, files, deliveries }: PlanRow,
      createdAt: number,
    ): void => {
      database.run(
        `INSERT INTO plan (id, account_id, token, time_zone, silent, link_preview, sealed, deliveries, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[id, accountId, token, timeZone, silent ? 1 : 0, linkPreview ? 1 : 0],
        sealer.sealText('plan', id, JSON.stringify({ text, entities, files })),
        ...[deliveries, createdAt],
      )
      for (const mediaId of new Set(files.map(file => file.id)))
        database.run('INSERT INTO plan_media (plan_id, media_id) VALUES (?, ?)', id, mediaId)
    },
    planOfToken: (token: string): { id: PlanId; deliveries: number } | null => {
      const row = database.get('SELECT id, deliveries FROM plan WHERE token = ?', token)
      return row ? { id: row['id'] as PlanId, deliveries: Number(row['deliveries']) } : null
    },
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
    planPaused: (planId: string): boolean => pausedPlans().has(planId),
    setPlanPaused: (planId: string, to: boolean): void => {
      database.run('UPDATE plan SET paused = ? WHERE id = ?', to ? 1 : 0, planId)
      paused = null
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
    /** Forgets the decrypted texts. */
    forget: (): void => plans.clear(),
  }
}

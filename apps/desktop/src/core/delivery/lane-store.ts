import type { DeliveryState } from '../../contract/index.ts'
import type { Database } from '../storage/database.ts'
import { Pace, unhurried } from './pace.ts'

/** Who stopped a lane: a person, or AutoTele out of care, until a person has looked. */
export type Stop = 'person' | 'care'
/** How the placing of one account goes; `run` grows each time its queue starts again from empty. */
export type LaneState = { readonly stopped: Stop | null; readonly run: number; readonly pace: Pace }
export type RunCounts = { readonly done: number; readonly failed: number; readonly total: number }

/** As the column `paused` has them. */
const STOPS: readonly (Stop | null)[] = [null, 'person', 'care']

type Tally = { readonly run: number; readonly states: Map<DeliveryState, number> }

/**
 * The row of each lane, and how many deliveries of its present run are in each state. Both are asked for at every message, so
 * they are read once and then kept in step; `forgetLanes` after a transaction that came to nothing.
 */
export function createLaneStore(database: Database) {
  const lanes = new Map<string, LaneState>()
  const tallies = new Map<string, Tally>()

  const read = (accountId: string): LaneState => {
    const row = database.get('SELECT * FROM lane WHERE account_id = ?', accountId)
    if (!row) return { stopped: null, run: 0, pace: unhurried }
    const pace = Pace.safeParse(JSON.parse(String(row['pace'])))
    return {
      stopped: STOPS[Number(row['paused'])] ?? null,
      run: Number(row['run']),
      pace: pace.success ? pace.data : unhurried,
    }
  }
  const lane = (accountId: string): LaneState => {
    const known = lanes.get(accountId) ?? read(accountId)
    lanes.set(accountId, known)
    return known
  }
  const saveLane = (accountId: string, next: LaneState): void => {
    database.run(
      `INSERT INTO lane (account_id, paused, run, pace) VALUES (?, ?, ?, ?)
       ON CONFLICT (account_id) DO UPDATE SET paused = excluded.paused, run = excluded.run, pace = excluded.pace`,
      accountId,
      STOPS.indexOf(next.stopped),
      next.run,
      JSON.stringify(next.pace),
    )
    lanes.set(accountId, next)
  }

  const hasWork = (accountId: string): boolean =>
    database.get(
      `SELECT 1 FROM delivery WHERE account_id = ? AND state IN ('queued', 'sending', 'uncertain', 'paused') LIMIT 1`,
      accountId,
    ) !== undefined

  const count = (accountId: string, run: number): Tally => {
    const rows = database.all(
      'SELECT state, count(*) AS n FROM delivery WHERE account_id = ? AND run = ? GROUP BY state',
      accountId,
      run,
    )
    return { run, states: new Map(rows.map(row => [row['state'] as DeliveryState, Number(row['n'])])) }
  }
  const tally = (accountId: string): Tally => {
    const { run } = lane(accountId)
    const kept = tallies.get(accountId)
    const known = kept?.run === run ? kept : count(accountId, run)
    tallies.set(accountId, known)
    return known
  }

  return {
    lane,
    saveLane,
    /** The run new work belongs to: the present one, or a fresh one when the queue had come to its end. */
    currentRun: (accountId: string): number => {
      const present = lane(accountId)
      if (hasWork(accountId)) return present.run
      saveLane(accountId, { ...present, run: present.run + 1 })
      return present.run + 1
    },
    /** A row of this run has come to a state (`by` 1), or has left it (-1). */
    tallied: (accountId: string, run: number, state: DeliveryState, by: 1 | -1): void => {
      const known = tallies.get(accountId)
      if (known?.run === run) known.states.set(state, (known.states.get(state) ?? 0) + by)
    },
    /** Of the present run. */
    counts: (accountId: string): RunCounts => {
      const { states } = tally(accountId)
      const of = (...names: readonly DeliveryState[]): number =>
        names.reduce((sum, name) => sum + (states.get(name) ?? 0), 0)
      const done = of('scheduled', 'published', 'drifted')
      const failed = of('failed', 'skipped', 'missed')
      return { done, failed, total: done + failed + of('queued', 'sending', 'uncertain', 'paused') }
    },
    forgetLanes: (): void => {
      lanes.clear()
      tallies.clear()
    },
  }
}

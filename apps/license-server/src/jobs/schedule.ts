import { PgBoss } from 'pg-boss'
import { connectionOf, type DatabaseAddress } from '../storage/connection.ts'

/** When a job is due: every so many seconds, or at a time of day (cron, UTC). */
export type When = { readonly everySeconds: number } | { readonly cron: string }

export type Job = {
  readonly name: string
  readonly when: When
  /** Ends early when `stopped` says so. */
  readonly run: (stopped: () => boolean) => Promise<void>
}

export type Schedule = { readonly stop: () => Promise<void> }

/** A run that takes longer is taken for dead; a killed replica's is, within a minute, by its silence. */
const EXPIRE_SECONDS = 3600
const HEARTBEAT_SECONDS = 20
const STOP_MS = 10_000

/**
 * Runs each job when it is due, once however many replicas there are: pg-boss holds the schedule in the database, one
 * slot of time is one row, and one worker takes it. A run that is missed or dies is made good by the next one, because
 * every job reads what is due and not what changed since. pg-boss decides when something is done, and never what.
 */
export async function startSchedule(options: {
  readonly database: DatabaseAddress
  readonly jobs: readonly Job[]
  /** Told of every run that ended. */
  readonly onRun: (job: string, error?: unknown) => void
  /** Told when the schedule itself is in trouble, such as a database that is away; it recovers by itself. */
  readonly onError: (error: unknown) => void
}): Promise<Schedule> {
  const { database, jobs, onRun, onError } = options
  const boss = new PgBoss({
    ...connectionOf(database),
    max: 3,
    application_name: 'autotele-license-jobs',
  })
  boss.on('error', onError)
  await boss.start()

  let stopped = false
  const timers: NodeJS.Timeout[] = []
  const stop = async () => {
    stopped = true
    for (const timer of timers) clearInterval(timer)
    await boss.stop({ graceful: true, timeout: STOP_MS })
  }
  try {
    for (const { name, when, run } of jobs) await add(name, when, run)
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }

  async function add(name: string, when: When, run: Job['run']): Promise<void> {
    const often = 'everySeconds' in when
    await boss.createQueue(name, {
      expireInSeconds: EXPIRE_SECONDS,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      // The next slot is the retry of a job that runs often.
      ...(often ? { retryLimit: 0 } : { retryLimit: 3, retryDelay: 60, retryBackoff: true }),
      deleteAfterSeconds: often ? 3600 : 7 * 86_400,
    })
    await boss.work(name, { pollingIntervalSeconds: often ? 2 : 30 }, async () => {
      try {
        await run(() => stopped)
        onRun(name)
      } catch (error) {
        onRun(name, error)
        throw error
      }
    })
    if (!often) {
      // A server that was down at that hour does it when it is up again.
      await boss.schedule(name, when.cron, null, { tz: 'UTC', missed: 'once' })
      return
    }
    const { everySeconds } = when
    // Every replica asks; the first in a slot makes the row, the others are told that it is there.
    const ask = () => void boss.send(name, null, { singletonSeconds: everySeconds }).catch(onError)
    ask()
    timers.push(setInterval(ask, everySeconds * 1000))
  }
}

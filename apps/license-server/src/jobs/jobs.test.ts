import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIGRATED } from '../testing/cluster.ts'
import { createDatabase, createTestClock, until } from '../testing/harness.ts'
import { openDatabase, type Database } from '../storage/database.ts'
import { createRetention, KEPT_DAYS } from './retention.ts'
import { startSchedule } from './schedule.ts'

let database: { url: string; drop: () => Promise<void> }
let db: Database
beforeAll(async () => {
  database = await createDatabase(MIGRATED)
  db = openDatabase(database.url, () => undefined)
})
afterAll(async () => {
  await db.$disconnect()
  await database.drop()
})

describe('the schedule', () => {
  test('on three replicas that start together each slot is run once, and a failing run stops no other', async () => {
    const runs: { replica: number; slot: number }[] = []
    const failed: unknown[] = []
    const start = (replica: number) =>
      startSchedule({
        database: { url: database.url, file: undefined },
        jobs: [
          {
            name: 'often',
            when: { everySeconds: 1 },
            async run() {
              runs.push({ replica, slot: Date.now() })
              if (runs.length === 1) throw new Error('once')
            },
          },
          { name: 'daily', when: { cron: '17 3 * * *' }, run: async () => undefined },
        ],
        onRun: (_job, error) => error !== undefined && failed.push(error),
        onError: () => undefined,
      })
    const replicas = await Promise.all([start(1), start(2), start(3)])
    await until(async () => runs.length >= 3)
    await Promise.all(replicas.map(one => one.stop()))
    expect(failed).toHaveLength(1)
    const jobs = await db.$queryRaw<{ slots: bigint; jobs: bigint; active: bigint }[]>`
      SELECT count(*) AS jobs, count(DISTINCT singleton_on) AS slots, count(*) FILTER (WHERE state = 'active') AS active
      FROM pgboss.job WHERE name = 'often'`
    expect(jobs[0]!.slots).toBe(jobs[0]!.jobs)
    expect(jobs[0]!.active).toBe(0n)
    expect(runs.length).toBeLessThanOrEqual(Number(jobs[0]!.jobs))
    expect(await db.$queryRaw`SELECT name, cron FROM pgboss.schedule`).toEqual([
      { name: 'daily', cron: '17 3 * * *' },
    ])
  })

  test('stopping waits for what is running, and tells it', async () => {
    let begun = false
    let ended = false
    const schedule = await startSchedule({
      database: { url: database.url, file: undefined },
      jobs: [
        {
          name: 'long',
          when: { everySeconds: 1 },
          async run(stopped) {
            begun = true
            await until(async () => stopped())
            ended = true
          },
        },
      ],
      onRun: () => undefined,
      onError: () => undefined,
    })
    await until(async () => begun)
    await schedule.stop()
    expect(ended).toBe(true)
  })
})

describe('retention', () => {
  test('deletes what has served its moment and keeps the rest', async () => {
    const clock = createTestClock()
    const now = new Date(clock.unix() * 1000)
    const purge = createRetention({ db, clock: clock.now })
    const event = (state: string) => ({ receivedAt: now, nextAttemptAt: now, body: Buffer.from('{}'), state })
    const attention = (resolution: string | null) => ({
      key: randomUUID(),
      kind: 'late',
      detail: {},
      createdAt: now,
      resolution,
      resolvedAt: resolution && now,
    })
    await db.inboxEvent.createMany({ data: [event('done'), event('ignored'), event('pending')] })
    await db.attention.createMany({ data: [attention('obsolete'), attention('accepted'), attention(null)] })
    const device = {
      id: 'dev',
      label: '',
      platform: 'linux',
      appVersion: '1',
      createdAt: now,
      lastSeenAt: now,
    }
    await db.device.create({ data: device })
    const checkout = (id: string, paidAmount: string) => ({
      id,
      paidAmount,
      deviceId: 'dev',
      plan: 'monthly',
      amount: '29.99',
      currency: 'EUR',
      email: 'lea@example.com',
      claimHash: '',
      sealedKey: Buffer.alloc(1),
      keyHash: '',
      keyTail: '',
      createdAt: now,
      state: 'expired',
    })
    await db.checkout.createMany({ data: [checkout('paid', '29.99'), checkout('unpaid', '0')] })
    await purge()
    expect(await db.inboxEvent.count()).toBe(3)
    clock.advance({ hours: 24 * 91 })
    await purge()
    expect(await db.inboxEvent.findMany()).toMatchObject([{ state: 'pending' }])
    expect((await db.attention.findMany({ orderBy: { id: 'asc' } })).map(one => one.resolution)).toEqual([
      'accepted',
      null,
    ])
    expect(await db.checkout.findMany({ orderBy: { id: 'asc' } })).toMatchObject([
      { id: 'paid', email: 'lea@example.com' },
      { id: 'unpaid', email: null },
    ])
  })

  test('the guide names every period as the program has it', async () => {
    const guide = await readFile(
      new URL('../../../../docs/en/data-and-retention.md', import.meta.url),
      'utf8',
    )
    for (const days of Object.values(KEPT_DAYS)) expect(guide).toContain(`${String(days)} days`)
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '../storage/database.ts'
import { MIGRATED } from '../testing/cluster.ts'
import { createDatabase, createTestClock } from '../testing/harness.ts'
import { createAttempts } from './attempts.ts'

let database: Awaited<ReturnType<typeof createDatabase>>
const replicas: Database[] = []
const clock = createTestClock()
beforeAll(async () => {
  database = await createDatabase(MIGRATED)
  replicas.push(
    openDatabase(database.url, () => undefined),
    openDatabase(database.url, () => undefined),
  )
})
afterAll(async () => {
  for (const db of replicas) await db.$disconnect()
  await database.drop()
})
const attemptsOn = (db: Database) =>
  createAttempts({ db, clock: clock.now, pepper: Buffer.alloc(32, 3), limit: 2, windowSeconds: 60 })

test('attempts are limited within a sliding window, name by name', async () => {
  const attempts = attemptsOn(replicas[0]!)
  expect(await attempts.take('a')).toBeUndefined()
  clock.advance({ seconds: 10 })
  expect(await attempts.take('a')).toBeUndefined()
  expect(await attempts.take('a')).toBe(50)
  expect(await attempts.take('b')).toBeUndefined()
  clock.advance({ seconds: 50 })
  expect(await attempts.take('a')).toBeUndefined()
  expect(await attempts.take('a')).toBe(10)
  await attempts.forgive('a')
  expect(await attempts.take('a')).toBeUndefined()
  await attempts.clear('a')
  expect(await attempts.take('a')).toBeUndefined()
})

test('replicas count together, however many ask at the same instant', async () => {
  const asked = Array.from({ length: 10 }, (_, n) => attemptsOn(replicas[n % 2]!).take('one name'))
  const waits = await Promise.all(asked)
  expect(waits.filter(wait => wait === undefined)).toHaveLength(2)
  expect(waits.filter(wait => wait === 60)).toHaveLength(8)
})

test('no name is stored as it is', async () => {
  await attemptsOn(replicas[0]!).take('203.0.113.7 person@example.com')
  expect(JSON.stringify(await replicas[0]!.attempt.findMany())).not.toMatch(/person|203/)
})

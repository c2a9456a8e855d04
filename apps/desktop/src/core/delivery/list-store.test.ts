import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DeliveryState } from '../../contract/index.ts'
import { memoryDatabase, openSealer } from '../testing/index.ts'
import type { Database, Row, SqlValue } from '../storage/database.ts'
import { createListStore, type RowFilter, type Scope } from './list-store.ts'
import { isOpen } from './machine.ts'
import { createStore } from './store.ts'

const NOW = 1_800_000_000
const DAY = 86_400
const STATES = DeliveryState.options

type One = {
  readonly accountId: string
  readonly chatId: string
  readonly planId: string
  readonly at: number
  readonly state: DeliveryState
  /** Of an account that was removed. */
  readonly closed: boolean
}
const one: fc.Arbitrary<One> = fc.record({
  accountId: fc.constantFrom('a', 'b'),
  chatId: fc.constantFrom('-1001', '-1002'),
  planId: fc.constantFrom('p', 'q'),
  at: fc.integer({ min: NOW - 3, max: NOW + 3 }),
  state: fc.constantFrom(...STATES),
  closed: fc.boolean(),
})
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const filter: fc.Arbitrary<RowFilter> = fc.record({
  scope: fc.constantFrom<Scope>('upcoming', 'past', 'all'),
  accountId: maybe(fc.constantFrom('a', 'b')),
  chatId: maybe(fc.constantFrom('-1001', '-1002')),
  planId: maybe(fc.constantFrom('p', 'q')),
  states: maybe(fc.uniqueArray(fc.constantFrom(...STATES), { minLength: 1 })),
  from: maybe(fc.integer({ min: NOW - 3, max: NOW + 3 })),
  to: maybe(fc.integer({ min: NOW - 3, max: NOW + 3 })),
  now: fc.constant(NOW),
})

function filled(rows: readonly One[], database = memoryDatabase()): Database {
  database.get('PRAGMA foreign_keys = OFF')
  database.run('DELETE FROM delivery')
  rows.forEach(({ accountId, chatId, planId, at, state, closed }, index) =>
    database.run(
      `INSERT INTO delivery (seq, id, plan_id, account_id, chat_id, at, state, open, random_id, run)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
      ...[index + 1, `d${index}`, planId, accountId, chatId, at, state],
      ...[isOpen(state) && !closed ? 1 : 0, `${index}`],
    ),
  )
  return database
}

/** What the filter says, said once more, row by row. */
function wanted(rows: readonly One[], { scope, states, now, ...by }: RowFilter): number[] {
  const upcoming = ({ at, state, closed }: One): boolean =>
    (isOpen(state) && !closed) ||
    (at >= now && ['scheduled', 'drifted', 'uncertain', 'failed', 'skipped'].includes(state))
  const found = rows
    .map((row, index) => ({ ...row, seq: index + 1 }))
    .filter(row => scope === 'all' || upcoming(row) === (scope === 'upcoming'))
    .filter(({ accountId }) => by.accountId === undefined || accountId === by.accountId)
    .filter(({ chatId }) => by.chatId === undefined || chatId === by.chatId)
    .filter(({ planId }) => by.planId === undefined || planId === by.planId)
    .filter(({ state }) => states === undefined || states.includes(state))
    .filter(({ at }) => at >= (by.from ?? at) && at < (by.to ?? Infinity))
    .sort((a, b) => a.at - b.at || a.seq - b.seq)
    .map(({ seq }) => seq)
  return scope === 'past' ? found.reverse() : found
}

test('whatever is filtered, the pages together are every row that passes, once and in order, and the total says how many', () => {
  const database = memoryDatabase()
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 25 }),
      filter,
      fc.integer({ min: 1, max: 9 }),
      (rows, asked, limit) => {
        const lists = createListStore(filled(rows, database))
        const read: number[] = []
        let after: { at: number; seq: number } | null = null
        do {
          const page = lists.page({ ...asked, after, limit })
          read.push(...page.map(({ seq }) => seq))
          after = page.length < limit ? null : (page.at(-1) ?? null)
        } while (after !== null)
        expect(read).toEqual(wanted(rows, asked))
        expect(lists.total(asked)).toBe(read.length)
        const seqs = lists.pageOfTexts({ ...asked, after: null, limit: 99 }).map(({ seq }) => seq)
        expect(seqs).toEqual(read)
      },
    ),
    { numRuns: 150 },
  )
})

test('a calendar counts each state of each day, and shows the first ones, without what was cancelled', () => {
  const rows = [NOW, NOW + 5, NOW + DAY - 1, NOW + DAY].flatMap(at =>
    (['cancelled', 'scheduled', 'published'] as const).map(state => ({
      ...{ at, state, accountId: 'a', chatId: '-1001', planId: 'p', closed: false },
    })),
  )
  const lists = createListStore(filled(rows))
  const days = [0, 1].map(day => ({ start: NOW + day * DAY, end: NOW + (day + 1) * DAY }))
  const counts = [
    { span: 0, state: 'published', count: 3 },
    { span: 0, state: 'scheduled', count: 3 },
    { span: 1, state: 'published', count: 1 },
    { span: 1, state: 'scheduled', count: 1 },
  ]
  expect(lists.countSpans(days, {})).toEqual(counts)
  expect(lists.countSpans(days, { accountId: 'a', chatId: '-1001' })).toEqual(counts)
  expect(lists.countSpans(days, { accountId: 'b' })).toEqual([])
  expect(lists.firstIn(days[0]!, {}, 3).map(({ at, state }) => [at, state])).toEqual([
    [NOW, 'scheduled'],
    [NOW, 'published'],
    [NOW + 5, 'scheduled'],
  ])
})

describe('what is asked again and again', () => {
  /** Everything the store asks, with how SQLite goes about it. */
  function explained(work: (store: ReturnType<typeof createStore>) => unknown): string[] {
    const database = filled([])
    const plans: string[] = []
    const explain = (sql: string, params: readonly SqlValue[]): void => {
      const steps = (row: Row): string => String(row['detail'])
      plans.push(...database.all(`EXPLAIN QUERY PLAN ${sql}`, ...params).map(steps))
    }
    const asked: Database = {
      ...database,
      get: (sql, ...params) => {
        explain(sql, params)
        return database.get(sql, ...params)
      },
      all: (sql, ...params) => {
        explain(sql, params)
        return database.all(sql, ...params)
      },
    }
    work(createStore(asked, openSealer()))
    expect(plans.length).toBeGreaterThan(0)
    return plans
  }
  const throughEverything = /^SCAN (?!place)|TEMP B-TREE/

  test.each(
    [['interrupted', 'toLookAt', 'nextToPlace', 'nextAttention'].map(name => [name] as const)].flat(),
  )('%s of a lane reads no more rows than it needs, however many there are', name => {
    const plans = explained(store => store[name as 'toLookAt']('a', NOW * 1000))
    for (const plan of plans) {
      expect(plan).not.toMatch(throughEverything)
      // Its state and its time, not only its account.
      if (plan.includes('delivery') && !plan.includes('delivery_queue'))
        expect(plan).toMatch(/account_id=\? AND (state=\?|not_before)/)
    }
  })

  test.each<[string, Partial<RowFilter>]>([
    ['everything', { scope: 'all' }],
    ['the upcoming', { scope: 'upcoming' }],
    ['the past', { scope: 'past' }],
    ['the upcoming of one account', { scope: 'upcoming', accountId: 'a' }],
    ['some states', { scope: 'all', states: ['failed', 'skipped'] }],
  ])('a page of %s comes out of its indexes in order, and no further than its end', (_, asked) => {
    const plans = explained(store =>
      store.page({ scope: 'all', now: NOW, after: { at: NOW, seq: 1 }, limit: 10, ...asked }),
    )
    expect(plans.filter(plan => throughEverything.test(plan))).toEqual([])
  })
})

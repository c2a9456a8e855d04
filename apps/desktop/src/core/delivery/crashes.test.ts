import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountId, ChatId, DeliveryId } from '../../contract/index.ts'
import type { Timers } from '../ports.ts'
import type { Database } from '../storage/database.ts'
import { classify } from '../telegram/errors.ts'
import type { TelegramConnection, TelegramGateway } from '../telegram/gateway.ts'
import {
  confirm,
  createMessaging,
  draftOf,
  signedInMessaging,
  type Messaging,
} from '../telegram/testing/messaging-core.ts'
import { fakeTime, memoryDatabase, settle, tempFolder, type FakeTime } from '../testing/index.ts'

// A life of the program that ends at its n-th step: a step is every write, every commit, every request and every answer.
// What is on disk and what Telegram has stay; everything else is gone, at once. A power cut takes with it also what was
// committed and not synced by anything since.

class PowerCut extends Error {}

function mortal(lifetime: number, time: FakeTime, database: Database, gateway: TelegramGateway) {
  let left = lifetime
  const dead = (): boolean => left <= 0
  const step = (): void => {
    if (!dead()) left -= 1
    if (dead()) throw new PowerCut()
  }
  const never = new Promise<never>(() => undefined)
  const living = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      step()
      const result = await work()
      step()
      return result
    } catch (error) {
      if (error instanceof PowerCut) return never
      throw error
    }
  }
  let inside = false
  let unsynced: (() => void) | null = null
  const undo = (): (() => void) => {
    const rows = database.all('SELECT * FROM delivery')
    return () => {
      for (const row of rows)
        database.run(
          `INSERT OR REPLACE INTO delivery (${Object.keys(row).join(', ')})
           VALUES (${Object.keys(row)
             .map(() => '?')
             .join(', ')})`,
          ...Object.values(row),
        )
    }
  }
  const wrapped: Database = {
    ...database,
    get: (...args) => {
      if (dead()) throw new PowerCut()
      return database.get(...args)
    },
    all: (...args) => {
      if (dead()) throw new PowerCut()
      return database.all(...args)
    },
    run: (...args) => {
      step()
      if (!inside) unsynced = null
      return database.run(...args)
    },
    transaction: (work, durability) => {
      step()
      const before = durability === 'with-the-next' ? (unsynced ?? undo()) : null
      inside = true
      const result = (() => {
        try {
          return database.transaction(work, durability)
        } finally {
          inside = false
        }
      })()
      unsynced = before
      step()
      return result
    },
  }
  const timers: Timers = {
    after: (ms, run) =>
      time.timers.after(ms, () => {
        if (!dead()) run()
      }),
  }
  const dial: TelegramGateway = options => {
    const line = gateway({
      ...options,
      onHint: hint => {
        if (!dead()) options.onHint(hint)
      },
    })
    return Object.fromEntries(
      Object.entries(line).map(([name, call]) => [
        name,
        (...args: unknown[]) => living(() => (call as (...a: unknown[]) => Promise<unknown>)(...args)),
      ]),
    ) as unknown as TelegramConnection
  }
  return { time: { ...time, timers }, database: wrapped, gateway: dial, dead, cutPower: () => unsynced?.() }
}

const CHATS = ['-1001', '-1002'] as ChatId[]
const DATES = ['2027-01-04T09:40', '2027-01-04T09:44', '2027-01-04T09:48']

const fault = fc.record({
  method: fc.constantFrom(
    'schedule' as const,
    'scheduledHistory' as const,
    'deleteScheduled' as const,
    'publishedBetween' as const,
  ),
  does: fc.constantFrom(
    'drop-before' as const,
    'drop-after' as const,
    'late' as const,
    classify('FLOOD_WAIT_20', 420),
    classify('RPC_CALL_FAIL', 500),
    classify('Timeout', -503),
  ),
})

test('A4: whatever is lost and wherever the power is cut, nothing is ever placed twice and nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ steps: fc.integer({ min: 1, max: 90 }), powerCut: fc.boolean() }), {
        maxLength: 5,
      }),
      fc.array(fault, { maxLength: 6 }),
      fc.option(fc.integer({ min: 0, max: 5 })),
      async (lifetimes, faults, toCancel) => {
        const time = fakeTime('2027-01-04T08:00:00Z')
        const parts = { time, database: memoryDatabase(), folder: tempFolder() }
        const first = await signedInMessaging(parts)
        const { dc, accountId } = first
        await first.stop()
        for (const each of faults) dc.fault(each)
        const draft = draftOf(accountId, {
          chatIds: CHATS,
          dates: DATES,
        })
        let token: string | null = null
        const cancelled = new Set<DeliveryId>()

        const live = async (lifetime: number, powerCut: boolean): Promise<void> => {
          const life = mortal(lifetime, time, parts.database, dc.gateway)
          const seed = `life ${time.clock.now()} ${lifetime}`
          const core = createMessaging(dc, { ...life, folder: parts.folder, seed })
          let up = false
          core.start().then(
            () => (up = true),
            () => (up = true),
          )
          for (let i = 0; i < 20 && !up && !life.dead(); i++) await settle()
          const ask = <T>(work: () => Promise<T>): Promise<T | null> =>
            Promise.race([
              work().catch((error: unknown) => {
                if (error instanceof PowerCut) return null
                throw error
              }),
              (async () => {
                for (let i = 0; i < 50 && !life.dead(); i++) await time.advance(1000)
                await settle()
                return null
              })(),
            ])
          token ??= await ask(async () => (await core.handlers['plans.preview'](draft)).token)
          if (token !== null && !life.dead() && (await listed(core, accountId)).length === 0) {
            const confirmed = token
            await ask(async () => core.handlers['plans.confirm']({ draft, token: confirmed }))
          }
          for (let i = 0; i < 40 && !life.dead(); i++) await time.advance(1000)
          const rows = life.dead() ? [] : await listed(core, accountId)
          const chosen = toCancel === null ? undefined : rows[toCancel]
          if (chosen !== undefined) {
            const answer = await ask(async () => core.handlers['deliveries.cancel']({ ids: [chosen.id] }))
            for (const id of answer?.cancelled ?? []) cancelled.add(id)
          }
          if (lifetime === Infinity) await time.advance(3600_000)
          dc.dropAll()
          if (!life.dead()) await ask(() => core.stop())
          await settle()
          if (powerCut && life.dead()) life.cutPower()
        }
        for (const { steps, powerCut } of lifetimes) await live(steps, powerCut)
        dc.clearFaults()
        await live(Infinity, false)

        const rows = parts.database.all('SELECT * FROM delivery ORDER BY seq')
        expect(rows).toHaveLength(CHATS.length * DATES.length)
        for (const row of rows) {
          const channel = dc.channel(String(row['chat_id']).slice(4))
          const there = [...channel.scheduled, ...channel.published].filter(({ at }) => at === row['at'])
          const removed = row['state'] === 'cancelled'
          expect([row['state'], there.length]).toEqual(removed ? ['cancelled', 0] : ['published', 1])
          // Only what the person cancelled is cancelled; what was confirmed as cancelled stays so.
          if (cancelled.has(row['id'] as DeliveryId)) expect(removed).toBe(true)
          if (removed) expect(toCancel).not.toBeNull()
        }
      },
    ),
    {
      numRuns: 60,
      examples: [
        // Carried out by a request that was given up and looked for in vain, cancelled before it could be sent again.
        [
          [{ steps: 76, powerCut: false }],
          [
            { method: 'schedule', does: 'drop-before' },
            { method: 'schedule', does: 'late' },
            { method: 'scheduledHistory', does: classify('FLOOD_WAIT_20', 420) },
            { method: 'schedule', does: classify('FLOOD_WAIT_20', 420) },
          ],
          0,
        ],
      ],
    },
  )
}, 120_000)

async function listed(core: Messaging, accountId: AccountId) {
  try {
    return (await core.handlers['deliveries.list']({ scope: 'all', accountId, cursor: null, limit: 500 }))
      .items
  } catch {
    return []
  }
}

const change = fc.record({
  row: fc.integer({ min: 0, max: 5 }),
  what: fc.constantFrom('edit' as const, 'move' as const, 'sendNow' as const, 'cancelSoon' as const),
  /** Seconds of life after it was asked. */
  then: fc.integer({ min: 0, max: 30 }),
})
const changeFault = fc.record({
  method: fc.constantFrom(
    'editScheduled' as const,
    'sendScheduledNow' as const,
    'deleteScheduled' as const,
    'scheduledHistory' as const,
    'publishedBetween' as const,
  ),
  does: fault.map(({ does }) => does),
})

test('A4, A6: whatever is lost while messages are edited, moved, sent at once and cancelled, each is there once or gone as asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ lifetime: fc.integer({ min: 5, max: 120 }), change }), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.array(changeFault, { maxLength: 5 }),
      async (lives, faults) => {
        const time = fakeTime('2027-01-04T08:00:00Z')
        const parts = { time, database: memoryDatabase(), folder: tempFolder() }
        const first = await signedInMessaging(parts)
        const { dc, accountId } = first
        const dates = ['2027-02-01T09:00', '2027-02-02T09:00', '2027-02-03T09:00']
        await confirm(first, draftOf(accountId, { chatIds: CHATS, dates, silent: true }))
        await time.advance(60_000)
        const ids = (await listed(first, accountId)).map(({ id }) => id)
        await first.stop()
        for (const each of faults) dc.fault(each)
        const wanted = new Map<DeliveryId, { text?: string; at?: string; may?: string }>()

        const live = async (
          lifetime: number,
          asked: { row: number; what: string; then: number } | null,
          n: number,
        ): Promise<void> => {
          const life = mortal(lifetime, time, parts.database, dc.gateway)
          const core = createMessaging(dc, { ...life, folder: parts.folder, seed: `life ${n} ${lifetime}` })
          const up = core.start().catch(() => undefined)
          await Promise.race([up, settle().then(settle)])
          const id = asked === null ? undefined : ids[asked.row]
          if (asked !== null && id !== undefined && !wanted.has(id)) {
            const text = `Version ${n}`
            const to = `2027-03-${String(10 + n)}T09:00`
            try {
              switch (asked.what) {
                case 'edit':
                  if (
                    (await core.handlers['deliveries.edit']({ ids: [id], text, entities: [] })).asked.length
                  )
                    wanted.set(id, { text })
                  break
                case 'move':
                  if ((await core.handlers['deliveries.move']({ items: [{ id, to }] })).asked.length)
                    wanted.set(id, { at: `2027-03-${String(10 + n)}T08:00:00Z` })
                  break
                case 'sendNow':
                  wanted.set(id, { may: 'published' })
                  await core.handlers['deliveries.sendNow']({ ids: [id] })
                  break
                default:
                  wanted.set(id, { may: 'cancelled' })
                  await core.handlers['deliveries.cancelSoon']({ ids: [id] })
              }
            } catch (error) {
              if (!(error instanceof PowerCut)) throw error
            }
          }
          for (let i = 0; i < (asked?.then ?? 900) && !life.dead(); i++) await time.advance(1000)
          dc.dropAll()
          if (!life.dead()) await Promise.race([core.stop().catch(() => undefined), time.advance(4000)])
          await settle()
        }
        for (const [n, { lifetime, change: asked }] of lives.entries()) await live(lifetime, asked, n)
        dc.clearFaults()
        await live(Infinity, null, lives.length)

        const reader = createMessaging(dc, parts)
        const views = await listed(reader, accountId)
        expect(views).toHaveLength(CHATS.length * dates.length)
        const there = CHATS.map(chat => dc.channel(String(chat).slice(4)))
        const key = ({ at, text }: { at: number | string; text: string }) =>
          `${typeof at === 'string' ? Date.parse(at) / 1000 : at} ${text}`
        expect(
          there
            .flatMap(({ scheduled }) => scheduled)
            .map(key)
            .sort(),
        ).toEqual(
          views
            .filter(({ state }) => state === 'scheduled')
            .map(key)
            .sort(),
        )
        expect(there.flatMap(({ published }) => published)).toHaveLength(
          views.filter(({ state }) => state === 'published').length,
        )
        expect(
          there
            .flatMap(({ scheduled, published }) => [...scheduled, ...published])
            .every(({ silent }) => silent === true),
        ).toBe(true)
        for (const { id, state, text, at, pending } of views) {
          const { may, ...must } = wanted.get(id) ?? {}
          expect(['scheduled', may]).toContain(state)
          expect(pending?.error ?? null).toBeNull()
          if (pending === null) expect({ text, at }).toMatchObject(must)
          expect(pending).toBeNull()
        }
      },
    ),
    {
      numRuns: 60,
      examples: [
        // Published by a request that was given up as lost, after the list of the queue could not be read once.
        [
          [
            { lifetime: 38, change: { row: 0, what: 'sendNow', then: 12 } },
            { lifetime: 5, change: { row: 0, what: 'edit', then: 0 } },
          ],
          [
            { method: 'scheduledHistory', does: 'drop-before' },
            { method: 'sendScheduledNow', does: 'late' },
          ],
        ],
        // Two of one text in one chat: one published at once, the other deleted by a request given up as lost.
        [
          [
            { lifetime: 16, change: { row: 3, what: 'sendNow', then: 0 } },
            { lifetime: 37, change: { row: 1, what: 'cancelSoon', then: 23 } },
            { lifetime: 70, change: { row: 5, what: 'cancelSoon', then: 3 } },
          ],
          [
            { method: 'deleteScheduled', does: 'late' },
            { method: 'publishedBetween', does: classify('FLOOD_WAIT_20', 420) },
            { method: 'sendScheduledNow', does: classify('FLOOD_WAIT_20', 420) },
          ],
        ],
      ],
    },
  )
}, 120_000)

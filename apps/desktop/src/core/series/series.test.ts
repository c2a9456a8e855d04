import { describe, expect, test, vi } from 'vitest'
import type { AccountId, ChatId, PlanDraft, Recurrence, SeriesId, SeriesView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Database } from '../storage/database.ts'
import { fakeChannel } from '../telegram/testing/fake-data-centre.ts'
import {
  confirm,
  createMessaging,
  draftOf,
  signedInMessaging,
  signIn,
} from '../telegram/testing/messaging-core.ts'
import type { Messaging } from '../telegram/testing/messaging-core.ts'
import { fakeTime, memoryDatabase, settle, tempFolder } from '../testing/index.ts'

// Days pass here, a minute at a time where it matters.
vi.setConfig({ testTimeout: 30_000 })

type Core = Awaited<ReturnType<typeof signedInMessaging>>

const CHATS = ['-1001', '-1002'] as ChatId[]
const MINUTES = 10 * 60_000
const HOUR = 3600_000
const DAY = 24 * HOUR
const daily: Recurrence = {
  from: '2027-01-05',
  time: '09:00',
  frequency: { unit: 'day', every: 1 },
  end: { kind: 'never' },
}
const weekly: Recurrence = { ...daily, frequency: { unit: 'week', every: 1, days: [2, 5] } }

const repeating = (accountId: AccountId, rule: Recurrence, over: Partial<PlanDraft> = {}): PlanDraft =>
  draftOf(accountId, { mode: 'repeat', rule, dates: [], ...over })
const listed = async (core: Pick<Messaging, 'handlers'>): Promise<readonly SeriesView[]> =>
  core.handlers['series.list']({})
const only = async (core: Pick<Messaging, 'handlers'>): Promise<SeriesView> => {
  const [series, ...others] = await listed(core)
  if (series === undefined || others.length > 0) throw new Error('not one series')
  return series
}
const queued = (core: Pick<Core, 'dc'>, chatId: ChatId): string[] =>
  core.dc
    .channel(chatId.slice(4))
    .scheduled.map(({ at }) => new Date(at * 1000).toISOString().slice(0, 16))
    .sort()
const everything = (core: Pick<Core, 'dc'>, chatId: ChatId): number[] => {
  const { scheduled, published } = core.dc.channel(chatId.slice(4))
  return [...scheduled, ...published].map(({ at }) => at).sort((a, b) => a - b)
}
/** The machine sleeps for so long, wakes up and works for some minutes. */
async function asleep(core: Core, ms: number): Promise<void> {
  core.time.setWall(core.time.clock.now() + ms - MINUTES)
  core.dc.publishDue()
  core.series.wakeSoon()
  await core.time.advance(MINUTES)
}
/** Begins a series and lets its first messages reach Telegram. */
async function begun(core: Core, rule: Recurrence, over: Partial<PlanDraft> = {}): Promise<SeriesView> {
  await confirm(core, repeating(core.accountId, rule, over))
  await core.time.advance(MINUTES)
  return only(core)
}
const failureOf = async (work: () => unknown): Promise<string> => {
  try {
    await work()
    return 'no failure'
  } catch (error) {
    return error instanceof CallFailure ? error.error.code : String(error)
  }
}

describe('a series', () => {
  test('keeps thirty days in Telegram’s queue, and is topped up as they pass', async () => {
    const core = await signedInMessaging()
    const first = await begun(core, daily)
    expect(queued(core, '-1001' as ChatId)).toHaveLength(30)
    expect(first).toMatchObject({
      state: 'active',
      waiting: null,
      atTelegram: 30,
      here: 0,
      missed: 0,
      next: { at: '2027-01-05T08:00:00Z', local: '2027-01-05T09:00:00' },
      reserveUntil: '2027-02-03T08:00:00Z',
    })
    // Of itself, a day later; and after sleeping for two more.
    await core.time.advance(DAY + HOUR)
    expect((await only(core)).reserveUntil).toBe('2027-02-04T08:00:00Z')
    await asleep(core, 2 * DAY)
    expect((await only(core)).reserveUntil).toBe('2027-02-06T08:00:00Z')
    expect(everything(core, '-1001' as ChatId)).toHaveLength(33)
    expect(new Set(everything(core, '-1001' as ChatId)).size).toBe(33)
  })

  test('over a change of clocks the wall clock is kept: 09:00 in Paris is 08:00Z, then 07:00Z', async () => {
    const core = await signedInMessaging({ time: fakeTime('2027-03-20T12:00:00Z') })
    await begun(core, { ...weekly, from: '2027-03-20' }, { chatIds: CHATS })
    const wanted = [
      '03-23T08',
      '03-26T08',
      '03-30T07',
      '04-02T07',
      '04-06T07',
      '04-09T07',
      '04-13T07',
      '04-16T07',
    ]
    for (const chatId of CHATS) expect(queued(core, chatId)).toEqual(wanted.map(day => `2027-${day}:00`))
  })

  test('the next date is in the queue even when it is further away than thirty days', async () => {
    const core = await signedInMessaging()
    const on = { by: 'day', day: 31, missing: 'skip' } as const
    await begun(core, { ...daily, from: '2027-02-01', frequency: { unit: 'month', every: 1, on } })
    expect(queued(core, '-1001' as ChatId)).toEqual(['2027-03-31T07:00'])
  })

  test('comes to its end by its count, and says so', async () => {
    const core = await signedInMessaging()
    await begun(core, { ...daily, end: { kind: 'count', count: 2 } })
    await asleep(core, 4 * DAY)
    expect(everything(core, '-1001' as ChatId)).toHaveLength(2)
    expect(await only(core)).toMatchObject({ state: 'ended', next: null, reserveUntil: null, missed: 0 })
    await asleep(core, 40 * DAY)
    expect(everything(core, '-1001' as ChatId)).toHaveLength(2)
  })

  test('each chat gets its own words at its own minute', async () => {
    const core = await signedInMessaging()
    await begun(core, weekly, { chatIds: CHATS, text: '{groupe} {date} {heure}', staggerMinutes: 5 })
    const texts = (chatId: string) => core.dc.channel(chatId).scheduled.map(({ text }) => text)
    expect(texts('1')[0]).toBe('Annonces 5 janvier 2027 09:00')
    expect(texts('2')[0]).toBe('Entraide 5 janvier 2027 09:05')
    await asleep(core, 5 * DAY)
    expect(texts('2').at(-1)).toBe('Entraide 5 février 2027 09:05')
  })

  test('leaves ten places of a chat to what is scheduled there by hand, here or elsewhere', async () => {
    const core = await signedInMessaging()
    const dates = Array.from(
      { length: 70 },
      (_, i) => `2027-06-${String((i % 28) + 1).padStart(2, '0')}T1${Math.floor(i / 28)}:00`,
    )
    await confirm(core, draftOf(core.accountId, { text: 'Autre', dates }))
    const { findings, items } = await core.handlers['plans.preview'](repeating(core.accountId, daily))
    expect(items).toHaveLength(20)
    expect(findings.map(({ code }) => code)).toEqual(['finding/series-short-reserve'])
    const series = await begun(core, daily)
    expect(queued(core, '-1001' as ChatId)).toHaveLength(90)
    expect(series).toMatchObject({ waiting: 'quota', atTelegram: 20 })
    await asleep(core, 3 * DAY)
    expect(queued(core, '-1001' as ChatId)).toHaveLength(90)
    expect((await only(core)).atTelegram).toBe(20)
  })

  test('what is confirmed is exactly what was shown, the rule and the chats’ order included; twice is once', async () => {
    const core = await signedInMessaging()
    const draft = repeating(core.accountId, weekly, { chatIds: CHATS })
    const { token, series, items } = await core.handlers['plans.preview'](draft)
    expect(series).toMatchObject({ reserveUntil: items.at(-1)?.at })
    expect(series?.dates).toHaveLength(10)
    const others: Partial<PlanDraft>[] = [
      { rule: { ...weekly, end: { kind: 'count', count: 500 } } },
      { chatIds: CHATS.toReversed() },
      { staggerMinutes: 1 },
      { mode: 'once', dates: ['2027-01-05T09:00'] },
    ]
    for (const other of others)
      expect(
        await failureOf(() => core.handlers['plans.confirm']({ draft: { ...draft, ...other }, token })),
      ).toBe('plan/changed-since-preview')
    const first = await core.handlers['plans.confirm']({ draft, token })
    expect(await core.handlers['plans.confirm']({ draft, token })).toEqual(first)
    expect(await listed(core)).toHaveLength(1)
  })

  test('a rule that has no date left cannot be begun', async () => {
    const core = await signedInMessaging()
    const over: Recurrence = { ...daily, from: '2026-01-01', end: { kind: 'until', day: '2026-02-01' } }
    expect(await failureOf(() => confirm(core, repeating(core.accountId, over)))).toBe('plan/no-date')
    expect(await listed(core)).toEqual([])
  })

  test('its text and its chats cannot be read in the database', async () => {
    const core = await signedInMessaging()
    await begun(core, weekly, { text: 'Rendez-vous secret' })
    const [row] = core.database.all('SELECT * FROM series')
    expect(Buffer.from(row?.['sealed'] as Uint8Array).toString('latin1')).not.toMatch(/secret|-1001/)
  })
})

describe('pausing, going on, ending', () => {
  test('a pause leaves what Telegram has, and gives it nothing new; going on fills up again', async () => {
    const core = await signedInMessaging()
    const { id } = await begun(core, daily)
    await core.handlers['series.pause']({ id, withdraw: false })
    await asleep(core, 5 * DAY)
    expect(everything(core, '-1001' as ChatId)).toHaveLength(30)
    expect(await only(core)).toMatchObject({ state: 'paused', next: null, missed: 0 })
    await core.handlers['series.resume']({ id })
    await core.time.advance(MINUTES)
    expect(everything(core, '-1001' as ChatId)).toHaveLength(35)
    expect((await only(core)).missed).toBe(0)
  })

  test('a pause that takes back puts everything there again, once, and what passed meanwhile stays away', async () => {
    const core = await signedInMessaging()
    const { id } = await begun(core, daily)
    const pause = await core.handlers['series.pause']({ id, withdraw: true })
    expect(pause).toMatchObject({ done: 30, failed: 0 })
    await core.time.advance(60_000)
    expect(queued(core, '-1001' as ChatId)).toEqual([])
    await asleep(core, 2 * DAY)
    await core.handlers['series.resume']({ id })
    await core.time.advance(MINUTES)
    const [first] = queued(core, '-1001' as ChatId)
    expect(first).toBe('2027-01-07T08:00')
    expect(new Set(queued(core, '-1001' as ChatId)).size).toBe(30)
    expect(await only(core)).toMatchObject({ missed: 0, atTelegram: 30 })
  })

  test('what is still on its way here is held back by a pause, and goes on after it', async () => {
    const core = await signedInMessaging()
    await confirm(core, repeating(core.accountId, daily))
    await core.time.advance(8000)
    const { id } = await only(core)
    await core.handlers['series.pause']({ id, withdraw: false })
    const there = queued(core, '-1001' as ChatId).length
    expect(there).toBeLessThan(5)
    await asleep(core, HOUR)
    expect(queued(core, '-1001' as ChatId)).toHaveLength(there)
    await core.handlers['series.resume']({ id })
    await core.time.advance(MINUTES)
    expect(queued(core, '-1001' as ChatId)).toHaveLength(30)
    expect(new Set(queued(core, '-1001' as ChatId)).size).toBe(30)
  })

  test('taking back while offline is done when the connection is there again', async () => {
    const core = await signedInMessaging()
    const { id } = await begun(core, weekly)
    core.dc.setDown(true)
    await core.time.advance(0)
    const { failed } = await core.handlers['series.pause']({ id, withdraw: true })
    expect(failed).toBeGreaterThan(0)
    core.dc.setDown(false)
    await asleep(core, HOUR)
    expect(queued(core, '-1001' as ChatId)).toEqual([])
  })

  test('an ended series stays ended: nothing more is placed, and it can be neither changed nor resumed', async () => {
    const core = await signedInMessaging()
    const { id } = await begun(core, daily)
    expect(await core.handlers['series.end']({ id, withdraw: true })).toMatchObject({ done: 30 })
    await asleep(core, 5 * DAY)
    expect(everything(core, '-1001' as ChatId)).toEqual([])
    expect(await failureOf(() => core.handlers['series.resume']({ id }))).toBe('series/ended')
    expect(await failureOf(() => core.handlers['series.pause']({ id, withdraw: false }))).toBe('series/ended')
    expect(await failureOf(() => core.handlers['series.resume']({ id: 'x' as SeriesId }))).toBe(
      'series/unknown',
    )
  })

  test('one message cancelled by hand does not come back', async () => {
    const core = await signedInMessaging()
    await begun(core, daily)
    const { items } = await core.handlers['deliveries.list']({
      scope: 'upcoming',
      cursor: null,
      limit: 10,
    })
    const [first] = items
    if (first === undefined) throw new Error('nothing listed')
    await core.handlers['deliveries.cancel']({ ids: [first.id] })
    await asleep(core, HOUR)
    expect(queued(core, '-1001' as ChatId)).toHaveLength(29)
  })
})

describe('a new text', () => {
  const edit = (core: Core, id: SeriesId, text: string) =>
    core.handlers['series.edit']({ id, text, entities: [], scheduled: false })

  test('is what everything not yet at Telegram says, each chat in its own words', async () => {
    const core = await signedInMessaging()
    await confirm(core, repeating(core.accountId, daily, { chatIds: CHATS, text: 'Avant' }))
    await core.time.advance(8000)
    const { id } = await only(core)
    const there = everything(core, '-1001' as ChatId).length
    await edit(core, id, 'Après {groupe}')
    await core.time.advance(20 * 60_000)
    const texts = core.dc.channel('1').scheduled.map(({ text }) => text)
    expect(texts.filter(text => text === 'Avant')).toHaveLength(there)
    expect(texts.filter(text => text === 'Après Annonces')).toHaveLength(30 - there)
    await asleep(core, 2 * DAY)
    expect(core.dc.channel('2').scheduled.at(-1)?.text).toBe('Après Entraide')
    expect((await only(core)).text).toBe('Après {groupe}')
  })

  test('reaches what is at Telegram too where that is asked for, in place', async () => {
    const core = await signedInMessaging()
    const { id } = await begun(core, weekly, { chatIds: CHATS })
    const before = core.dc.channel('2').scheduled.map(({ at }) => at)
    const change = { id, text: '{groupe} {date}', entities: [], scheduled: true }
    expect(await core.handlers['series.edit'](change)).toMatchObject({ done: before.length * 2, failed: 0 })
    await core.time.advance(2 * MINUTES)
    expect(core.dc.channel('2').scheduled.map(({ at }) => at)).toEqual(before)
    expect(core.dc.channel('2').scheduled[0]?.text).toBe('Entraide 5 janvier 2027')
    expect(core.dc.channel('1').scheduled.every(({ text }) => text.startsWith('Annonces '))).toBe(true)
  })

  test('is refused when a chat’s own would be too long, or empty, and nothing changes', async () => {
    const core = await signedInMessaging()
    await confirm(core, repeating(core.accountId, daily))
    const { id, text } = await only(core)
    expect(await failureOf(() => edit(core, id, `${'x'.repeat(4090)}{groupe}`))).toBe('plan/text-too-long')
    expect(await failureOf(() => edit(core, id, '  '))).toBe('plan/empty-text')
    expect((await only(core)).text).toBe(text)
  })
})

describe('when nothing can be placed', () => {
  test('without a licence the topping up waits and says so; what is at Telegram goes out; the rest is missed, not lost from sight', async () => {
    let licensed = true
    const core = await signedInMessaging({ mayCreate: () => licensed })
    await begun(core, daily)
    licensed = false
    await asleep(core, 33 * DAY)
    expect(await only(core)).toMatchObject({ state: 'active', waiting: 'license', atTelegram: 0, missed: 0 })
    expect(everything(core, '-1001' as ChatId)).toHaveLength(30)
    licensed = true
    await asleep(core, HOUR)
    expect(await only(core)).toMatchObject({ waiting: null, atTelegram: 30, missed: 3 })
  })

  test('a removed account is waited for, and what it had not placed yet is placed when it is back, once', async () => {
    const core = await signedInMessaging()
    await confirm(core, repeating(core.accountId, daily))
    await core.time.advance(8000)
    await core.handlers['accounts.remove']({ accountId: core.accountId })
    expect(await only(core)).toMatchObject({ state: 'active', waiting: 'account' })
    await asleep(core, HOUR)
    await signIn(core, 1)
    await core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
    await asleep(core, HOUR)
    expect(queued(core, '-1001' as ChatId)).toHaveLength(30)
    expect(new Set(queued(core, '-1001' as ChatId)).size).toBe(30)
  })

  test('a chat one may no longer write in is passed over, and the others go on', async () => {
    const core = await signedInMessaging()
    await begun(core, daily, { chatIds: CHATS })
    core.dc.setDialogs([
      fakeChannel('1', 'Annonces', { admin: false, canPost: false }),
      fakeChannel('2', 'Entraide'),
    ])
    await core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
    await asleep(core, 3 * DAY)
    expect(everything(core, '-1001' as ChatId)).toHaveLength(30)
    expect(everything(core, '-1002' as ChatId)).toHaveLength(33)
  })
})

/** A database whose life ends at the `lifetime`-th step, once it is armed: before or after a commit, or at a write of `steps`. */
function mortal(database: Database, lifetime: number, steps?: RegExp) {
  class PowerCut extends Error {}
  let left = lifetime
  let armed = false
  const step = (): void => {
    if (armed && --left <= 0) throw new PowerCut()
  }
  const doomed: Database = {
    ...database,
    run: (sql, ...params) => {
      if (steps?.test(sql)) step()
      return database.run(sql, ...params)
    },
    transaction: work => {
      step()
      const result = database.transaction(work)
      step()
      return result
    },
  }
  const arm = (): void => {
    armed = true
  }
  return { database: doomed, arm, survived: () => left > 0 }
}

test('wherever the power is cut while a series is topped up, no date of a chat is placed twice and none is lost', async () => {
  let survived = false
  for (let lifetime = 1; !survived; lifetime++) {
    const time = fakeTime()
    const database = memoryDatabase()
    const folder = tempFolder()
    const first = await signedInMessaging({ time, database, folder })
    const { dc, accountId } = first
    await confirm(
      first,
      repeating(accountId, { ...daily, frequency: { unit: 'day', every: 16 } }, { chatIds: CHATS }),
    )
    await time.advance(15_000)
    await first.stop()
    time.setWall(time.clock.now() + 9 * DAY)
    dc.publishDue()

    const life = mortal(database, lifetime, /\b(series|occurrence|plan|INTO delivery)\b/)
    life.arm()
    const doomed = createMessaging(dc, { time, database: life.database, folder, seed: `doomed ${lifetime}` })
    await doomed.start().catch(() => undefined)
    await time.advance(6000).catch(() => undefined)
    dc.dropAll()
    survived = life.survived()
    await doomed.stop().catch(() => undefined)
    await settle()

    const last = createMessaging(dc, { time, database, folder, seed: `last ${lifetime}` })
    await last.start()
    await time.advance(60_000)
    const pairs = database
      .all('SELECT chat_id, at FROM delivery')
      .map(row => `${row['chat_id']} ${row['at']}`)
    expect(new Set(pairs).size).toBe(pairs.length)
    for (const chatId of CHATS) {
      const days = everything({ dc }, chatId).map(at => new Date(at * 1000).toISOString().slice(0, 10))
      expect(days).toEqual(['2027-01-05', '2027-01-21', '2027-02-06'])
    }
    await last.stop()
  }
}, 60_000)

const rare: Recurrence = { ...daily, frequency: { unit: 'day', every: 16 } }

test.each([
  ['another text', { text: 'Autre' }],
  ['another hour and another text', { text: 'Autre', rule: { ...rare, time: '18:30' } }],
] as const)(
  'wherever the power is cut while a series is given %s, it is wholly changed or wholly as before, and each date is there once',
  async (_, change) => {
    const outcomes = new Set<string>()
    let survived = false
    for (let lifetime = 1; !survived; lifetime++) {
      const parts = { time: fakeTime(), database: memoryDatabase(), folder: tempFolder() }
      const first = await signedInMessaging(parts)
      const { dc } = first
      await confirm(first, repeating(first.accountId, rare))
      await parts.time.advance(15_000)
      const { id } = await only(first)
      const before = dc.channel('1').scheduled.length
      await first.stop()

      const life = mortal(parts.database, lifetime)
      const doomed = createMessaging(dc, { ...parts, database: life.database, seed: `doomed ${lifetime}` })
      await doomed.start()
      await parts.time.advance(10_000)
      life.arm()
      const given = { id, entities: [], scheduled: true, ...change }
      await Promise.resolve(doomed.handlers['series.edit'](given)).catch(() => undefined)
      dc.dropAll()
      survived = life.survived()
      await doomed.stop().catch(() => undefined)
      await settle()

      const last = createMessaging(dc, { ...parts, seed: `last ${lifetime}` })
      await last.start()
      await parts.time.advance(60_000)
      const { text, rule } = await only(last)
      outcomes.add(`${text} ${rule.time}`)
      const queue = dc.channel('1').scheduled
      expect(new Set(queue.map(one => one.text))).toEqual(new Set([text]))
      expect(new Set(queue.map(({ at }) => at)).size).toBe(before)
      const hour = rule.time === '09:00' ? '08:00' : '17:30'
      expect(queued({ dc }, CHATS[0]!).every(at => at.endsWith(`T${hour}`))).toBe(true)
      expect(queue).toHaveLength(before)
      await last.stop()
    }
    expect([...outcomes]).toEqual([`Bonjour à tous 09:00`, `Autre ${'rule' in change ? '18:30' : '09:00'}`])
  },
  60_000,
)

test('given another hour and other chats, a series takes back what was placed and places it anew, each date once', async () => {
  const core = await signedInMessaging()
  const { id, text } = await begun(core, weekly)
  const before = queued(core, CHATS[0]!).length
  const change = { id, text, entities: [], scheduled: false }
  const answer = await core.handlers['series.edit']({
    ...change,
    rule: { ...weekly, time: '18:30' },
    chatIds: [CHATS[1]!],
  })
  expect(answer).toMatchObject({ done: before, failed: 0, series: { rule: { time: '18:30' } } })
  await core.time.advance(MINUTES)
  expect(queued(core, CHATS[0]!)).toEqual([])
  const moved = queued(core, CHATS[1]!)
  expect(moved).toHaveLength(before)
  expect(moved.every(at => at.endsWith('T17:30'))).toBe(true)
  expect((await only(core)).missed).toBe(0)
})

describe('another rule', () => {
  const late: Recurrence = { ...weekly, time: '18:30' }
  const edit = (core: Core, { id, entities }: SeriesView, over: object) =>
    core.handlers['series.edit']({ id, text: 'Autre', entities, scheduled: true, ...over })

  test.each([
    ['a zone that does not exist', { timeZone: 'Europe/Atlantis' }, 'plan/zone-unknown'],
    ['a chat that is not known', { chatIds: ['-1009'] }, 'chat/unknown'],
    [
      'a rule that has come to its end',
      { rule: { ...late, from: '2020-01-01', end: { kind: 'count', count: 1 } } },
      'plan/no-date',
    ],
  ])('with %s is refused before anything changes, the text included', async (_, over, code) => {
    const core = await signedInMessaging()
    const before = await begun(core, weekly)
    const placed = queued(core, CHATS[0]!)
    expect(await failureOf(() => edit(core, before, { rule: late, ...over }))).toBe(code)
    await core.time.advance(MINUTES)
    expect(await only(core)).toEqual(before)
    expect(queued(core, CHATS[0]!)).toEqual(placed)
    expect(core.dc.channel('1').scheduled.every(({ text }) => text === before.text)).toBe(true)
  })

  test('without a licence takes nothing back that could not be placed again', async () => {
    let licensed = true
    const core = await signedInMessaging({ mayCreate: () => licensed })
    const before = await begun(core, weekly)
    licensed = false
    const placed = queued(core, CHATS[0]!)
    expect(await failureOf(() => edit(core, before, { rule: late }))).toBe('license/required')
    expect(queued(core, CHATS[0]!)).toEqual(placed)
  })

  test('given while Telegram cannot be reached replaces what is there as soon as it can, each date once', async () => {
    const core = await signedInMessaging()
    const before = await begun(core, weekly)
    const placed = queued(core, CHATS[0]!).length
    core.dc.setDown(true)
    await core.time.advance(MINUTES)
    expect(await edit(core, before, { rule: late })).toMatchObject({ done: 0, failed: placed })
    core.dc.setDown(false)
    await core.time.advance(HOUR + MINUTES)
    await asleep(core, HOUR)
    const there = queued(core, CHATS[0]!)
    expect(there).toHaveLength(placed)
    expect(there.every(at => at.endsWith('T17:30'))).toBe(true)
    expect(core.dc.channel('1').scheduled.every(({ text }) => text === 'Autre')).toBe(true)
  })
})

import { describe, expect, test } from 'vitest'
import type { ChatId, DeliveryId, DeliveryView, PlanDraft } from '../../contract/index.ts'
import { classify } from '../telegram/errors.ts'
import {
  confirm,
  createMessaging,
  draftOf,
  signedInMessaging,
  type Messaging,
} from '../telegram/testing/messaging-core.ts'
import { fakeTime, memoryDatabase, tempFolder } from '../testing/index.ts'

const AT = Date.parse('2027-01-05T08:00:00Z')
const SECOND = 1000

type Core = Awaited<ReturnType<typeof signedInMessaging>>

const all = async (core: Pick<Messaging, 'handlers'>): Promise<readonly DeliveryView[]> =>
  (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 500 })).items
const only = async (core: Pick<Messaging, 'handlers'>): Promise<DeliveryView> => (await all(core))[0]!
const calls = (core: Core, method: string): number =>
  core.dc.calls.filter(call => call.method === method).length

/** One message placed at Telegram, silent and without link preview. */
async function placed(over: Partial<PlanDraft> = {}, parts: Parameters<typeof signedInMessaging>[0] = {}) {
  const core = await signedInMessaging(parts)
  await confirm(core, draftOf(core.accountId, { silent: true, linkPreview: false, ...over }))
  await core.time.advance(10 * SECOND)
  return { ...core, id: (await only(core)).id, queue: core.dc.channel('1').scheduled }
}

const edit = (core: Core, ids: DeliveryId[], text: string) =>
  core.handlers['deliveries.edit']({
    ids,
    text,
    entities: [{ type: 'bold', offset: 0, length: 3 }],
  })

describe('editing in place', () => {
  test('A6: an edit keeps the number, the date, the silence and the link preview, and changes text and formatting', async () => {
    const core = await placed()
    const before = core.queue[0]!
    await edit(core, [core.id], 'Nouveau texte \n')
    await core.time.advance(10 * SECOND)
    expect(core.queue).toEqual([
      { ...before, text: 'Nouveau texte', entities: [{ type: 'bold', offset: 0, length: 3 }] },
    ])
    expect(before).toMatchObject({ silent: true, noWebpage: true })
    expect(await only(core)).toMatchObject({ state: 'scheduled', text: 'Nouveau texte', pending: null })
    expect(calls(core, 'schedule')).toBe(1)
    expect(calls(core, 'deleteScheduled')).toBe(0)
  })

  test('A6: a refused edit leaves the old message, here and at Telegram, and says why', async () => {
    const core = await placed()
    const before = [...core.queue]
    core.dc.fault({ method: 'editScheduled', does: classify('MESSAGE_TOO_LONG', 400) })
    await edit(core, [core.id], 'Refusé')
    await core.time.advance(60 * SECOND)
    expect(core.queue).toEqual(before)
    expect(await only(core)).toMatchObject({
      state: 'scheduled',
      text: 'Bonjour à tous',
      pending: { kind: 'edit', error: 'telegram/text-too-long' },
    })
    await core.handlers['deliveries.undo']({ ids: [core.id] })
    expect((await only(core)).pending).toBeNull()
  })

  test('MESSAGE_NOT_MODIFIED is success', async () => {
    const core = await placed()
    core.dc.fault({ method: 'editScheduled', does: classify('MESSAGE_NOT_MODIFIED', 400) })
    await edit(core, [core.id], 'Pareil')
    await core.time.advance(10 * SECOND)
    expect(await only(core)).toMatchObject({ state: 'scheduled', text: 'Pareil', pending: null })
  })

  test.each(['drop-before', 'drop-after', 'late'] as const)(
    'an edit without an answer (%s) is found out by reading the queue, and is there once',
    async does => {
      const core = await placed()
      core.dc.fault({ method: 'editScheduled', does })
      await edit(core, [core.id], 'Au bout du compte')
      await core.time.advance(120 * SECOND)
      expect(core.queue.map(({ text, silent }) => [text, silent])).toEqual([['Au bout du compte', true]])
      expect(await only(core)).toMatchObject({ state: 'scheduled', text: 'Au bout du compte', pending: null })
    },
  )

  test('a flood during an edit pauses the account and loses nothing', async () => {
    const core = await placed()
    core.dc.fault({ method: 'editScheduled', does: classify('FLOOD_WAIT_40', 420) })
    await edit(core, [core.id], 'Plus tard')
    await core.time.advance(20 * SECOND)
    expect(core.queue[0]?.text).toBe('Bonjour à tous')
    expect((await only(core)).pending).toMatchObject({ kind: 'edit', error: null })
    await core.time.advance(60 * SECOND)
    expect(core.queue[0]?.text).toBe('Plus tard')
  })

  test('many edits keep the pace of the account', async () => {
    const core = await signedInMessaging()
    const dates = Array.from({ length: 5 }, (_, i) => `2027-01-1${i}T09:00`)
    await confirm(core, draftOf(core.accountId, { dates }))
    await core.time.advance(60 * SECOND)
    await edit(
      core,
      (await all(core)).map(({ id }) => id),
      'Tous',
    )
    await core.time.advance(60 * SECOND)
    const times = core.dc.calls.filter(({ method }) => method === 'editScheduled').map(({ at }) => at)
    expect(times).toHaveLength(5)
    times.slice(1).forEach((at, i) => expect(at - times[i]!).toBeGreaterThanOrEqual(3 * SECOND))
    expect(core.dc.channel('1').scheduled.every(({ text }) => text === 'Tous')).toBe(true)
  })

  test('what has not left yet is changed here and leaves once, as it is then', async () => {
    const core = await signedInMessaging()
    await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: true })
    await confirm(core, draftOf(core.accountId))
    const { id } = await only(core)
    await edit(core, [id], 'Corrigé à temps')
    await core.handlers['deliveries.move']({ items: [{ id, to: '2027-01-06T10:00' }] })
    expect(await only(core)).toMatchObject({ text: 'Corrigé à temps', at: '2027-01-06T09:00:00Z' })
    await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: false })
    await core.time.advance(10 * SECOND)
    expect(core.dc.channel('1').scheduled).toMatchObject([
      { text: 'Corrigé à temps', at: Date.parse('2027-01-06T09:00:00Z') / 1000 },
    ])
    expect(calls(core, 'editScheduled')).toBe(0)
  })

  test('an empty text and one that is too long are refused before anything happens', async () => {
    const core = await placed()
    expect(() => edit(core, [core.id], '  \n ')).toThrow('plan/empty-text')
    expect(() => edit(core, [core.id], 'é'.repeat(4097))).toThrow('plan/text-too-long')
  })
})

describe('moving', () => {
  const move = (core: Core, id: DeliveryId, to: string) =>
    core.handlers['deliveries.move']({ items: [{ id, to }] })

  test('a wall-clock time is of the message’s own zone, across the change of its clocks', async () => {
    const core = await placed()
    const before = core.queue[0]!
    await move(core, core.id, '2027-07-14T09:00')
    await core.time.advance(10 * SECOND)
    expect(core.queue).toEqual([{ ...before, at: Date.parse('2027-07-14T07:00:00Z') / 1000 }])
    expect(await only(core)).toMatchObject({ state: 'scheduled', at: '2027-07-14T07:00:00Z', pending: null })
  })

  test.each([
    ['2027-01-04T09:00', 'plan/date-past'],
    ['2027-01-04T09:00:40Z', 'plan/date-too-soon'],
    ['2028-03-01T09:00', 'plan/date-too-late'],
    ['2027-02-30T09:00', 'plan/date-invalid'],
  ] as const)('%s is refused as %s, as it would be in a plan', async (to, code) => {
    const core = await placed()
    expect(await move(core, core.id, to)).toMatchObject({ asked: [], failed: [{ id: core.id, code }] })
    expect((await only(core)).pending).toBeNull()
  })

  test('two messages moved to the same time of the same chat keep a second between them', async () => {
    const core = await placed({ dates: ['2027-01-05T09:00', '2027-01-05T10:00'] })
    const ids = (await all(core)).map(({ id }) => id)
    await core.handlers['deliveries.move']({ items: ids.map(id => ({ id, to: '2027-01-08T09:00' })) })
    await core.time.advance(20 * SECOND)
    const first = Date.parse('2027-01-08T08:00:00Z') / 1000
    expect(core.queue.map(({ at }) => at).sort()).toEqual([first, first + 1])
  })

  test.each(['drop-before', 'drop-after', 'late'] as const)(
    'a move without an answer (%s), whose program was away until after the new date, is still found published',
    async does => {
      const parts = { time: fakeTime(), database: memoryDatabase(), folder: tempFolder() }
      const core = await placed({}, parts)
      core.dc.fault({ method: 'editScheduled', does })
      await move(core, core.id, '2027-01-04T12:00')
      await core.time.advance(0)
      await core.stop()
      await core.time.advance(26 * 3600 * SECOND)
      const again = createMessaging(core.dc, parts)
      await again.start()
      await core.time.advance(120 * SECOND)
      const { published } = core.dc.channel('1')
      expect(published).toHaveLength(1)
      const view = await only(again)
      expect(view).toMatchObject({ state: 'published', link: `https://t.me/c/1/${published[0]!.id}` })
      if (does === 'drop-after') expect(view).toMatchObject({ at: '2027-01-04T11:00:00Z', pending: null })
      await again.stop()
    },
  )

  test('undone by moving it back to the instant where it was', async () => {
    const core = await placed()
    const { at } = await only(core)
    await move(core, core.id, '2027-01-09T09:00')
    await core.time.advance(10 * SECOND)
    await move(core, core.id, at)
    await core.time.advance(10 * SECOND)
    expect(core.queue[0]?.at).toBe(AT / 1000)
    expect((await only(core)).at).toBe(at)
  })

  test('a text and then a date, both before the first has left, are both carried out', async () => {
    const core = await placed()
    await edit(core, [core.id], 'Les deux')
    await move(core, core.id, '2027-01-09T09:00')
    await core.time.advance(30 * SECOND)
    expect(core.queue).toMatchObject([{ text: 'Les deux', at: Date.parse('2027-01-09T08:00:00Z') / 1000 }])
    expect(await only(core)).toMatchObject({ text: 'Les deux', at: '2027-01-09T08:00:00Z' })
  })
})

describe('sending at once', () => {
  test('held for a moment, then published by Telegram, with its link', async () => {
    const core = await placed()
    const { until } = await core.handlers['deliveries.sendNow']({ ids: [core.id] })
    expect(until).not.toBeNull()
    await core.time.advance(6 * SECOND)
    expect(core.queue).toHaveLength(1)
    await core.time.advance(20 * SECOND)
    expect(core.queue).toHaveLength(0)
    expect(core.dc.channel('1').published).toHaveLength(1)
    expect(await only(core)).toMatchObject({
      state: 'published',
      pending: null,
      link: 'https://t.me/c/1/1',
    })
  })

  test('taken back in time, nothing happens', async () => {
    const core = await placed()
    await core.handlers['deliveries.sendNow']({ ids: [core.id] })
    await core.time.advance(4 * SECOND)
    expect(await core.handlers['deliveries.undo']({ ids: [core.id] })).toEqual({ undone: [core.id] })
    await core.time.advance(60 * SECOND)
    expect(core.queue).toHaveLength(1)
    expect(calls(core, 'sendScheduledNow')).toBe(0)
  })

  test.each(['drop-before', 'drop-after', 'late'] as const)(
    'without an answer (%s) it is published exactly once',
    async does => {
      const core = await placed()
      core.dc.fault({ method: 'sendScheduledNow', does })
      await core.handlers['deliveries.sendNow']({ ids: [core.id] })
      await core.time.advance(180 * SECOND)
      expect(core.queue).toHaveLength(0)
      expect(core.dc.channel('1').published).toHaveLength(1)
      expect(await only(core)).toMatchObject({ state: 'published', pending: null })
    },
  )

  test('what is not at Telegram yet says so', async () => {
    const core = await signedInMessaging()
    await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: true })
    await confirm(core, draftOf(core.accountId))
    const { id } = await only(core)
    expect(await core.handlers['deliveries.sendNow']({ ids: [id] })).toMatchObject({
      failed: [{ id, code: 'delivery/not-placed-yet' }],
    })
  })
})

describe('cancelling with a moment to think', () => {
  test('A5: what is removed is the scheduled message, never the published one with the same number', async () => {
    const core = await placed()
    const { published } = core.dc.channel('1')
    published.push({
      id: core.queue[0]!.id,
      at: 1,
      text: 'Ordinaire',
      entities: [],
      media: [],
      fromScheduled: false,
    })
    await core.handlers['deliveries.cancelSoon']({ ids: [core.id] })
    expect((await only(core)).pending).toMatchObject({ kind: 'cancel', error: null })
    await core.time.advance(20 * SECOND)
    expect(core.queue).toHaveLength(0)
    expect(published.map(({ text }) => text)).toEqual(['Ordinaire'])
    expect(await only(core)).toMatchObject({ state: 'cancelled', error: null, pending: null })
  })

  test('a message that has not left yet does not leave while it may still be taken back', async () => {
    const core = await signedInMessaging()
    await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: true })
    await confirm(core, draftOf(core.accountId))
    const { id } = await only(core)
    await core.handlers['deliveries.cancelSoon']({ ids: [id] })
    await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: false })
    await core.time.advance(6 * SECOND)
    expect(core.dc.channel('1').scheduled).toHaveLength(0)
    await core.time.advance(20 * SECOND)
    expect((await only(core)).state).toBe('cancelled')
    expect(calls(core, 'schedule')).toBe(0)
  })

  test('a program that dies in that moment cancels nothing', async () => {
    const parts = { time: fakeTime(), database: memoryDatabase(), folder: tempFolder() }
    const core = await placed({}, parts)
    await core.handlers['deliveries.cancelSoon']({ ids: [core.id] })
    const row = parts.database.get('SELECT * FROM wish')!
    expect(row['stage']).toBe('held')
    await core.stop()
    // As the power cut would have left it: nobody had the time to let it go.
    parts.database.run(`UPDATE wish SET stage = 'held', not_before = ?`, row['not_before']!)
    const again = createMessaging(core.dc, parts)
    await again.start()
    await core.time.advance(60 * SECOND)
    expect(await only(again)).toMatchObject({ state: 'scheduled', pending: null })
    expect(core.queue).toHaveLength(1)
    await again.stop()
  })

  test('closed in good order before the moment is over, it is cancelled at the next start', async () => {
    const parts = { time: fakeTime(), database: memoryDatabase(), folder: tempFolder() }
    const core = await placed({}, parts)
    await core.handlers['deliveries.cancelSoon']({ ids: [core.id] })
    await core.stop()
    const again = createMessaging(core.dc, parts)
    await again.start()
    await core.time.advance(30 * SECOND)
    expect(core.queue).toHaveLength(0)
    expect((await only(again)).state).toBe('cancelled')
    await again.stop()
  })

  test('each id answers for itself', async () => {
    const core = await placed()
    const unknown = 'jamais-vu' as DeliveryId
    expect(await core.handlers['deliveries.cancelSoon']({ ids: [core.id, unknown] })).toMatchObject({
      asked: [core.id],
      failed: [{ id: unknown, code: 'delivery/unknown' }],
    })
    await core.time.advance(20 * SECOND)
    expect(
      await core.handlers['deliveries.move']({ items: [{ id: core.id, to: '2027-01-09T09:00' }] }),
    ).toMatchObject({
      failed: [{ id: core.id, code: 'delivery/not-changeable' }],
    })
  })
})

describe('changed on another device', () => {
  const drifted = async () => {
    const core = await placed()
    core.queue[0] = { ...core.queue[0]!, text: 'Changé ailleurs', at: AT / 1000 + 600 }
    await core.handlers['deliveries.reconcile']({ accountId: core.accountId })
    await core.time.advance(5 * SECOND)
    return core
  }

  test('what differs is shown', async () => {
    expect(await only(await drifted())).toMatchObject({
      state: 'drifted',
      text: 'Bonjour à tous',
      at: '2027-01-05T08:00:00Z',
      drift: { text: 'Changé ailleurs', at: '2027-01-05T08:10:00Z', local: '2027-01-05T09:10:00' },
    })
  })

  test('accepted, ours becomes theirs and nothing is asked of Telegram', async () => {
    const core = await drifted()
    await core.handlers['deliveries.resolve']({ ids: [core.id], keep: 'theirs' })
    await core.handlers['deliveries.reconcile']({ accountId: core.accountId })
    await core.time.advance(10 * SECOND)
    expect(await only(core)).toMatchObject({
      state: 'scheduled',
      text: 'Changé ailleurs',
      at: '2027-01-05T08:10:00Z',
      drift: null,
    })
    expect(calls(core, 'editScheduled')).toBe(0)
  })

  test('kept, theirs becomes ours again, silence included', async () => {
    const core = await drifted()
    await core.handlers['deliveries.resolve']({ ids: [core.id], keep: 'mine' })
    await core.time.advance(10 * SECOND)
    expect(core.queue).toMatchObject([{ text: 'Bonjour à tous', at: AT / 1000, silent: true }])
    expect(await only(core)).toMatchObject({ state: 'scheduled', drift: null, pending: null })
  })

  test('removed on another device is told apart from cancelled here', async () => {
    const core = await placed()
    core.queue.length = 0
    await core.handlers['deliveries.reconcile']({ accountId: core.accountId })
    await core.time.advance(10 * SECOND)
    expect(await only(core)).toMatchObject({ state: 'cancelled', error: 'delivery/removed-elsewhere' })
  })

  test('what is not ours is listed when asked for, with one request, and counted', async () => {
    const core = await placed()
    core.queue.push({ id: 77, at: AT / 1000 + 60, text: 'Pas de nous', entities: [], media: ['photo'] })
    const before = core.dc.calls.length
    const queue = await core.handlers['deliveries.queue']({
      accountId: core.accountId,
      chatId: '-1001' as ChatId,
    })
    expect(queue).toMatchObject({ ours: 1, limit: 100, others: [{ text: 'Pas de nous', media: true }] })
    expect(core.dc.calls.length - before).toBe(1)
    expect(core.delivery.othersIn(core.accountId, '-1001' as ChatId)).toBe(1)
  })
})

describe('finding one’s way', () => {
  test('filters hold together, and a text is found whatever its accents, in bounded pages', async () => {
    const core = await placed({ chatIds: ['-1001', '-1002'] as ChatId[], text: 'Réunion d’été' })
    await confirm(core, draftOf(core.accountId, { dates: ['2027-02-01T09:00'], text: 'Autre chose' }))
    const list = (over: object) =>
      core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 100, ...over })
    expect(await list({ text: 'reunion' })).toMatchObject({ items: [{}, {}], total: null, next: null })
    expect((await list({ text: 'REUNION', chatId: '-1002' })).items).toHaveLength(1)
    expect((await list({ from: '2027-01-15T00:00:00Z' })).items).toMatchObject([{ text: 'Autre chose' }])
    expect((await list({ states: ['published'] })).items).toHaveLength(0)
    const first = await list({ text: 'reunion', limit: 1 })
    expect(first.items).toHaveLength(1)
    expect((await list({ text: 'reunion', limit: 1, cursor: first.next })).items[0]?.id).not.toBe(
      first.items[0]?.id,
    )
  })

  test('the calendar counts each day in the zone of whoever looks', async () => {
    const core = await placed({ dates: ['2027-01-05T23:30', '2027-01-06T00:30'] })
    const days = async (timeZone: string) =>
      (
        await core.handlers['deliveries.calendar']({
          from: '2027-01-01',
          to: '2027-01-31',
          timeZone,
          perDay: 1,
        })
      ).map(({ day, total, items }) => [day, total, items.length])
    expect(await days('Europe/Paris')).toEqual([
      ['2027-01-05', 1, 1],
      ['2027-01-06', 1, 1],
    ])
    expect(await days('America/New_York')).toEqual([['2027-01-05', 2, 1]])
  })
})

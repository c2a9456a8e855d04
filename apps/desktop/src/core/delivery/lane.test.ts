import { describe, expect, test } from 'vitest'
import type { ChatId, DeliveryId, DeliveryView, Progress } from '../../contract/index.ts'
import { classify } from '../telegram/errors.ts'
import { fakeChannel } from '../telegram/testing/fake-data-centre.ts'
import {
  confirm,
  createMessaging,
  draftOf,
  signedInMessaging,
  type Messaging,
} from '../telegram/testing/messaging-core.ts'
import { fakeTime, memoryDatabase, tempFolder } from '../testing/index.ts'

const HOUR = 3600_000
const AT = Date.parse('2027-01-05T08:00:00Z')
const CHATS = ['-1001', '-1002'] as ChatId[]
const flood = (seconds: number) => classify(`FLOOD_WAIT_${seconds}`, 420)

const all = async (core: Pick<Messaging, 'handlers'>): Promise<readonly DeliveryView[]> =>
  (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 500 })).items
const states = async (core: Pick<Messaging, 'handlers'>) => (await all(core)).map(({ state }) => state)
const sends = (core: { dc: { calls: readonly { method: string; at: number }[] } }): number[] =>
  core.dc.calls.filter(({ method }) => method === 'schedule').map(({ at }) => at)
const progress = async (core: Pick<Messaging, 'handlers'>): Promise<Progress> =>
  (await core.handlers['deliveries.progress']({}))[0]!

describe('placing', () => {
  test('A10: messages leave in the order of their dates, three seconds apart, twenty a minute at most', async () => {
    const core = await signedInMessaging()
    const dates = Array.from({ length: 25 }, (_, i) =>
      `2027-01-05T${String(9 + (i % 12)).padStart(2, '0')}:${i}0`.slice(0, 16),
    )
    await confirm(
      core,
      draftOf(core.accountId, {
        dates: dates.map((_, i) => `2027-01-${String(5 + i).padStart(2, '0')}T09:00`),
      }),
    )
    await core.time.advance(3 * 60_000)
    const times = sends(core)
    expect(times).toHaveLength(25)
    times.forEach((time, i) => {
      if (i > 0) expect(time - times[i - 1]!).toBeGreaterThanOrEqual(3000)
      if (i >= 20) expect(time - times[i - 20]!).toBeGreaterThanOrEqual(60_000)
    })
    const placed = core.dc.channel('1').scheduled.map(({ at }) => at)
    expect(placed).toEqual(placed.toSorted((a, b) => a - b))
  })

  test('a restart does not let the pace be exceeded', async () => {
    const time = fakeTime()
    const parts = { time, database: memoryDatabase(), folder: tempFolder() }
    const core = await signedInMessaging(parts)
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await time.advance(0)
    await core.stop()
    const again = createMessaging(core.dc, parts)
    await again.start()
    await time.advance(10_000)
    await again.stop()
    const [first, second] = sends(core)
    expect(second! - first!).toBeGreaterThanOrEqual(3000)
  })

  test('progress counts what reached Telegram since the queue was last empty, and starts again with new work', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await core.time.advance(1000)
    expect(await progress(core)).toMatchObject({ done: 1, failed: 0, total: 2, waiting: { reason: 'pace' } })
    await core.time.advance(5000)
    expect(await progress(core)).toMatchObject({ done: 2, failed: 0, total: 2, waiting: null })
    await confirm(core, draftOf(core.accountId, { dates: ['2027-01-06T09:00'] }))
    expect(await progress(core)).toMatchObject({ done: 0, total: 1 })
  })

  test('a paused account sends nothing until it is let go again', async () => {
    const core = await signedInMessaging()
    await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: true })
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(60_000)
    expect(sends(core)).toEqual([])
    expect((await progress(core)).waiting).toEqual({ reason: 'paused', until: null })
    await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: false })
    await core.time.advance(1000)
    expect(await states(core)).toEqual(['scheduled'])
  })

  test('what could not be placed before its date is missed, never sent late', async () => {
    const core = await signedInMessaging()
    core.dc.setDown(true)
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(24 * HOUR)
    core.dc.setDown(false)
    await core.time.advance(5 * 60_000)
    expect(await states(core)).toEqual(['missed'])
    expect(sends(core)).toEqual([])
  })
})

describe('when Telegram refuses', () => {
  test('a flood pauses the whole account for all of its time, visibly, across a restart', async () => {
    const time = fakeTime()
    const parts = { time, database: memoryDatabase(), folder: tempFolder() }
    const core = await signedInMessaging(parts)
    core.dc.fault({ method: 'schedule', does: flood(120) })
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await time.advance(60_000)
    expect(sends(core)).toHaveLength(1)
    const until = '2027-01-04T09:02:02Z'
    expect((await progress(core)).waiting).toEqual({ reason: 'telegram', until })
    expect(await core.handlers['accounts.list']({})).toMatchObject([{ health: 'paused', pausedUntil: until }])
    await core.stop()
    const again = createMessaging(core.dc, parts)
    await again.start()
    await time.advance(30_000)
    expect(sends(core)).toHaveLength(1)
    await time.advance(60_000)
    await again.stop()
    const [first, second] = sends(core)
    expect(second! - first!).toBeGreaterThanOrEqual(120_000)
    expect(core.dc.channel('1').scheduled).toHaveLength(1)
    expect(core.dc.channel('2').scheduled).toHaveLength(1)
  })

  test('slow mode pauses this chat alone', async () => {
    const core = await signedInMessaging()
    core.dc.fault({ method: 'schedule', does: classify('SLOWMODE_WAIT_60', 420) })
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await core.time.advance(10_000)
    expect(await states(core)).toEqual(['paused', 'scheduled'])
    await core.time.advance(60_000)
    expect(await states(core)).toEqual(['scheduled', 'scheduled'])
  })

  test('A8: a chat that refuses is skipped with its reason, the others go on, and it is not asked again for each date', async () => {
    const core = await signedInMessaging()
    core.dc.fault({ method: 'schedule', does: classify('CHAT_WRITE_FORBIDDEN', 403) })
    await confirm(
      core,
      draftOf(core.accountId, { chatIds: CHATS, dates: ['2027-01-05T09:00', '2027-01-06T09:00'] }),
    )
    await core.time.advance(30_000)
    expect(await states(core)).toEqual(['skipped', 'scheduled', 'skipped', 'scheduled'])
    expect((await all(core))[0]?.error).toBe('telegram/not-allowed-in-chat')
    expect(sends(core)).toHaveLength(3)
  })

  test('wrong content stops every message of the plan and no other plan', async () => {
    const core = await signedInMessaging()
    core.dc.fault({ method: 'schedule', does: classify('ENTITY_BOUNDS_INVALID', 400) })
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await confirm(core, draftOf(core.accountId, { text: 'Autre', dates: ['2027-01-06T09:00'] }))
    await core.time.advance(30_000)
    expect(await states(core)).toEqual(['failed', 'failed', 'scheduled'])
    expect(sends(core)).toHaveLength(2)
  })

  test('A8: an unheard-of refusal concerns its message alone; the third of a kind stops the lane for a person to look', async () => {
    const core = await signedInMessaging()
    const dates = [5, 6, 7, 8, 9].map(day => `2027-01-0${day}T09:00`)
    core.dc.fault({ method: 'schedule', does: classify('NEVER_SEEN', 400), times: 3 })
    await confirm(core, draftOf(core.accountId, { dates }))
    await core.time.advance(60_000)
    expect(await states(core)).toEqual(['skipped', 'skipped', 'skipped', 'queued', 'queued'])
    expect((await progress(core)).waiting?.reason).toBe('held')
    await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: false })
    await core.time.advance(60_000)
    expect(await states(core)).toEqual(['skipped', 'skipped', 'skipped', 'scheduled', 'scheduled'])
  })

  test('the third wait of a day stops the lane for a person to look, across a restart; resumed, it goes on', async () => {
    const time = fakeTime()
    const parts = { time, database: memoryDatabase(), folder: tempFolder() }
    const core = await signedInMessaging(parts)
    core.dc.fault({ method: 'schedule', does: flood(10), times: 3 })
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await time.advance(5 * 60_000)
    expect(sends(core)).toHaveLength(3)
    await core.stop()
    const again = createMessaging(core.dc, parts)
    await again.start()
    await time.advance(5 * 60_000)
    expect(sends(core)).toHaveLength(3)
    expect((await again.handlers['deliveries.progress']({}))[0]?.waiting).toEqual({
      reason: 'held',
      until: null,
    })
    await again.handlers['deliveries.pause']({ accountId: core.accountId, paused: false })
    await time.advance(5 * 60_000)
    await again.stop()
    expect(sends(core)).toHaveLength(5)
    expect(core.dc.channel('1').scheduled).toHaveLength(1)
    expect(core.dc.channel('2').scheduled).toHaveLength(1)
  })

  test('a restricted account sends nothing more, keeps its plan, and says so', async () => {
    const core = await signedInMessaging()
    core.dc.fault({ method: 'schedule', does: classify('PEER_FLOOD', 400) })
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await core.time.advance(HOUR)
    expect(sends(core)).toHaveLength(1)
    expect(await states(core)).toEqual(['queued', 'queued'])
    expect((await core.handlers['accounts.list']({}))[0]?.health).toBe('restricted')
  })

  test('banned from writing in three chats is a restriction of the account', async () => {
    const core = await signedInMessaging()
    core.dc.setDialogs([1, 2, 3, 4].map(n => fakeChannel(String(n), `Groupe ${n}`)))
    await core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
    core.dc.fault({ method: 'schedule', does: classify('USER_BANNED_IN_CHANNEL', 400), times: 9 })
    await confirm(
      core,
      draftOf(core.accountId, { chatIds: ['-1001', '-1002', '-1003', '-1004'] as ChatId[] }),
    )
    await core.time.advance(60_000)
    expect(await states(core)).toEqual(['skipped', 'skipped', 'skipped', 'queued'])
    expect((await core.handlers['accounts.list']({}))[0]?.health).toBe('restricted')
  })

  test('a session ended elsewhere keeps the plan, and signing in again carries on with it', async () => {
    const core = await signedInMessaging()
    core.dc.revoke()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(60_000)
    expect(await states(core)).toEqual(['queued'])
    expect((await core.handlers['accounts.list']({}))[0]?.health).toBe('signed-out')
    const code = await core.handlers['accounts.signIn']({ phone: '+33639980001' })
    if (code.step !== 'code') throw new Error('no code')
    const done = await core.handlers['accounts.submitCode']({ signInId: code.signInId, code: '12345' })
    expect(done).toMatchObject({ step: 'done', account: { id: core.accountId } })
    await core.time.advance(10_000)
    expect(await states(core)).toEqual(['scheduled'])
  })

  test('a chat whose address is stale is read again once', async () => {
    const core = await signedInMessaging()
    core.dc.fault({ method: 'schedule', does: classify('CHANNEL_INVALID', 400) })
    const before = core.dc.calls.filter(({ method }) => method === 'dialogs').length
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(30_000)
    expect(core.dc.calls.filter(({ method }) => method === 'dialogs')).toHaveLength(before + 1)
    expect(await states(core)).toEqual(['scheduled'])
  })
})

describe('when the answer is lost', () => {
  test.each(['drop-before', 'drop-after', 'late'] as const)(
    '%s: placed once, with the same random_id',
    async does => {
      const core = await signedInMessaging()
      core.dc.fault({ method: 'schedule', does })
      await confirm(core, draftOf(core.accountId))
      await core.time.advance(5 * 60_000)
      expect(core.dc.channel('1').scheduled).toHaveLength(1)
      expect(await states(core)).toEqual(['scheduled'])
    },
  )

  test('nothing new leaves before the unknown outcome was looked up', async () => {
    const core = await signedInMessaging()
    core.dc.fault({ method: 'schedule', does: 'drop-after' })
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await core.time.advance(5 * 60_000)
    const order = core.dc.calls
      .map(({ method }) => method)
      .filter(m => m === 'schedule' || m === 'scheduledHistory')
    expect(order.slice(0, 2)).toEqual(['schedule', 'scheduledHistory'])
    expect(order.filter(method => method === 'schedule')).toHaveLength(2)
  })

  test('A4: ended in the middle of a request, the next start finds what was placed and loses nothing', async () => {
    const time = fakeTime()
    const parts = { time, database: memoryDatabase(), folder: tempFolder() }
    const core = await signedInMessaging(parts)
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await time.advance(10_000)
    await core.stop()
    // As a power cut leaves it: one placed but not noted, one noted but never placed.
    parts.database.run(`UPDATE delivery SET state = 'sending', scheduled_id = NULL`)
    core.dc.channel('2').scheduled.length = 0
    const again = createMessaging(core.dc, parts)
    await again.start()
    await time.advance(60_000)
    expect(core.dc.channel('1').scheduled).toHaveLength(1)
    expect((await all(again))[0]?.state).toBe('scheduled')
    await again.stop()
  })
})

describe('what Telegram really has', () => {
  test('a publication is confirmed by the history soon after its date', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(10_000)
    await core.time.advance(AT - core.time.clock.now() + 20_000)
    expect(await states(core)).toEqual(['published'])
  })

  test('removed on another device before its date, a message is shown as cancelled', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(10_000)
    core.dc.channel('1').scheduled.length = 0
    core.dc.hint({ kind: 'scheduled-changed', chatId: '-1001' })
    await core.time.advance(5000)
    expect(await states(core)).toEqual(['cancelled'])
  })

  test('sent at once from another device, a message is published, not cancelled', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(10_000)
    const { scheduled, published } = core.dc.channel('1')
    const [sent] = scheduled.splice(0)
    const at = Math.floor(core.time.clock.now() / 1000)
    published.push({ id: 90, at, text: sent!.text, entities: [], media: [], fromScheduled: true })
    core.dc.hint({ kind: 'published', chatId: '-1001' })
    await core.time.advance(5000)
    expect(await states(core)).toEqual(['published'])
  })

  test('changed on another device, a message is shown as drifted, and followed to its publication', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(10_000)
    const { scheduled } = core.dc.channel('1')
    scheduled[0] = { ...scheduled[0]!, text: 'Changé', at: AT / 1000 + 3600 }
    await core.handlers['deliveries.reconcile']({ accountId: core.accountId })
    await core.time.advance(5000)
    expect(await states(core)).toEqual(['drifted'])
    await core.time.advance(AT + HOUR + 30_000 - core.time.clock.now())
    expect(await states(core)).toEqual(['published'])
  })

  test('a message neither in the queue nor in the history long after its date is missed', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(10_000)
    await core.time.advance(AT - 2000 - core.time.clock.now())
    core.dc.channel('1').scheduled.length = 0
    await core.time.advance(30 * 60_000)
    expect(await states(core)).toEqual(['missed'])
  })

  test('A12: looking costs one request per chat and a quarter of an hour, not one per conversation', async () => {
    const core = await signedInMessaging()
    core.dc.setDialogs(Array.from({ length: 90 }, (_, i) => fakeChannel(String(i + 1), `Groupe ${i}`)))
    await core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await core.time.advance(60_000)
    const before = core.dc.calls.length
    await core.time.advance(HOUR)
    expect(core.dc.calls.length - before).toBeLessThanOrEqual(2 * 4 + 2)
  })
})

describe('cancelling and retrying', () => {
  test('what is only here never leaves; what is at Telegram is removed there', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await core.time.advance(1000)
    const ids = (await all(core)).map(({ id }) => id)
    const answer = await core.handlers['deliveries.cancel']({ ids })
    expect(answer).toMatchObject({ failed: [] })
    expect(new Set(answer.cancelled)).toEqual(new Set(ids))
    await core.time.advance(60_000)
    expect(await states(core)).toEqual(['cancelled', 'cancelled'])
    expect(core.dc.channel('1').scheduled).toEqual([])
    expect(sends(core)).toHaveLength(1)
  })

  test('A5: published messages that share a number with a cancelled one stay', async () => {
    const core = await signedInMessaging()
    core.dc
      .channel('1')
      .published.push({ id: 1, at: 1, text: 'Important', entities: [], media: [], fromScheduled: false })
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(5000)
    expect(core.dc.channel('1').scheduled[0]?.id).toBe(1)
    await core.handlers['deliveries.cancel']({ ids: (await all(core)).map(({ id }) => id) })
    expect(core.dc.channel('1').published).toHaveLength(1)
  })

  test('each id answers for itself: published and unknown ones cannot be cancelled', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(5000)
    await core.time.advance(AT - core.time.clock.now() + 20_000)
    const [row] = await all(core)
    const unknown = 'nothing' as DeliveryId
    expect(await core.handlers['deliveries.cancel']({ ids: [row!.id, unknown] })).toEqual({
      cancelled: [],
      failed: [
        { id: unknown, code: 'delivery/unknown' },
        { id: row!.id, code: 'delivery/not-cancellable' },
      ],
    })
  })

  test('offline, what is at Telegram stays and the answer says why', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(5000)
    core.dc.setDown(true)
    await core.time.advance(1000)
    const ids = (await all(core)).map(({ id }) => id)
    expect((await core.handlers['deliveries.cancel']({ ids })).failed).toEqual([
      { id: ids[0], code: 'account/not-connected' },
    ])
    expect(await states(core)).toEqual(['scheduled'])
  })

  test('an unknown removal is found out, not guessed', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(5000)
    core.dc.fault({ method: 'deleteScheduled', does: 'drop-after' })
    const ids = (await all(core)).map(({ id }) => id)
    expect((await core.handlers['deliveries.cancel']({ ids })).failed).toEqual([
      { id: ids[0], code: 'telegram/timeout' },
    ])
    await core.time.advance(60_000)
    expect(await states(core)).toEqual(['cancelled'])
  })

  test('only what was refused is retried, and what was cancelled is not', async () => {
    const core = await signedInMessaging()
    core.dc.fault({ method: 'schedule', does: classify('CHAT_WRITE_FORBIDDEN', 403) })
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await core.time.advance(10_000)
    const rows = await all(core)
    const { queued } = await core.handlers['deliveries.retry']({ ids: rows.map(({ id }) => id) })
    expect(queued).toEqual([rows.find(({ state }) => state === 'skipped')!.id])
    await core.time.advance(10_000)
    expect(await states(core)).toEqual(['scheduled', 'scheduled'])
  })

  test('a disk that fills up while an answer is written loses nothing: the outcome is looked up', async () => {
    const whole = memoryDatabase()
    let full = false
    const database = {
      ...whole,
      run: (
        sql: string,
        ...params: Parameters<typeof whole.run> extends [string, ...infer P] ? P : never
      ) => {
        if (full && sql.startsWith('UPDATE delivery') && params[0] === 'scheduled')
          throw new Error('disk full')
        return whole.run(sql, ...params)
      },
    }
    const core = await signedInMessaging({ database })
    full = true
    await confirm(core, draftOf(core.accountId))
    await core.time.advance(5000)
    full = false
    await core.time.advance(60_000)
    expect(core.dc.channel('1').scheduled).toHaveLength(1)
    expect(await states(core)).toEqual(['scheduled'])
  })

  test('removing an account cancels what has not left and leaves to Telegram what it has', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId, { chatIds: CHATS }))
    await core.time.advance(1000)
    await core.handlers['accounts.remove']({ accountId: core.accountId })
    expect(await states(core)).toEqual(['scheduled', 'cancelled'])
    expect(core.dc.channel('1').scheduled).toHaveLength(1)
    expect(await core.handlers['deliveries.progress']({})).toEqual([])
  })
})

test('A3: 4,096 characters survive a restart to the last one', async () => {
  const time = fakeTime()
  const parts = { time, database: memoryDatabase(), folder: tempFolder() }
  const core = await signedInMessaging(parts)
  core.dc.setDown(true)
  const text = 'é🍓'.repeat(1365) + 'x'
  await confirm(core, draftOf(core.accountId, { text }))
  await core.stop()
  core.dc.setDown(false)
  const again = createMessaging(core.dc, parts)
  await again.start()
  await time.advance(60_000)
  await again.stop()
  expect(core.dc.channel('1').scheduled).toMatchObject([{ text }])
})

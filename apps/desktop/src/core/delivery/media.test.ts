import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ChatId, PlanDraft } from '../../contract/index.ts'
import { fakeTime, memoryDatabase, tempFolder } from '../testing/index.ts'
import { classify } from '../telegram/errors.ts'
import { fakeChannel } from '../telegram/testing/fake-data-centre.ts'
import {
  addFile,
  asMedia,
  confirm,
  createMessaging,
  draftOf,
  signedInMessaging,
} from '../telegram/testing/messaging-core.ts'

const CHATS = ['-1001', '-1002'] as ChatId[]

/** A PNG of 4 × 3 pixels as far as its header goes, and `size` bytes long. */
function picture(size = 1000, seed = 1): Uint8Array {
  const bytes = Buffer.alloc(size, seed)
  Buffer.from('89504e470d0a1a0a0000000d494844520000000400000003', 'hex').copy(bytes)
  return bytes
}

async function setUp(over: Parameters<typeof signedInMessaging>[0] = {}) {
  const folder = tempFolder()
  const core = await signedInMessaging({ folder, ...over })
  const draft = async (files: number, more: Partial<PlanDraft> = {}): Promise<PlanDraft> => {
    const media = []
    for (let n = 0; n < files; n++)
      media.push(asMedia(await addFile(core, `photo-${n}.png`, picture(1000, n + 1))))
    return draftOf(core.accountId, { media, ...more })
  }
  const queueOf = (id: string) => core.dc.channel(id).scheduled
  const ids = async () =>
    (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 100 })).items
  /** Until nothing is on its way any more: files are read from a real disk, in real time. */
  const placed = () =>
    vi.waitFor(
      async () => {
        await core.time.advance(5000)
        const open = (await ids()).filter(
          one => ['queued', 'sending', 'uncertain', 'paused'].includes(one.state) && !one.planPaused,
        )
        expect(open.filter(({ state }) => state !== 'scheduled')).toEqual([])
        expect((await ids()).filter(({ pending }) => pending !== null)).toEqual([])
      },
      { timeout: 4000, interval: 5 },
    )
  const states = async () =>
    (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 100 })).items.map(
      ({ state, error }) => error ?? state,
    )
  const callsOf = (name: string) => core.dc.calls.filter(({ method }) => method === name).length
  return { ...core, folder, draft, queueOf, placed, states, callsOf }
}

test('an album goes out as one message with its caption, and takes a place in the queue for each file', async () => {
  const core = await setUp()
  await confirm(core, await core.draft(3, { text: 'Trois photos' }))
  await core.placed()
  expect(core.queueOf('1')).toMatchObject([
    { text: 'Trois photos', media: ['photo', 'photo', 'photo'], parts: [1, 2, 3] },
  ])
  const { ours } = await core.handlers['deliveries.queue']({ accountId: core.accountId, chatId: CHATS[0]! })
  expect(ours).toBe(3)
})

test('a file is brought to Telegram once, for every chat and date that gets it', async () => {
  const core = await setUp()
  await confirm(
    core,
    await core.draft(1, { chatIds: CHATS, dates: ['2027-01-05T09:00', '2027-01-06T09:00'] }),
  )
  await core.placed()
  expect(core.queueOf('1')).toHaveLength(2)
  expect(core.queueOf('2')).toHaveLength(2)
  expect([core.callsOf('saveFilePart'), core.callsOf('makeMedia')]).toEqual([1, 1])
})

test('a file that Telegram knows no longer is brought again, and its message still goes out once', async () => {
  const core = await setUp()
  await confirm(core, await core.draft(2))
  await core.placed()
  core.dc.expireFiles()
  await confirm(core, await core.draft(2, { dates: ['2027-01-07T09:00'] }))
  await core.placed()
  expect(core.queueOf('1')).toHaveLength(2)
  expect(core.callsOf('makeMedia')).toBe(4)
})

test('A7: a file that cannot be sent fails its message; the text never goes out without it', async () => {
  const core = await setUp()
  core.dc.fault({ method: 'makeMedia', does: classify('IMAGE_PROCESS_FAILED', 400) })
  await confirm(core, await core.draft(1, { text: 'Avec la photo', chatIds: CHATS }))
  await core.placed()
  expect([...core.queueOf('1'), ...core.queueOf('2')]).toEqual([])
  expect(await core.states()).toEqual(['telegram/file-refused', 'telegram/file-refused'])
})

test('A7: a copy that was altered on disk fails its message and says so', async () => {
  const core = await setUp()
  const draft = await core.draft(1)
  const [file] = readdirSync(join(core.folder, 'media'))
  const path = join(core.folder, 'media', file!)
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
  await confirm(core, draft)
  await core.placed()
  expect(await core.states()).toEqual(['media/damaged'])
})

test('an album that slow mode refuses is skipped with its reason; other messages of the chat still go out', async () => {
  const core = await setUp()
  await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: true })
  core.dc.fault({ method: 'schedule', does: classify('SLOWMODE_MULTI_MSGS_DISABLED', 400) })
  await confirm(core, await core.draft(2))
  await confirm(core, draftOf(core.accountId, { dates: ['2027-01-06T09:00'] }))
  await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: false })
  await core.placed()
  expect(await core.states()).toEqual(['telegram/slow-mode-album', 'scheduled'])
})

test.each(['drop-before', 'drop-after', 'late'] as const)(
  'an album whose outcome is unknown (%s) is there exactly once, whole',
  async does => {
    const core = await setUp()
    core.dc.fault({ method: 'schedule', does })
    await confirm(core, await core.draft(2, { text: 'Deux' }))
    await core.placed()
    expect(core.queueOf('1')).toMatchObject([{ text: 'Deux', parts: [1, 2] }])
    expect(await core.states()).toEqual(['scheduled'])
    await core.handlers['deliveries.cancel']({
      ids: (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 9 })).items.map(
        ({ id }) => id,
      ),
    })
    expect(core.queueOf('1')).toEqual([])
  },
)

test('the parts of an upload go on after a lost connection, and from the beginning after a kill', async () => {
  const parts = { time: fakeTime(), database: memoryDatabase(), folder: tempFolder() }
  const core = await setUp(parts)
  const file = await addFile(core, 'film.mp4', Buffer.alloc(3 * 512 * 1024, 7))
  core.dc.fault({ method: 'saveFilePart', does: classify('RPC_CALL_FAIL', 500) })
  const draft = draftOf(core.accountId, { media: [asMedia(file, { kind: 'video' })] })
  await confirm(core, draft)
  await core.time.advance(100)
  await core.stop()
  const again = createMessaging(core.dc, { ...parts, seed: 'second life' })
  onTestFinished(() => again.stop())
  await again.start()
  await core.placed()
  expect(core.queueOf('1')).toMatchObject([{ media: ['video'] }])
})

test('A6: editing the caption or the date keeps the files, and publishing at once publishes all of them', async () => {
  const core = await setUp()
  await confirm(core, await core.draft(2, { text: 'Avant' }))
  await core.placed()
  const [one] = (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 9 })).items
  await core.handlers['deliveries.edit']({ ids: [one!.id], text: 'Après', entities: [] })
  await core.placed()
  expect(core.queueOf('1')).toMatchObject([{ text: 'Après', media: ['photo', 'photo'] }])
  await core.handlers['deliveries.sendNow']({ ids: [one!.id] })
  await core.placed()
  expect(core.queueOf('1')).toEqual([])
  expect(await core.states()).toEqual(['published'])
})

test('an album that lost a picture on another device is shown as changed', async () => {
  const core = await setUp()
  await confirm(core, await core.draft(3, { text: 'Trois' }))
  await core.placed()
  const queue = core.queueOf('1')
  queue[0] = { ...queue[0]!, id: 2, parts: [2, 3], media: ['photo', 'photo'] }
  await core.handlers['deliveries.reconcile']({ accountId: core.accountId })
  await core.time.advance(10_000)
  const [one] = (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 9 })).items
  expect(one).toMatchObject({ state: 'drifted', drift: { text: 'Trois', media: true } })
  const answer = await core.handlers['deliveries.resolve']({ ids: [one!.id], keep: 'mine' })
  expect(answer.failed).toEqual([{ id: one!.id, code: 'delivery/files-not-restorable' }])
  await core.time.advance(60_000)
  expect(core.callsOf('editScheduled')).toBe(0)
})

/** Another device puts `files` in the place of those of the one message of the first chat. */
async function replacedElsewhere(count: number, files: readonly (string | null)[], over = {}) {
  const core = await setUp(over)
  await confirm(core, await core.draft(count, { text: 'La photo' }))
  await core.placed()
  const queue = core.queueOf('1')
  const before = { ...queue[0]! }
  queue[0] = { ...before, files: before.files!.map((id, place) => files[place] ?? id) }
  await core.handlers['deliveries.reconcile']({ accountId: core.accountId })
  await core.time.advance(10_000)
  const one = async () =>
    (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 9 })).items[0]!
  const { id } = await one()
  const keep = (which: 'mine' | 'theirs') => core.handlers['deliveries.resolve']({ ids: [id], keep: which })
  return { ...core, queue, before, one, keep }
}

test('a picture that took the place of ours on another device is seen, and nothing else is called changed', async () => {
  const core = await replacedElsewhere(1, ['theirs'])
  expect(await core.one()).toMatchObject({ state: 'drifted', drift: { text: 'La photo', media: true } })
  const other = await replacedElsewhere(2, [])
  expect(await other.one()).toMatchObject({ state: 'scheduled', drift: null })
  other.queue[0] = { ...other.queue[0]!, text: 'Seulement le texte' }
  await other.handlers['deliveries.reconcile']({ accountId: other.accountId })
  await other.time.advance(10_000)
  expect(await other.one()).toMatchObject({ state: 'drifted', drift: { media: false } })
})

test('kept, our file is put back in place: same number, same silence, nothing placed again', async () => {
  const core = await replacedElsewhere(1, ['theirs'])
  await core.keep('mine')
  await core.placed()
  expect(core.queue).toEqual([core.before])
  expect([core.callsOf('schedule'), core.callsOf('deleteScheduled')]).toEqual([1, 0])
  expect(await core.one()).toMatchObject({ state: 'scheduled', drift: null, pending: null })
})

test('of an album the exchanged pictures alone are put back, one request each, in the pace', async () => {
  const core = await replacedElsewhere(4, [null, 'x', null, 'y'])
  await core.keep('mine')
  await core.placed()
  expect(core.queue).toEqual([core.before])
  const edits = core.dc.calls.filter(({ method }) => method === 'editScheduled').map(({ at }) => at)
  expect(edits).toHaveLength(2)
  edits.slice(1).forEach((at, n) => expect(at - edits[n]!).toBeGreaterThanOrEqual(3000))
})

test('accepted, theirs stays, is not shown as ours and cannot be put back later', async () => {
  const core = await replacedElsewhere(1, ['theirs'])
  await core.keep('theirs')
  await core.handlers['deliveries.reconcile']({ accountId: core.accountId })
  await core.time.advance(10_000)
  expect(await core.one()).toMatchObject({ state: 'scheduled', drift: null, media: [] })
  expect(core.callsOf('editScheduled')).toBe(0)
  core.queue[0] = { ...core.queue[0]!, files: ['another'] }
  await core.handlers['deliveries.reconcile']({ accountId: core.accountId })
  await core.time.advance(10_000)
  expect(await core.keep('mine')).toMatchObject({ failed: [{ code: 'delivery/files-not-restorable' }] })
})

test('a file that has gone stale is brought again before it is put back', async () => {
  const core = await replacedElsewhere(1, ['theirs'])
  core.dc.expireFiles()
  await core.keep('mine')
  await core.placed()
  expect(core.queue).toMatchObject([{ id: core.before.id, files: ['2'], text: 'La photo' }])
  expect(await core.one()).toMatchObject({ state: 'scheduled', drift: null })
})

test('a file whose way to Telegram breaks again and again is put back all the same', async () => {
  const core = await replacedElsewhere(1, ['theirs'])
  core.dc.expireFiles()
  core.dc.fault({ method: 'makeMedia', does: 'drop-before', times: 9 })
  await core.keep('mine')
  await core.placed()
  expect(core.queue).toMatchObject([{ id: core.before.id, files: ['2'] }])
})

test('a text that is written while files are put back goes with them', async () => {
  const core = await replacedElsewhere(3, ['x', 'y', 'z'])
  await core.keep('mine')
  await core.time.advance(2000)
  const { id } = await core.one()
  await core.handlers['deliveries.edit']({ ids: [id], text: 'Autre légende', entities: [] })
  await core.placed()
  expect(core.queue).toMatchObject([{ text: 'Autre légende', files: core.before.files }])
})

test.each(
  [0, 1, 2].flatMap(edit =>
    (['drop-before', 'drop-after', 'late'] as const).map(does => [edit, does] as const),
  ),
)(
  'ended while edit %i of an album is unanswered (%s): at the next start its files are put back, nothing twice',
  async (edit, does) => {
    const parts = { time: fakeTime(), database: memoryDatabase() }
    const core = await replacedElsewhere(3, ['x', 'y', 'z'], parts)
    await core.keep('mine')
    while (core.callsOf('editScheduled') < edit) await core.time.advance(500)
    core.dc.fault({ method: 'editScheduled', does })
    while (core.callsOf('editScheduled') <= edit) await core.time.advance(500)
    await core.stop()
    const again = createMessaging(core.dc, { ...parts, folder: core.folder })
    await again.start()
    onTestFinished(() => again.stop())
    await vi.waitFor(
      async () => {
        await again.time.advance(5000)
        const { items } = await again.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 9 })
        expect(items).toMatchObject([{ state: 'scheduled', drift: null, pending: null }])
      },
      { timeout: 4000, interval: 5 },
    )
    expect(core.queue).toEqual([core.before])
    expect(core.callsOf('schedule')).toBe(1)
  },
)

test('each chat gets the message in its own topic and from its own sender', async () => {
  const core = await setUp()
  core.dc.setDialogs([fakeChannel('1', 'Forum', { forum: true }), fakeChannel('2', 'Entraide')])
  const { accountId } = core
  const reading = core.handlers['targets.list']({ accountId, refresh: true })
  await core.time.advance(5000)
  await reading
  for (const chatId of CHATS) await core.handlers['targets.details']({ accountId, chatId })
  const places = [
    { chatId: CHATS[0]!, topicId: 1, sendAs: null },
    { chatId: CHATS[1]!, topicId: null, sendAs: '1001' as ChatId },
  ]
  const draft = draftOf(accountId, { chatIds: CHATS, places })
  const { items } = await core.handlers['plans.preview'](draft)
  expect(items.map(({ topic, sendAs }) => [topic, sendAs])).toEqual([
    ['Général', null],
    [null, 'Moi'],
  ])
  await confirm(core, draft)
  await core.placed()
  expect(core.queueOf('1')).toMatchObject([{ topicId: 1 }])
  expect(core.queueOf('2')).toMatchObject([{ sendAs: { kind: 'self' } }])
})

test('a paused plan gives Telegram nothing, other plans go on; resumed, it goes out; cancelled, nothing of it stays', async () => {
  const core = await setUp()
  await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: true })
  const draft = draftOf(core.accountId, { chatIds: CHATS })
  const { token } = await core.handlers['plans.preview'](draft)
  const { planId } = await core.handlers['plans.confirm']({ draft, token })
  await core.handlers['plans.pause']({ planId, paused: true })
  await core.handlers['deliveries.pause']({ accountId: core.accountId, paused: false })
  await confirm(core, draftOf(core.accountId, { text: 'Autre', dates: ['2027-01-09T09:00'] }))
  await core.placed()
  expect(core.queueOf('1').map(({ text }) => text)).not.toContain('Bonjour à tous')
  expect(core.queueOf('1').map(({ text }) => text)).toContain('Autre')
  expect(await core.handlers['plans.pause']({ planId, paused: false })).toMatchObject({
    paused: false,
    total: 2,
  })
  await core.placed()
  expect(core.queueOf('2')).toHaveLength(1)
  const { asked, failed } = await core.handlers['plans.cancel']({ planId })
  expect([asked.length, failed]).toEqual([2, []])
  await core.placed()
  expect(core.queueOf('2')).toEqual([])
  expect(core.queueOf('1').map(({ text }) => text)).toEqual(['Autre'])
})

test('an account is removed with what it has scheduled taken back, or not at all while that cannot be', async () => {
  const core = await setUp()
  const { accountId } = core
  await confirm(core, await core.draft(2))
  await core.placed()
  expect(await core.handlers['accounts.removal']({ accountId })).toEqual({
    atTelegram: 1,
    here: 0,
    series: 0,
  })
  core.dc.fault({ method: 'deleteScheduled', does: classify('RPC_CALL_FAIL', 500) })
  const removing = core.handlers['accounts.remove']({ accountId, scheduled: 'cancel' })
  await expect(removing).rejects.toMatchObject({ error: { code: 'account/not-all-cancelled' } })
  expect(core.accounts.ids()).toEqual([accountId])
  await core.handlers['accounts.remove']({ accountId, scheduled: 'cancel' })
  expect(core.accounts.ids()).toEqual([])
  expect(core.queueOf('1')).toEqual([])
})

import { expect, test } from 'vitest'
import type { ChatId, MediaId, PlanDraft, PlanMedia } from '../../contract/index.ts'
import { fakeChannel, fakeUser } from '../telegram/testing/fake-data-centre.ts'
import {
  addFile,
  asMedia,
  confirm,
  draftOf,
  signedInMessaging,
  signIn,
} from '../telegram/testing/messaging-core.ts'
import { albumLayout } from './album.ts'
import type { Facts } from './finding.ts'
import { aboutPlaces } from './media-findings.ts'

const CHAT = '-1001' as ChatId
const PNG = Buffer.from('89504e470d0a1a0a0000000d494844520000028000000168', 'hex')

async function setUp(channel: Parameters<typeof fakeChannel>[2] = {}) {
  const core = await signedInMessaging()
  core.dc.setDialogs([fakeChannel('1', 'Annonces', channel)])
  const reading = core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
  await core.time.advance(5000)
  await reading
  const photo = asMedia(await addFile(core, 'photo.png', PNG))
  const findings = async (over: Partial<PlanDraft>) =>
    (await core.handlers['plans.preview'](draftOf(core.accountId, over))).findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ code }) => code)
  return { ...core, photo, findings }
}

test('files are checked before anything leaves: kind, size, album, dimensions, presence', async () => {
  const { findings, photo } = await setUp({ mediaKinds: ['photo'] })
  expect(await findings({ media: [photo] })).toEqual([])
  expect(await findings({ media: [photo], text: '' })).toEqual([])
  const cases: [Partial<PlanMedia>, string][] = [
    [{ kind: 'video' }, 'telegram/kind-not-allowed-in-chat'],
    [{ size: 3e9, kind: 'document' }, 'telegram/premium-required'],
    [{ size: 5e9 }, 'media/too-large'],
    [{ width: 9000, height: 2000 }, 'media/photo-refused'],
    [{ id: '0'.repeat(32) as MediaId }, 'media/unknown'],
  ]
  for (const [over, code] of cases) expect(await findings({ media: [{ ...photo, ...over }] })).toContain(code)
  expect(await findings({ media: [photo, { ...photo, kind: 'document' }] })).toContain('plan/album-mixed')
})

test('a caption has its own limit, and a date with a file needs more time', async () => {
  const { findings, photo } = await setUp()
  const text = 'x'.repeat(1025)
  expect(await findings({ text })).toEqual([])
  expect(await findings({ text, media: [photo] })).toEqual(['plan/caption-too-long'])
})

test('closed topics, unknown senders and chats that want to be paid are told beforehand', async () => {
  const core = await setUp({ forum: true, admin: false, paidStars: 5 })
  await core.handlers['targets.details']({ accountId: core.accountId, chatId: CHAT })
  const at = (topicId: number | null, sendAs: ChatId | null) =>
    core.findings({ places: [{ chatId: CHAT, topicId, sendAs }] })
  expect(await at(7, null)).toEqual(['telegram/topic-gone', 'telegram/payment-required'])
  expect(await at(1, '-1009' as ChatId)).toContain('telegram/premium-required')
  expect(await at(1, '-555' as ChatId)).toContain('telegram/send-as-refused')
})

test('an album is kept out of a chat with slow mode, which takes one message at a time; one file is not', () => {
  const seconds: Record<string, number> = { '-1001': 30, '-1002': 0, '-1003': 10 }
  const said = (files: number) =>
    aboutPlaces({
      draft: {
        ...draftOf('a' as never, { chatIds: Object.keys(seconds) as ChatId[] }),
        media: Array.from({ length: files }, () => ({ kind: 'photo' })),
      },
      chat: (id: ChatId) => ({
        id,
        slowModeSeconds: seconds[id],
        mediaKinds: ['photo'],
        topics: [],
        sendAs: [],
      }),
    } as unknown as Facts)
  expect(said(2)).toEqual([
    {
      ...{ severity: 'blocker', code: 'telegram/slow-mode-album', params: { count: 2 } },
      chatIds: ['-1001', '-1003'],
    },
  ])
  expect([said(0), said(1)]).toEqual([[], []])
})

test('an album counts as many places as it has files, beside what others have scheduled', async () => {
  const core = await setUp()
  const queue = core.dc.channel('1').scheduled
  for (let n = 0; n < 95; n++)
    queue.push({ id: 500 + n, at: 1_900_000_000 + n, text: 'Autre', entities: [], media: [] })
  await core.handlers['deliveries.queue']({ accountId: core.accountId, chatId: CHAT })
  expect(await core.findings({})).toEqual(['finding/quota-nearly-full'])
  const media = Array.from({ length: 6 }, () => core.photo)
  expect(await core.findings({ media })).toContain('telegram/quota-of-chat')
})

test('the same text of the same account within a day is told, of another day not', async () => {
  const core = await setUp()
  await confirm(core, draftOf(core.accountId))
  expect(await core.findings({ dates: ['2027-01-05T18:00'] })).toEqual(['finding/duplicate-in-chat'])
  expect(await core.findings({ dates: ['2027-01-09T18:00'] })).toEqual([])
})

test('the same text twice within a day of one plan is told; every day at nine is not, whatever the clocks do', async () => {
  const { findings } = await setUp()
  expect(await findings({ dates: ['2027-01-05T09:00', '2027-01-05T18:00'] })).toEqual([
    'finding/duplicate-in-chat',
  ])
  expect(await findings({ dates: ['2027-03-27T09:00', '2027-03-28T09:00'] })).toEqual([])
  expect(await findings({ text: '{date} {heure}', dates: ['2027-01-05T09:00', '2027-01-05T18:00'] })).toEqual(
    [],
  )
})

test('the same text from two accounts of ours within a day is told, whichever of them comes second', async () => {
  const core = await setUp()
  core.dc.addUser(fakeUser(2))
  const second = await signIn(core, 2)
  await core.handlers['targets.list']({ accountId: second, refresh: true })
  await confirm(core, draftOf(core.accountId))
  const of = (over: Partial<PlanDraft>) => core.findings({ accountId: second, ...over })
  expect(await of({ dates: ['2027-01-05T18:00'] })).toEqual(['finding/duplicate-from-account'])
  expect(await of({ dates: ['2027-01-05T18:00'], text: 'Autre' })).toEqual([])
  expect(await of({ dates: ['2027-01-07T18:00'] })).toEqual([])
})

test('A15: a whole album of large pictures, shown as pictures, may be planned a year ahead', async () => {
  const { findings, photo } = await setUp()
  const large = { ...photo, size: 9.9 * 1024 * 1024 }
  const media = Array.from({ length: 10 }, () => large)
  expect(await findings({ media, dates: ['2028-01-04T09:00'] })).toEqual([])
  const film = { ...photo, kind: 'video' as const, name: 'film.mp4', mime: 'video/mp4', size: 1.9e9 }
  expect(await findings({ media: [film], dates: ['2028-01-04T09:00'] })).toEqual([])
  expect(await findings({ media: [{ ...film, size: 2.2e9 }] })).toEqual(['telegram/premium-required'])
})

test('A15: Premium, bought later, counts from the next reading of the chats: longer captions, larger files', async () => {
  const core = await setUp()
  const draft = {
    text: 'x'.repeat(2048),
    media: [{ ...core.photo, kind: 'document' as const, size: 3e9 }],
  }
  expect(await core.findings(draft)).toEqual(['plan/caption-too-long', 'telegram/premium-required'])
  const user = fakeUser(1)
  core.dc.addUser({ ...user, me: { ...user.me, premium: true } })
  await core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
  expect(await core.findings(draft)).toEqual([])
  expect(await core.findings({ ...draft, text: 'x'.repeat(2049) })).toEqual(['plan/caption-too-long'])
})

test('an album is laid out in rows that fill its width, and a list of files has no layout', async () => {
  const { photo } = await setUp()
  const layout = albumLayout([photo, { ...photo, width: 300, height: 600 }, photo, photo])
  const area = layout!.tiles.reduce((sum, { width, height }) => sum + width * height, 0)
  expect(area).toBeCloseTo(10_000)
  expect(layout!.tiles.every(({ x, width }) => x >= 0 && x + width <= 100.001)).toBe(true)
  expect(albumLayout([{ ...photo, kind: 'document' }])).toBeNull()
})

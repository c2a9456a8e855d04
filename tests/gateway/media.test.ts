import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { MediaSpec, SavedFile } from '../../apps/desktop/src/core/telegram/gateway.ts'
import type { TelegramConnection } from '../../apps/desktop/src/core/telegram/gateway.ts'
import { chatCalled, dataCentre, errorOf, message, signedIn, valueOf } from './support.ts'

const MARKET = 'Marché bio'
const PART = 512 * 1024
let lastId = 1000

const photo: MediaSpec = {
  ...{ kind: 'photo', mime: 'image/png', name: 'photo.png', width: 4, height: 3 },
  ...{ duration: null, spoiler: false },
}
const document: MediaSpec = { ...photo, kind: 'document', mime: 'application/pdf', name: 'plan.pdf' }

/** A PNG as far as the service looks, padded to `size`. */
function picture(size = 2000): Buffer {
  const header = Buffer.from('89504e470d0a1a0a0000000d4948445200000140000000f008020000000000000', 'hex')
  return Buffer.concat([header, deflateSync(Buffer.alloc(64)), Buffer.alloc(size)]).subarray(0, size)
}

async function upload(line: TelegramConnection, bytes: Buffer, name = 'photo.png'): Promise<SavedFile> {
  const file = {
    fileId: String((lastId += 1)),
    parts: Math.ceil(bytes.length / PART),
    big: bytes.length > 10 * 1024 * 1024,
  }
  for (let part = 0; part < file.parts; part++)
    valueOf(await line.saveFilePart({ ...file, part, bytes: bytes.subarray(part * PART, (part + 1) * PART) }))
  return { ...file, name }
}

const make = async (line: TelegramConnection, bytes: Buffer, spec: MediaSpec) =>
  valueOf(await line.makeMedia({ kind: 'self' }, await upload(line, bytes, spec.name), spec, null))

test('a file made once is sent as a photo with its caption to several chats', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const file = await make(line, picture(), photo)
  for (const [title, randomId] of [
    [MARKET, '1'],
    ['Voisins solidaires', '2'],
  ] as const) {
    const chat = await chatCalled(line, title)
    const media = [{ file, spoiler: true, randomId }]
    valueOf(await line.schedule(message(dc, chat, { text: 'Une photo', media, randomId })))
    expect(valueOf(await line.scheduledHistory(chat.peer))).toMatchObject([
      { text: 'Une photo', media: ['photo'] },
    ])
  }
})

test('an album is one message in the queue, its parts numbered; repeated random_ids place nothing twice', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const file = await make(line, picture(), photo)
  const media = ['5', '6', '7'].map(randomId => ({ file, spoiler: false, randomId }))
  const album = message(dc, chat, { text: 'Trois', media, randomId: '5' })
  const placed = valueOf(await line.schedule(album))
  expect(placed.parts).toHaveLength(3)
  expect(errorOf(await line.schedule(album)).reaction).toBe('DONE')
  const [seen, ...others] = valueOf(await line.scheduledHistory(chat.peer))
  expect(others).toEqual([])
  expect(seen).toMatchObject({
    id: placed.id,
    parts: placed.parts,
    text: 'Trois',
    media: ['photo', 'photo', 'photo'],
  })
  valueOf(await line.editScheduled(chat.peer, placed.id, { at: album.at + 3600 }))
  expect(valueOf(await line.scheduledHistory(chat.peer))).toMatchObject([
    { at: album.at + 3600, text: 'Trois', media: ['photo', 'photo', 'photo'] },
  ])
  valueOf(await line.sendScheduledNow(chat.peer, placed.parts ?? []))
  const now = Math.floor(dc.clock.now() / 1000)
  expect(valueOf(await line.publishedBetween(chat.peer, now - 60, now + 60))).toMatchObject([
    { text: 'Trois', media: ['photo', 'photo', 'photo'], fromScheduled: true },
  ])
})

test('a file of more than 10 MB arrives whole, as a document under its name', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const file = await make(line, Buffer.alloc(11 * 1024 * 1024 + 5, 3), document)
  valueOf(
    await line.schedule(
      message(dc, chat, { text: '', media: [{ file, spoiler: false, randomId: '9' }], randomId: '9' }),
    ),
  )
  expect(valueOf(await line.scheduledHistory(chat.peer))).toMatchObject([{ text: '', media: ['document'] }])
})

test('a file reference that has gone stale says that the file has to be made again', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const file = await make(line, picture(), photo)
  dc.world.expireFileReferences()
  const media = [{ file, spoiler: false, randomId: '11' }]
  expect(errorOf(await line.schedule(message(dc, chat, { media, randomId: '11' })))).toMatchObject({
    reaction: 'REFRESH',
    code: 'telegram/file-expired',
  })
})

test('a topic and another sender are told to Telegram', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const forum = await chatCalled(line, 'Jardin')
  const topic = valueOf(await line.topics(forum.peer)).find(({ id, closed }) => id !== 1 && !closed)
  valueOf(await line.schedule(message(dc, forum, { topicId: topic!.id })))
  expect(dc.calls.find(({ method }) => method === 'messages.sendMessage')?.request['reply_to']).toMatchObject(
    { top_msg_id: topic!.id },
  )
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { MediaId } from '../../contract/index.ts'
import {
  fakeTime,
  memoryDatabase,
  memoryLog,
  openSealer,
  seededRandom,
  tempFolder,
} from '../testing/index.ts'
import { createSealedRecords } from '../vault/index.ts'
import { createMedia } from './index.ts'
import { recognise } from './recognise.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d494844520000028000000168', 'hex')

function setUp(used = new Set<MediaId>()) {
  const [time, database, sealer, folder] = [fakeTime(), memoryDatabase(), openSealer(), tempFolder()]
  const { log } = memoryLog()
  const records = createSealedRecords(database, sealer, log)
  const random = seededRandom('media')
  const media = createMedia({
    ...{ database, sealer, records, folder, random, log },
    ...{ clock: time.clock, timers: time.timers, inUse: () => used },
  })
  const add = async (name: string, bytes: Buffer) => {
    const { intake } = await media.hostHandlers['media.begin']({ name, size: null })
    for (let from = 0; from < bytes.length; from += 700_001)
      await media.hostHandlers['media.write']({
        intake,
        bytes: Uint8Array.from(bytes.subarray(from, from + 700_001)),
      })
    return media.hostHandlers['media.end']({ intake })
  }
  return { time, folder, media, add, used }
}

test('a file comes back as it went in, piece by piece, and nothing of it is readable on disk', async () => {
  const { media, add, folder } = setUp()
  const bytes = Buffer.concat([PNG, Buffer.from('secret '.repeat(200_000))])
  const file = await add('../../photo.png', bytes)
  expect(file).toMatchObject({
    kind: 'photo',
    name: 'photo.png',
    size: bytes.length,
    width: 640,
    height: 360,
  })
  const pieces = await Promise.all([0, 1, 2].map(piece => media.piece(file.id, piece)))
  expect(Buffer.concat(pieces.map(piece => piece ?? Buffer.of())).equals(bytes)).toBe(true)
  for (const name of readdirSync(folder))
    expect(readFileSync(join(folder, name)).includes(Buffer.from('secret'))).toBe(false)
})

test('the same contents are one copy, whatever their name', async () => {
  const { add, folder } = setUp()
  const first = await add('a.png', PNG)
  const second = await add('b.png', PNG)
  expect([second.id, second.name]).toEqual([first.id, 'b.png'])
  expect(readdirSync(folder)).toHaveLength(1)
})

test('too large, empty and unknown are refused with their reason, and leave nothing behind', async () => {
  const { media, folder } = setUp()
  const begin = media.hostHandlers['media.begin']
  await expect(begin({ name: 'film.mp4', size: 5e9 })).rejects.toMatchObject({
    error: { code: 'media/too-large' },
  })
  const { intake } = await begin({ name: 'empty', size: null })
  await expect(media.hostHandlers['media.end']({ intake })).rejects.toMatchObject({
    error: { code: 'media/empty' },
  })
  await expect(media.hostHandlers['media.end']({ intake: 'gone' })).rejects.toMatchObject({
    error: { code: 'media/intake-over' },
  })
  expect(readdirSync(folder)).toEqual([])
})

test('what a message needs can neither be removed nor swept; the rest goes a day later', async () => {
  const { media, add, time, used, folder } = setUp()
  media.start()
  const kept = await add('kept.png', PNG)
  const loose = await add('loose.png', Buffer.concat([PNG, Buffer.of(1)]))
  used.add(kept.id)
  await expect(media.handlers['media.remove']({ id: kept.id })).rejects.toMatchObject({
    error: { code: 'media/in-use' },
  })
  await time.advance(26 * 3600_000)
  await expect.poll(() => readdirSync(folder).length).toBe(1)
  expect([media.file(kept.id)?.id, media.file(loose.id)]).toEqual([kept.id, null])
  await media.stop()
})

test('contents come before the name: what only calls itself a picture is a document', () => {
  const seen = (bytes: Buffer, name: string) => recognise(bytes, name, null)
  expect(seen(Buffer.from('<svg>'), 'photo.jpg')).toMatchObject({ kind: 'document' })
  expect(seen(Buffer.from('ffd8ffe000104a464946ffc0001108016802800301', 'hex'), 'x')).toBeDefined()
  expect(seen(Buffer.from('%PDF-1.7'), 'a.pdf')).toMatchObject({ mime: 'application/pdf' })
})

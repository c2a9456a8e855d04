import { createHash, randomBytes } from 'node:crypto'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import { describe, expect, it } from 'vitest'
import { CAMILLE, NASSIM } from '../index.ts'
import { refusal } from '../testing/gramjs-client.ts'
import { useLab } from '../testing/lab.ts'
import { greyPng } from '../world/png.ts'

const lab = useLab({ signedIn: true })
const KB = 1024

const newId = (): bigInt.BigInteger => bigInt(randomBytes(7).toString('hex'), 16)

const savePart = (fileId: bigInt.BigInteger, filePart: number, bytes: Buffer): Promise<boolean> =>
  lab.client.invoke(new Api.upload.SaveFilePart({ fileId, filePart, bytes }))

const upload = async (bytes: Buffer, partSize = 32 * KB, name = 'essai.bin'): Promise<Api.InputFile> => {
  const id = newId()
  const parts = Math.ceil(bytes.length / partSize)
  // From the last to the first, as parallel workers may do.
  for (let part = parts - 1; part >= 0; part -= 1) {
    await savePart(id, part, bytes.subarray(part * partSize, (part + 1) * partSize))
  }
  return new Api.InputFile({ id, parts, name, md5Checksum: createHash('md5').update(bytes).digest('hex') })
}

const uploadMedia = async (peer: Api.TypeInputPeer, media: Api.TypeInputMedia) =>
  lab.client.invoke(new Api.messages.UploadMedia({ peer, media }))

const photo = async (peer: Api.TypeInputPeer): Promise<Api.InputMediaPhoto> => {
  const media = new Api.InputMediaUploadedPhoto({ file: await upload(greyPng(), 32 * KB, 'p.png') })
  const made = (await uploadMedia(peer, media)) as Api.MessageMediaPhoto
  const { id, accessHash, fileReference } = made.photo as Api.Photo
  return new Api.InputMediaPhoto({ id: new Api.InputPhoto({ id, accessHash, fileReference }) })
}

const file = async (
  bytes: Buffer,
  mimeType: string,
  attributes: Api.TypeDocumentAttribute[],
): Promise<Api.InputMediaUploadedDocument> =>
  new Api.InputMediaUploadedDocument({ file: await upload(bytes), mimeType, attributes })

const named = (fileName: string) => new Api.DocumentAttributeFilename({ fileName })

type SendMedia = ConstructorParameters<typeof Api.messages.SendMedia>[0]

const sendMedia = (peer: Api.TypeInputPeer, media: Api.TypeInputMedia, options: Partial<SendMedia> = {}) =>
  lab.client.invoke(
    new Api.messages.SendMedia({ peer, media, message: '', randomId: lab.randomId(), ...options }),
  ) as Promise<Api.Updates>

const album = (
  peer: Api.TypeInputPeer,
  medias: Api.TypeInputMedia[],
  options: Partial<ConstructorParameters<typeof Api.messages.SendMultiMedia>[0]> = {},
) =>
  lab.client.invoke(
    new Api.messages.SendMultiMedia({
      peer,
      multiMedia: medias.map(
        (media, i) =>
          new Api.InputSingleMedia({ media, randomId: lab.randomId(), message: i === 0 ? 'légende' : '' }),
      ),
      scheduleDate: lab.now() + 3600,
      ...options,
    }),
  ) as Promise<Api.Updates>

const messagesIn = (answer: Api.Updates): Api.Message[] =>
  answer.updates.flatMap(one => ('message' in one && one.message instanceof Api.Message ? [one.message] : []))

describe('an upload', () => {
  it('comes back byte for byte, whatever the order of its parts', async () => {
    const peer = await lab.inputPeer('Quartier')
    const bytes = randomBytes(200 * KB + 77)
    const made = await uploadMedia(peer, await file(bytes, 'application/pdf', [named('plan.pdf')]))
    const document = (made as Api.MessageMediaDocument).document as Api.Document
    expect(document).toMatchObject({ mimeType: 'application/pdf', attributes: [{ fileName: 'plan.pdf' }] })
    expect(Number(document.size)).toBe(bytes.length)
    const { id, accessHash, fileReference } = document
    const location = new Api.InputDocumentFileLocation({ id, accessHash, fileReference, thumbSize: '' })
    const pieces: Buffer[] = []
    for (let offset = 0; offset < bytes.length; offset += 128 * KB) {
      const part = await lab.client.invoke(
        new Api.upload.GetFile({ location, offset: bigInt(offset), limit: 128 * KB }),
      )
      pieces.push(Buffer.from((part as Api.upload.File).bytes))
    }
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
    const wrong = new Api.upload.GetFile({ location, offset: bigInt(100), limit: 128 * KB })
    expect(await refusal(lab.client.invoke(wrong))).toBe('OFFSET_INVALID')
  })

  it('by big parts works as well', async () => {
    const [fileId, bytes] = [newId(), randomBytes(600 * KB)]
    for (const filePart of [1, 0]) {
      const part = bytes.subarray(filePart * 512 * KB, (filePart + 1) * 512 * KB)
      await lab.client.invoke(
        new Api.upload.SaveBigFilePart({ fileId, filePart, fileTotalParts: 2, bytes: part }),
      )
    }
    const media = new Api.InputMediaUploadedDocument({
      file: new Api.InputFileBig({ id: fileId, parts: 2, name: 'film.mp4' }),
      mimeType: 'video/mp4',
      attributes: [new Api.DocumentAttributeVideo({ duration: 3, w: 640, h: 360 })],
    })
    const made = (await uploadMedia(await lab.inputPeer('Quartier'), media)) as Api.MessageMediaDocument
    expect(made.video).toBe(true)
    expect(Number((made.document as Api.Document).size)).toBe(bytes.length)
  })

  it('is refused where a part is missing, empty, too big, of another size, or the checksum is wrong', async () => {
    const peer = await lab.inputPeer('Quartier')
    const use = (given: Api.TypeInputFile): Promise<string> =>
      refusal(
        uploadMedia(
          peer,
          new Api.InputMediaUploadedDocument({ file: given, mimeType: 'text/plain', attributes: [] }),
        ),
      )
    const inputFile = (id: bigInt.BigInteger, parts: number, md5Checksum = '') =>
      new Api.InputFile({ id, parts, name: 'x', md5Checksum })
    const id = newId()
    expect(await use(inputFile(id, 1))).toBe('FILE_PART_0_MISSING')
    await savePart(id, 0, Buffer.alloc(2 * KB))
    await savePart(id, 2, Buffer.alloc(KB))
    expect(await use(inputFile(id, 3))).toBe('FILE_PART_1_MISSING')
    await savePart(id, 1, Buffer.alloc(KB))
    expect(await use(inputFile(id, 3))).toBe('FILE_PART_SIZE_CHANGED')
    await savePart(id, 1, Buffer.alloc(KB + 1))
    expect(await use(inputFile(id, 3))).toBe('FILE_PART_SIZE_INVALID')
    expect(await use(inputFile(id, 8001))).toBe('FILE_PARTS_INVALID')
    await savePart(id, 1, Buffer.alloc(2 * KB))
    expect(await use(inputFile(id, 3, 'f'.repeat(32)))).toBe('MD5_CHECKSUM_INVALID')
    expect(await use(inputFile(id, 3))).toBe('no error')
    expect(await refusal(savePart(id, 0, Buffer.alloc(0)))).toBe('FILE_PART_EMPTY')
    expect(await refusal(savePart(id, 0, Buffer.alloc(512 * KB + 1)))).toBe('FILE_PART_TOO_BIG')
    expect(await refusal(savePart(id, 8000, Buffer.alloc(1)))).toBe('FILE_PART_INVALID')
  })

  it('a photo has to be an image of sensible sides; its real size is what is announced', async () => {
    const peer = await lab.inputPeer('Quartier')
    const asPhoto = async (bytes: Buffer) =>
      uploadMedia(peer, new Api.InputMediaUploadedPhoto({ file: await upload(bytes) }))
    expect(await refusal(asPhoto(randomBytes(5000)))).toBe('IMAGE_PROCESS_FAILED')
    expect(await refusal(asPhoto(greyPng(2100, 100)))).toBe('PHOTO_INVALID_DIMENSIONS')
    const made = (await asPhoto(greyPng(640, 480))) as Api.MessageMediaPhoto
    expect((made.photo as Api.Photo).sizes[0]).toMatchObject({ w: 640, h: 480, type: 'y' })
  })

  it('asked for twice gives the file twice, as after a lost answer', async () => {
    const peer = await lab.inputPeer('Quartier')
    const media = new Api.InputMediaUploadedPhoto({ file: await upload(greyPng()) })
    await uploadMedia(peer, media)
    expect(await refusal(uploadMedia(peer, media))).toBe('no error')
  })

  it('not used for hours is forgotten', async () => {
    const given = await upload(greyPng())
    lab.sandbox.world.expireUploads()
    const media = new Api.InputMediaUploadedPhoto({ file: given })
    expect(await refusal(uploadMedia(await lab.inputPeer('Quartier'), media))).toBe('FILE_PART_0_MISSING')
  })
})

describe('a photo or file', () => {
  it('is scheduled with its caption, spoiler and silence, and published with them', async () => {
    const peer = await lab.inputPeer('Voisins')
    const media = new Api.InputMediaUploadedPhoto({ file: await upload(greyPng()), spoiler: true })
    const [made] = messagesIn(
      await sendMedia(peer, media, { message: 'Affiche', silent: true, scheduleDate: lab.now() + 60 }),
    )
    expect(made).toMatchObject({ message: 'Affiche', silent: true, media: { spoiler: true } })
    lab.sandbox.clock.advanceWorld(61_000)
    const [published] = await lab.history(peer)
    expect(published).toMatchObject({ message: 'Affiche', fromScheduled: true, media: { spoiler: true } })
  })

  it('has a caption of 1,024 characters, four times as many with Premium', async () => {
    const peer = await lab.inputPeer('Quartier')
    const media = await photo(peer)
    const later = { scheduleDate: lab.now() + 3600 }
    expect(await refusal(sendMedia(peer, media, { message: 'é'.repeat(4096), ...later }))).toBe('no error')
    const tooLong = sendMedia(peer, media, { message: 'é'.repeat(4097), ...later })
    expect(await refusal(tooLong)).toBe('MEDIA_CAPTION_TOO_LONG')
    const chat = lab.chatNamed('Voisins')
    const photoOf = lab.sandbox.world.addPhoto()
    const say = (text: string) => () =>
      lab.sandbox.world.schedule(NASSIM, chat, { text, media: photoOf, date: lab.now() + 60 })
    expect(say('é'.repeat(1024))).not.toThrow()
    expect(say('é'.repeat(1025))).toThrow('MEDIA_CAPTION_TOO_LONG')
  })

  it('is refused by a chat that does not want its kind', async () => {
    const [peer, chat] = [await lab.inputPeer('Dons'), lab.chatNamed('Dons')]
    const later = { scheduleDate: lab.now() + 3600 }
    const picture = await photo(peer)
    const text = await file(Buffer.from('bonjour'), 'text/plain', [named('a.txt')])
    const video = await file(randomBytes(2000), 'video/mp4', [
      new Api.DocumentAttributeVideo({ duration: 1, w: 2, h: 2 }),
    ])
    const answers = async (
      ...defaultBanned: ('send_photos' | 'send_videos' | 'send_docs' | 'send_media')[]
    ) => {
      lab.sandbox.world.changeChat(chat, { defaultBanned })
      const all: string[] = []
      for (const media of [picture, video, text]) all.push(await refusal(sendMedia(peer, media, later)))
      return all
    }
    expect(await answers('send_photos')).toEqual(['CHAT_SEND_PHOTOS_FORBIDDEN', 'no error', 'no error'])
    expect(await answers('send_videos')).toEqual(['no error', 'CHAT_SEND_VIDEOS_FORBIDDEN', 'no error'])
    expect(await answers('send_docs')).toEqual(['no error', 'no error', 'CHAT_SEND_DOCS_FORBIDDEN'])
    expect(new Set(await answers('send_media'))).toEqual(new Set(['CHAT_SEND_MEDIA_FORBIDDEN']))
    lab.sandbox.world.changeChat(chat, { defaultBanned: [] })
  })

  it('with a stale file reference is refused, in an album with its place', async () => {
    const peer = await lab.inputPeer('Quartier')
    const [one, two] = [await photo(peer), await photo(peer)]
    lab.sandbox.world.expireFileReferences()
    const fresh = await photo(peer)
    const later = { scheduleDate: lab.now() + 3600 }
    expect(await refusal(sendMedia(peer, one, later))).toBe('FILE_REFERENCE_EXPIRED')
    expect(await refusal(album(peer, [fresh, two]))).toBe('FILE_REFERENCE_1_EXPIRED')
    const { id, accessHash } = fresh.id as Api.InputPhoto
    const empty = new Api.InputPhoto({ id, accessHash, fileReference: Buffer.alloc(0) })
    expect(await refusal(sendMedia(peer, new Api.InputMediaPhoto({ id: empty }), later))).toBe(
      'FILE_REFERENCE_EMPTY',
    )
  })
})

describe('an album', () => {
  it('is one group of messages, answered id by id, and published together', async () => {
    const peer = await lab.inputPeer('Agenda')
    const answer = await album(peer, [await photo(peer), await photo(peer), await photo(peer)])
    const made = messagesIn(answer)
    expect(answer.updates.filter(one => one instanceof Api.UpdateMessageID)).toHaveLength(3)
    expect(made.map(one => one.message)).toEqual(['légende', '', ''])
    expect(new Set(made.map(one => String(one.groupedId))).size).toBe(1)
    lab.sandbox.clock.advanceWorld(3601_000)
    const published = (await lab.history(peer)).slice(0, 3)
    expect(new Set(published.map(one => String(one.groupedId)))).toEqual(
      new Set([String(made[0]?.groupedId)]),
    )
    expect(published.map(one => one.message).reverse()).toEqual(['légende', '', ''])
  })

  it('takes two to ten items that were uploaded before, and no mix of files and photos', async () => {
    const peer = await lab.inputPeer('Agenda')
    const one = await photo(peer)
    expect(
      await refusal(
        album(
          peer,
          Array.from({ length: 11 }, () => one),
        ),
      ),
    ).toBe('MULTI_MEDIA_TOO_LONG')
    const raw = new Api.InputMediaUploadedPhoto({ file: await upload(greyPng()) })
    expect(await refusal(album(peer, [one, raw]))).toBe('MEDIA_INVALID')
    const document = (
      (await uploadMedia(peer, await file(Buffer.from('x'), 'text/plain', []))) as Api.MessageMediaDocument
    ).document as Api.Document
    const { id, accessHash, fileReference } = document
    const asInput = new Api.InputMediaDocument({
      id: new Api.InputDocument({ id, accessHash, fileReference }),
    })
    expect(await refusal(album(peer, [one, asInput]))).toBe('MEDIA_GROUPED_INVALID')
    const same = lab.randomId()
    const twice = [one, one].map(media => new Api.InputSingleMedia({ media, randomId: same, message: '' }))
    expect(await refusal(album(peer, [], { multiMedia: twice }))).toBe('RANDOM_ID_DUPLICATE')
  })

  it('of ten counts ten of the hundred, and is scheduled whole or not at all', async () => {
    const [peer, chat] = [await lab.inputPeer('Équipe'), lab.chatNamed('Équipe')]
    for (let i = lab.sandbox.world.scheduled(CAMILLE, chat).length; i < 91; i += 1) {
      lab.sandbox.world.schedule(CAMILLE, chat, { text: `n° ${i}`, date: lab.now() + 86_400 + i })
    }
    const one = await photo(peer)
    const items = (count: number) => Array.from({ length: count }, () => one)
    expect(await refusal(album(peer, items(10)))).toBe('SCHEDULE_TOO_MUCH')
    expect(lab.sandbox.world.scheduled(CAMILLE, chat)).toHaveLength(91)
    expect(await refusal(album(peer, items(9)))).toBe('no error')
    expect(lab.sandbox.world.scheduled(CAMILLE, chat)).toHaveLength(100)
  })

  it('moves as a whole when one of its items is moved', async () => {
    const peer = await lab.inputPeer('Marché')
    const [first, second] = messagesIn(await album(peer, [await photo(peer), await photo(peer)]))
    const scheduleDate = lab.now() + 9000
    const request = new Api.messages.EditMessage({ peer, id: second!.id, scheduleDate })
    const moved = messagesIn((await lab.client.invoke(request)) as Api.Updates)
    expect(moved.map(one => one.id).sort()).toEqual([first!.id, second!.id])
    expect((await lab.scheduled(peer)).map(one => one.date)).toEqual([scheduleDate, scheduleDate])
  })
})

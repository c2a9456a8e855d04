import { createHash, randomBytes } from 'node:crypto'
import { RpcError } from '../errors.ts'
import type { TlObject } from '../tl/value.ts'
import { imageSize } from './image-size.ts'
import type { Media, MediaKind, Message, StoredFile } from './state.ts'
import type { UploadedFile } from './uploads.ts'
import type { WorldCore } from './world.ts'

/** https://core.telegram.org/bots/api#sendphoto gives the three limits of a photo; they are those of accounts too. */
const PHOTO = { bytes: 10 * 1024 * 1024, sides: 10_000, ratio: 20 }

export const MOST_IN_ALBUM = 10

const keep = (world: WorldCore, file: Omit<StoredFile, 'id' | 'date' | 'generation'>): StoredFile => {
  const id = BigInt.asIntN(63, randomBytes(8).readBigInt64LE()).toString().replace('-', '')
  const kept = { ...file, id, date: world.now(), generation: 1 }
  world.state.files[id] = kept
  return kept
}

/** Makes a photo of an uploaded file. Throws IMAGE_PROCESS_FAILED, PHOTO_INVALID_DIMENSIONS, PHOTO_SAVE_FILE_INVALID. */
export const makePhoto = (world: WorldCore, { blob, size, head }: UploadedFile): StoredFile => {
  const image = imageSize(head)
  if (!image) throw new RpcError(400, 'IMAGE_PROCESS_FAILED')
  if (size > PHOTO.bytes) throw new RpcError(400, 'PHOTO_SAVE_FILE_INVALID')
  const { type, width, height } = image
  const [short, long] = [Math.min(width, height), Math.max(width, height)]
  if (short < 1 || width + height > PHOTO.sides || long / short > PHOTO.ratio) {
    throw new RpcError(400, 'PHOTO_INVALID_DIMENSIONS')
  }
  return keep(world, { kind: 'photo', blob, size, mimeType: `image/${type}`, width, height, attributes: [] })
}

type NewDocument = {
  readonly mimeType: string
  readonly attributes: readonly TlObject[]
  /** A video or picture that is to stay a file. */
  readonly forceFile: boolean
}

/** Makes a document (file, video, sound…) of an uploaded file. Throws VIDEO_CONTENT_TYPE_INVALID. */
export const makeDocument = (
  world: WorldCore,
  { blob, size }: UploadedFile,
  { mimeType, attributes, forceFile }: NewDocument,
): StoredFile => {
  const kind = forceFile ? 'document' : kindOf(attributes)
  if ((kind === 'video' || kind === 'roundvideo') && !mimeType.startsWith('video/')) {
    throw new RpcError(400, 'VIDEO_CONTENT_TYPE_INVALID')
  }
  const sized = attributes.find(one => typeof one['w'] === 'number' && typeof one['h'] === 'number')
  const side = (name: 'w' | 'h'): number => (typeof sized?.[name] === 'number' ? sized[name] : 0)
  const given = { width: side('w'), height: side('h'), attributes: [...attributes] }
  return keep(world, { kind, blob, size, mimeType, ...given })
}

const kindOf = (attributes: readonly TlObject[]): MediaKind => {
  const named = (name: string): TlObject | undefined =>
    attributes.find(one => one._ === `documentAttribute${name}`)
  if (named('Sticker')) return 'sticker'
  if (named('Animated')) return 'gif'
  const video = named('Video')
  if (video) return video['round_message'] === true ? 'roundvideo' : 'video'
  const audio = named('Audio')
  if (audio) return audio['voice'] === true ? 'voice' : 'audio'
  return 'document'
}

export const fileOf = (world: WorldCore, media: Media | null): StoredFile | undefined =>
  media === null ? undefined : world.state.files[media.fileId]

/** What lets a client use a file again; it expires (https://core.telegram.org/api/file_reference). */
export const fileReference = (world: WorldCore, file: StoredFile): Buffer => {
  const generation = Buffer.alloc(4)
  generation.writeUInt32BE(file.generation)
  const proof = createHash('sha256').update(`${world.state.secret}/reference/${file.id}`).digest()
  return Buffer.concat([generation, proof.subarray(0, 12)])
}

/** Throws FILE_REFERENCE_EMPTY, _INVALID or _EXPIRED; of an album, with the place of the item: FILE_REFERENCE_3_EXPIRED. */
export const checkReference = (
  world: WorldCore,
  file: StoredFile,
  given: Uint8Array,
  item: number | null = null,
): void => {
  const refuse = (what: string): never => {
    throw new RpcError(400, item === null ? `FILE_REFERENCE_${what}` : `FILE_REFERENCE_${item}_${what}`)
  }
  if (given.length === 0) throw new RpcError(400, 'FILE_REFERENCE_EMPTY')
  const right = fileReference(world, file)
  if (given.length !== right.length || !right.subarray(4).equals(given.subarray(4))) refuse('INVALID')
  if (!right.equals(given)) refuse('EXPIRED')
}

/** All references made until now expire; whoever has one has to fetch its message again, or upload again. */
export const expireReferences = (world: WorldCore): void => {
  for (const file of Object.values(world.state.files)) file.generation += 1
}

/** What is in an album together. Photos and videos mix; sounds and files stay among themselves. */
export const checkAlbum = (world: WorldCore, medias: readonly Media[]): void => {
  const families = new Set(medias.map(media => familyOf(fileOf(world, media)?.kind ?? 'document')))
  if (families.size > 1 || families.has('alone')) throw new RpcError(400, 'MEDIA_GROUPED_INVALID')
}

const familyOf = (kind: MediaKind): 'visual' | 'audio' | 'document' | 'alone' => {
  switch (kind) {
    case 'photo':
    case 'video':
      return 'visual'
    case 'audio':
    case 'document':
      return kind
    case 'roundvideo':
    case 'voice':
    case 'gif':
    case 'sticker':
      return 'alone'
  }
}

/** What the rights of a chat see in a message. */
export const contentOf = (world: WorldCore, message: Pick<Message, 'media'>): MediaKind | 'plain' =>
  fileOf(world, message.media)?.kind ?? 'plain'

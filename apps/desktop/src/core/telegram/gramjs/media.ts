import { createHash, randomBytes } from 'node:crypto'
import bigInt from 'big-integer'
import type { FilePart, MediaSpec, OutgoingMessage, RemoteFile, SavedFile } from '../gateway.ts'
import { Api } from './library.ts'
import { inputEntity, inputPeer } from './values.ts'
import type { Asked } from './transport.ts'

/** https://core.telegram.org/api/files#uploading-files */
export const partRequest = ({ fileId, part, parts, big, bytes }: FilePart): Asked<boolean> =>
  big
    ? new Api.upload.SaveBigFilePart({
        fileId: bigInt(fileId),
        filePart: part,
        fileTotalParts: parts,
        bytes: Buffer.from(bytes),
      })
    : new Api.upload.SaveFilePart({ fileId: bigInt(fileId), filePart: part, bytes: Buffer.from(bytes) })

/** Without a checksum: the transport authenticates every byte, and the whole file is not at hand. */
const inputFile = ({ fileId, parts, big, name }: SavedFile): Api.TypeInputFile =>
  big
    ? new Api.InputFileBig({ id: bigInt(fileId), parts, name })
    : new Api.InputFile({ id: bigInt(fileId), parts, name, md5Checksum: '' })

/** A preview is one part of its own. */
export function thumbnailPart(bytes: Uint8Array): { readonly part: FilePart; readonly file: Api.InputFile } {
  const fileId = randomBytes(8).readBigInt64LE().toString()
  const md5Checksum = createHash('md5').update(bytes).digest('hex')
  return {
    part: { fileId, part: 0, parts: 1, big: false, bytes },
    file: new Api.InputFile({ id: bigInt(fileId), parts: 1, name: 'thumb.jpg', md5Checksum }),
  }
}

/** What Telegram is to make of the file (core.telegram.org/type/InputMedia). */
export function uploadedMedia(
  saved: SavedFile,
  spec: MediaSpec,
  thumb: Api.InputFile | null,
): Api.TypeInputMedia {
  const file = inputFile(saved)
  if (spec.kind === 'photo') return new Api.InputMediaUploadedPhoto({ file, spoiler: spec.spoiler })
  return new Api.InputMediaUploadedDocument({
    file,
    mimeType: spec.mime,
    attributes: attributesOf(spec),
    spoiler: spec.spoiler,
    // Else Telegram turns pictures and silent films into something else.
    forceFile: spec.kind === 'document',
    ...(thumb === null ? {} : { thumb }),
  })
}

function attributesOf({
  kind,
  name,
  width,
  height,
  duration,
  streamable = true,
}: MediaSpec): Api.TypeDocumentAttribute[] {
  const fileName = new Api.DocumentAttributeFilename({ fileName: name })
  const size = { w: width ?? 0, h: height ?? 0 }
  const seconds = duration ?? 0
  switch (kind) {
    case 'video':
      return [
        new Api.DocumentAttributeVideo({ ...size, duration: seconds, supportsStreaming: streamable }),
        fileName,
      ]
    case 'animation':
      return [
        ...(width === null ? [] : [new Api.DocumentAttributeImageSize(size)]),
        new Api.DocumentAttributeAnimated(),
        fileName,
      ]
    case 'audio':
    case 'voice':
      return [
        new Api.DocumentAttributeAudio({ duration: Math.round(seconds), voice: kind === 'voice' }),
        fileName,
      ]
    case 'photo':
    case 'document':
      return [fileName]
  }
}

/** The file of an answer of `messages.uploadMedia`; null when it is none we know how to send. */
export function remoteFileOf(media: Api.TypeMessageMedia): RemoteFile | null {
  const found =
    media instanceof Api.MessageMediaPhoto
      ? media.photo
      : media instanceof Api.MessageMediaDocument
        ? media.document
        : null
  if (!(found instanceof Api.Photo || found instanceof Api.Document)) return null
  return {
    kind: found instanceof Api.Photo ? 'photo' : 'document',
    id: found.id.toString(),
    accessHash: found.accessHash.toString(),
    reference: Buffer.from(found.fileReference).toString('base64'),
  }
}

export function inputMedia(
  { kind, id, accessHash, reference }: RemoteFile,
  spoiler: boolean,
): Api.TypeInputMedia {
  const file = {
    id: bigInt(id),
    accessHash: bigInt(accessHash),
    fileReference: Buffer.from(reference, 'base64'),
  }
  return kind === 'photo'
    ? new Api.InputMediaPhoto({ id: new Api.InputPhoto(file), spoiler })
    : new Api.InputMediaDocument({ id: new Api.InputDocument(file), spoiler })
}

/** https://core.telegram.org/api/files#albums-grouped-media: several files are an album, its first message the caption. */
export function sendRequest(message: OutgoingMessage): Asked<Api.TypeUpdates> {
  const { peer, text, entities, media = [], topicId, sendAs, randomId } = message
  const words = {
    message: text,
    ...(entities.length === 0 ? {} : { entities: entities.map(inputEntity) }),
  }
  const common = {
    peer: inputPeer(peer),
    silent: message.silent,
    scheduleDate: message.at,
    // The general topic has no number of its own in requests (core.telegram.org/api/forum).
    ...(topicId === undefined || topicId === 1
      ? {}
      : { replyTo: new Api.InputReplyToMessage({ replyToMsgId: topicId, topMsgId: topicId }) }),
    ...(sendAs === undefined ? {} : { sendAs: inputPeer(sendAs) }),
  }
  const [first] = media
  if (first === undefined)
    return new Api.messages.SendMessage({
      ...common,
      ...words,
      noWebpage: message.noWebpage,
      randomId: bigInt(randomId),
    })
  if (media.length === 1)
    return new Api.messages.SendMedia({
      ...common,
      ...words,
      media: inputMedia(first.file, first.spoiler),
      randomId: bigInt(randomId),
    })
  return new Api.messages.SendMultiMedia({
    ...common,
    multiMedia: media.map(
      (one, position) =>
        new Api.InputSingleMedia({
          media: inputMedia(one.file, one.spoiler),
          randomId: bigInt(one.randomId),
          ...(position === 0 ? words : { message: '' }),
        }),
    ),
  })
}

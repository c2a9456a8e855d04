import { RpcError } from '../errors.ts'
import { bytes, flag, int, long, maybe, object, objects, text } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { checkReference, contentOf, makeDocument, makePhoto } from '../world/media.ts'
import { checkMayWrite } from '../world/rights.ts'
import type { Media, StoredFile } from '../world/state.ts'
import type { UploadedFile } from '../world/uploads.ts'
import type { Context, Handler } from './context.ts'
import { mediaView } from './files.ts'
import { peerField } from './peers.ts'

const uploaded = ({ uploads, user }: Context, file: TlObject): UploadedFile => {
  if (file._ !== 'inputFile' && file._ !== 'inputFileBig') throw new RpcError(400, 'INPUT_FILE_INVALID')
  return uploads.assemble(
    user.id,
    {
      id: long(file, 'id'),
      parts: int(file, 'parts'),
      md5: maybe(text, file, 'md5_checksum') ?? '',
      big: file._ === 'inputFileBig',
    },
    user.premium,
  )
}

const known = ({ world, user }: Context, input: TlObject, item: number | null): StoredFile => {
  const isPhoto = input._ === 'inputPhoto'
  const invalid = isPhoto ? 'PHOTO_INVALID' : 'DOCUMENT_INVALID'
  if (!isPhoto && input._ !== 'inputDocument') throw new RpcError(400, 'MEDIA_EMPTY')
  const file = world.state.files[long(input, 'id').toString()]
  if (!file || (file.kind === 'photo') !== isPhoto) throw new RpcError(400, invalid)
  if (long(input, 'access_hash') !== world.accessHash(user.id, `file:${file.id}`)) {
    throw new RpcError(400, invalid)
  }
  checkReference(world, file, bytes(input, 'file_reference'), item)
  return file
}

/** Whether the file is not on the service yet: such media is refused in albums. */
export const isUpload = (input: TlObject): boolean =>
  input._ === 'inputMediaUploadedPhoto' || input._ === 'inputMediaUploadedDocument'

/**
 * An InputMedia as it is kept. `item` is its place in an album, for the name of its errors. Polls, places, contacts,
 * games and files from other sites are MEDIA_INVALID here. Throws RpcError.
 */
export const mediaOf = (context: Context, input: TlObject, item: number | null = null): Media => {
  if (input._ === 'inputMediaEmpty') throw new RpcError(400, 'MEDIA_EMPTY')
  // Media that destroys itself is for private conversations, and cannot be scheduled.
  if (input['ttl_seconds'] !== undefined) throw new RpcError(400, 'TTL_MEDIA_INVALID')
  return { fileId: storedFile(context, input, item).id, spoiler: flag(input, 'spoiler') }
}

const storedFile = (context: Context, input: TlObject, item: number | null): StoredFile => {
  switch (input._) {
    case 'inputMediaUploadedPhoto':
      return makePhoto(context.world, uploaded(context, object(input, 'file')))
    case 'inputMediaUploadedDocument': {
      const mimeType = text(input, 'mime_type')
      if (!/^[\w.+-]+\/[\w.+-]+$/.test(mimeType)) throw new RpcError(400, 'MEDIA_INVALID')
      return makeDocument(context.world, uploaded(context, object(input, 'file')), {
        mimeType,
        attributes: objects(input, 'attributes'),
        forceFile: flag(input, 'force_file'),
      })
    }
    case 'inputMediaPhoto':
    case 'inputMediaDocument':
      return known(context, object(input, 'id'), item)
    default:
      throw new RpcError(400, 'MEDIA_INVALID')
  }
}

const uploadMedia: Handler = (request, context) => {
  const { world, user, view } = context
  const peer = peerField(context, request)
  const media = mediaOf(context, object(request, 'media'))
  const chat = world.chat(peer)
  if (chat) checkMayWrite(chat, world.member(chat, user.id), contentOf(world, { media }))
  return mediaView(view, media)
}

export const mediaHandlers: Record<string, Handler> = { 'messages.uploadMedia': uploadMedia }

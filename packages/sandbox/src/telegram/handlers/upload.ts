import { RpcError } from '../errors.ts'
import { bytes, flag, int, long, object, text } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { checkReference } from '../world/media.ts'
import type { StoredFile } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { PHOTO_SIZE } from './files.ts'

const KILOBYTE = 1024
const MEGABYTE = 1024 * KILOBYTE
const FINEST = 4 * KILOBYTE

const savePart =
  (big: boolean): Handler =>
  (request, { uploads, user }) => {
    const part = {
      fileId: long(request, 'file_id'),
      part: int(request, 'file_part'),
      bytes: bytes(request, 'bytes'),
      total: big ? int(request, 'file_total_parts') : null,
    }
    uploads.savePart(user.id, part, user.premium)
    return true
  }

const located = ({ world, user }: Context, location: TlObject): StoredFile => {
  const isPhoto = location._ === 'inputPhotoFileLocation'
  if (!isPhoto && location._ !== 'inputDocumentFileLocation') throw new RpcError(400, 'LOCATION_INVALID')
  const file = world.state.files[long(location, 'id').toString()]
  if (!file || (file.kind === 'photo') !== isPhoto) throw new RpcError(400, 'LOCATION_INVALID')
  if (long(location, 'access_hash') !== world.accessHash(user.id, `file:${file.id}`)) {
    throw new RpcError(400, 'LOCATION_INVALID')
  }
  checkReference(world, file, bytes(location, 'file_reference'))
  if (text(location, 'thumb_size') !== (isPhoto ? PHOTO_SIZE : ''))
    throw new RpcError(400, 'LOCATION_INVALID')
  return file
}

// https://core.telegram.org/api/files#downloading-files
const checkRange = (offset: bigint, limit: number, precise: boolean): void => {
  const step = precise ? KILOBYTE : FINEST
  if (offset < 0n || offset % BigInt(step) !== 0n) throw new RpcError(400, 'OFFSET_INVALID')
  if (limit <= 0 || limit % step !== 0 || limit > MEGABYTE) throw new RpcError(400, 'LIMIT_INVALID')
  if (!precise && MEGABYTE % limit !== 0) throw new RpcError(400, 'LIMIT_INVALID')
  const chunk = BigInt(MEGABYTE)
  if (offset / chunk !== (offset + BigInt(limit) - 1n) / chunk) throw new RpcError(400, 'LIMIT_INVALID')
}

const TYPES: Readonly<Record<string, string>> = {
  'image/jpeg': 'Jpeg',
  'image/png': 'Png',
  'image/gif': 'Gif',
  'image/webp': 'Webp',
  'video/mp4': 'Mp4',
  'video/quicktime': 'Mov',
  'audio/mpeg': 'Mp3',
  'application/pdf': 'Pdf',
}

const getFile: Handler = (request, context) => {
  const file = located(context, object(request, 'location'))
  const offset = long(request, 'offset')
  const limit = int(request, 'limit')
  checkRange(offset, limit, flag(request, 'precise'))
  return {
    _: 'upload.file',
    type: { _: `storage.file${TYPES[file.mimeType] ?? 'Unknown'}` },
    mtime: file.date,
    bytes: context.uploads.read(file.blob, Number(offset), limit),
  }
}

export const uploadHandlers: Record<string, Handler> = {
  'upload.saveFilePart': savePart(false),
  'upload.saveBigFilePart': savePart(true),
  'upload.getFile': getFile,
}

import { fileOf, fileReference } from '../world/media.ts'
import type { Media, StoredFile } from '../world/state.ts'
import type { TlObject } from '../tl/value.ts'
import { DC_ID } from './dc-id.ts'
import type { View } from './view.ts'

// Photos and documents as one account sees them. Their access hashes are of that account only.

/** The one size of a photo that is kept; Telegram makes several and calls the largest of most photos so. */
export const PHOTO_SIZE = 'y'

const shared = ({ world, viewer }: View, file: StoredFile): Omit<TlObject, '_'> => ({
  id: BigInt(file.id),
  access_hash: world.accessHash(viewer, `file:${file.id}`),
  file_reference: fileReference(world, file),
  date: file.date,
  dc_id: DC_ID,
})

const photoView = (view: View, file: StoredFile): TlObject => ({
  _: 'photo',
  ...shared(view, file),
  sizes: [{ _: 'photoSize', type: PHOTO_SIZE, w: file.width, h: file.height, size: file.size }],
})

const documentView = (view: View, file: StoredFile): TlObject => ({
  _: 'document',
  ...shared(view, file),
  mime_type: file.mimeType,
  size: BigInt(file.size),
  attributes: file.attributes,
})

/** A message's media; undefined when its file is not known. */
export const mediaView = (view: View, media: Media | null): TlObject | undefined => {
  const file = fileOf(view.world, media)
  if (!file || !media) return undefined
  const { spoiler } = media
  if (file.kind === 'photo') return { _: 'messageMediaPhoto', spoiler, photo: photoView(view, file) }
  return {
    _: 'messageMediaDocument',
    spoiler,
    video: file.kind === 'video' || file.kind === 'roundvideo' || file.kind === 'gif',
    round: file.kind === 'roundvideo',
    voice: file.kind === 'voice',
    document: documentView(view, file),
  }
}

import {
  MAX_CAPTION_LENGTH,
  MAX_CAPTION_LENGTH_PREMIUM,
  MAX_TEXT_LENGTH,
  type MediaKind,
  type PlanMedia,
} from '../../contract/index.ts'

// What Telegram takes (core.telegram.org/api/config: upload_max_fileparts_*; core.telegram.org/bots/api#sendphoto).

const PART = 512 * 1024
/** 4,000 parts of 512 KiB, 8,000 with Premium. */
export const MAX_FILE_BYTES_DEFAULT = 4000 * PART
export const MAX_FILE_BYTES = 8000 * PART
const PHOTO_BYTES = 10 * 1024 * 1024
const PHOTO_SIDES = 10_000
const PHOTO_RATIO = 20

/** The longest text of a message, of a caption where it has files (core.telegram.org/api/config). */
export const longestText = (hasFiles: boolean, premium: boolean): number =>
  !hasFiles ? MAX_TEXT_LENGTH : premium ? MAX_CAPTION_LENGTH_PREMIUM : MAX_CAPTION_LENGTH

/** Would Telegram refuse this picture as a photo? As a document it goes. */
export function refusedAsPhoto({ kind, size, width, height }: PlanMedia): boolean {
  if (kind !== 'photo') return false
  if (size > PHOTO_BYTES) return true
  if (width === null || height === null) return false
  return width + height > PHOTO_SIDES || Math.max(width, height) / Math.min(width, height) > PHOTO_RATIO
}

/** Photos and films mix; sounds and files stay among themselves; voice and animations go alone. */
export function fitsOneAlbum(media: readonly Pick<PlanMedia, 'kind'>[]): boolean {
  if (media.length < 2) return true
  const families = new Set(media.map(({ kind }) => familyOf(kind)))
  return families.size === 1 && !families.has('alone')
}

function familyOf(kind: MediaKind): 'visual' | 'audio' | 'document' | 'alone' {
  switch (kind) {
    case 'photo':
    case 'video':
      return 'visual'
    case 'audio':
    case 'document':
      return kind
    case 'animation':
    case 'voice':
      return 'alone'
  }
}

import type { MediaKind } from '../../contract/index.ts'
import type { Film } from './film.ts'

/** What a file says about itself: pixels, and seconds of a film whose index can be read. */
export type Recognised = {
  readonly kind: MediaKind
  readonly mime: string
  readonly width: number | null
  readonly height: number | null
  readonly duration?: number | null
  readonly streamable?: boolean
}

/** So many bytes from the beginning are enough to find the size of a picture. */
export const HEAD_BYTES = 256 * 1024

const BY_EXTENSION: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  avi: 'video/x-msvideo',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  odt: 'application/vnd.oasis.opendocument.text',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  pdf: 'application/pdf',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
}

/** Contents come before the name: what only calls itself a picture, and a film that nobody could play, are documents. */
export function recognise(head: Buffer, name: string, film: Film | null): Recognised {
  const png = pngSize(head)
  if (png !== null) return { kind: 'photo', mime: 'image/png', ...png }
  const jpeg = jpegSize(head)
  if (jpeg !== null) return { kind: 'photo', mime: 'image/jpeg', ...jpeg }
  const gif = gifSize(head)
  if (gif !== null) return { kind: 'animation', mime: 'image/gif', ...gif }
  const none = { width: null, height: null }
  const brand = head.toString('latin1', 4, 12)
  if (brand.startsWith('ftyp')) {
    const mime = brand === 'ftypqt  ' ? 'video/quicktime' : 'video/mp4'
    if (film === null) return { kind: 'document', mime, ...none }
    const { picture, duration, streamable } = film
    return picture === null
      ? { kind: 'audio', mime: 'audio/mp4', ...none, duration }
      : { kind: 'video', mime, ...picture, duration, streamable }
  }
  if (head.toString('latin1', 0, 3) === 'ID3') return { kind: 'audio', mime: 'audio/mpeg', ...none }
  if (head.toString('latin1', 0, 4) === 'OggS') return { kind: 'audio', mime: 'audio/ogg', ...none }
  if (head.toString('latin1', 0, 4) === 'fLaC') return { kind: 'audio', mime: 'audio/flac', ...none }
  const mime = BY_EXTENSION[/\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '']
  const played = mime === 'audio/mpeg' || mime === 'audio/aac'
  return { kind: played ? 'audio' : 'document', mime: mime ?? 'application/octet-stream', ...none }
}

type Size = { readonly width: number; readonly height: number }

const sized = (width: number, height: number): Size | null =>
  width > 0 && height > 0 ? { width, height } : null

/** https://www.w3.org/TR/png/#11IHDR */
function pngSize(head: Buffer): Size | null {
  const isPng = head.length >= 24 && head.toString('hex', 0, 8) === '89504e470d0a1a0a'
  return isPng ? sized(head.readUInt32BE(16), head.readUInt32BE(20)) : null
}

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt, section 18 */
function gifSize(head: Buffer): Size | null {
  const isGif = head.length >= 10 && /^GIF8[79]a$/.test(head.toString('latin1', 0, 6))
  return isGif ? sized(head.readUInt16LE(6), head.readUInt16LE(8)) : null
}

/** Walks the segments to the frame header (ITU-T T.81, B.2.2). */
function jpegSize(head: Buffer): Size | null {
  if (head.length < 4 || head.readUInt16BE(0) !== 0xffd8) return null
  let at = 2
  while (at + 9 <= head.length && head[at] === 0xff) {
    const marker = head[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return sized(head.readUInt16BE(at + 7), head.readUInt16BE(at + 5))
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(at + 2)
  }
  return null
}

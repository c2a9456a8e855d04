// The little that Telegram is told of a film, read from the boxes of an MP4 or QuickTime file (ISO/IEC 14496-12) while its
// bytes come by: the index may lie at either end, and a film of two gigabytes is not read twice for it.

/** Pixels as the film is shown, seconds. Without a picture it is a sound. `streamable`: its index comes before the rest. */
export type Film = {
  readonly picture: { readonly width: number; readonly height: number } | null
  readonly sound: boolean
  readonly duration: number | null
  readonly streamable: boolean
}

/** The index of a film of many hours stays below this. */
const MOST_INDEX_BYTES = 32 * 1024 * 1024
const LONGEST_SECONDS = 7 * 24 * 3600
const HEADER_BYTES = 8
/** With a length of 64 bits. */
const LONG_HEADER_BYTES = 16

/** Takes a file's bytes in order; `end` answers null for what has no index that can be read: no player could show it. */
export function createFilmReader() {
  let header = Buffer.alloc(0)
  let wanted = HEADER_BYTES
  /** Bytes of the present box that are still to come, and those of the index that have. */
  let left = 0
  let index: Buffer[] | null = null
  let contentsFirst = false
  let over = false

  const beginBox = (): void => {
    const short = header.readUInt32BE(0)
    if (short === 1 && header.length < LONG_HEADER_BYTES) {
      wanted = LONG_HEADER_BYTES
      return
    }
    const type = header.toString('latin1', 4, 8)
    left = (short === 1 ? Number(header.readBigUInt64BE(8)) : short) - header.length
    header = Buffer.alloc(0)
    wanted = HEADER_BYTES
    if (type === 'mdat') contentsFirst = true
    if (type === 'moov' && left <= MOST_INDEX_BYTES) index = []
    // A length of 0 reaches to the end of the file, and nonsense tells nothing of what follows.
    over = left < 0 || (type === 'moov' && left > MOST_INDEX_BYTES)
  }

  return {
    write: (chunk: Uint8Array): void => {
      let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      while (bytes.length > 0 && !over) {
        const part = bytes.subarray(0, left > 0 ? left : wanted - header.length)
        bytes = bytes.subarray(part.length)
        if (left > 0) {
          left -= part.length
          index?.push(Buffer.from(part))
          over = index !== null && left === 0
        } else {
          header = Buffer.concat([header, part])
          if (header.length === wanted) beginBox()
        }
      }
    },
    end: (): Film | null =>
      index === null || left > 0 ? null : filmOf(Buffer.concat(index), !contentsFirst),
  }
}

type Box = { readonly type: string; readonly body: Buffer }

/** The boxes in a box, as far as they are whole. */
function boxesIn(bytes: Buffer): readonly Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const size = bytes.readUInt32BE(at)
    if (size < HEADER_BYTES || at + size > bytes.length) break
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, at + size) })
    at += size
  }
  return boxes
}

const child = (boxes: readonly Box[], type: string): Buffer | null =>
  boxes.find(box => box.type === type)?.body ?? null

function filmOf(index: Buffer, streamable: boolean): Film | null {
  const boxes = boxesIn(index)
  const tracks = boxes
    .filter(({ type }) => type === 'trak')
    .map(({ body }) => {
      const track = boxesIn(body)
      const handler = child(boxesIn(child(track, 'mdia') ?? Buffer.alloc(0)), 'hdlr')
      return { kind: handler?.toString('latin1', 8, 12) ?? '', head: child(track, 'tkhd') }
    })
  const film = tracks.find(({ kind }) => kind === 'vide')
  const sound = tracks.some(({ kind }) => kind === 'soun')
  const picture = film?.head ? shownSize(film.head) : null
  if (film === undefined ? !sound : picture === null) return null
  return { picture, sound, streamable, duration: secondsOf(boxes) }
}

/** Section 8.2.2 and, of a film in fragments, 8.8.2; version 1 has longer dates, and all bits set say: unknown. */
function secondsOf(boxes: readonly Box[]): number | null {
  const head = child(boxes, 'mvhd')
  if (head === null || head.length < 32) return null
  const long = head[0] === 1
  const scale = head.readUInt32BE(long ? 20 : 12)
  const whole = long ? Number(head.readBigUInt64BE(24)) : head.readUInt32BE(16)
  if (whole === 0xffff_ffff) return null
  const extended = child(boxesIn(child(boxes, 'mvex') ?? Buffer.alloc(0)), 'mehd')
  const units = whole > 0 || extended === null || extended.length < 8 ? whole : fragmentUnits(extended)
  const seconds = scale === 0 ? 0 : Math.round((units / scale) * 1000) / 1000
  return seconds > 0 && seconds < LONGEST_SECONDS ? seconds : null
}

const fragmentUnits = (extended: Buffer): number =>
  extended[0] === 1 && extended.length >= 12 ? Number(extended.readBigUInt64BE(4)) : extended.readUInt32BE(4)

/** Section 8.3.2: the size is at the end, after the matrix that a telephone held upright turns by a quarter. */
function shownSize(head: Buffer): { readonly width: number; readonly height: number } | null {
  const matrix = head[0] === 1 ? 52 : 40
  if (head.length < matrix + 44) return null
  const [width, height] = [36, 40].map(at => Math.round(head.readUInt32BE(matrix + at) / 65536))
  if (!width || !height) return null
  const turned = head.readInt32BE(matrix) === 0 && head.readInt32BE(matrix + 4) !== 0
  return turned ? { width: height, height: width } : { width, height }
}

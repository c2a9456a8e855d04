export type ImageSize = {
  readonly type: 'jpeg' | 'png' | 'gif' | 'webp'
  readonly width: number
  readonly height: number
}

/** What an image's first bytes say of it, or null for what is not an image that Telegram takes as a photo. */
export const imageSize = (head: Buffer): ImageSize | null => {
  if (head.length < 30) return null
  const type = typeOf(head)
  switch (type) {
    case 'png':
      return { type, width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
    case 'gif':
      return { type, width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
    case 'webp':
      return webpSize(head)
    case 'jpeg':
      return jpegSize(head)
    case null:
      return null
  }
}

const typeOf = (head: Buffer): ImageSize['type'] | null => {
  if (head.readUInt32BE(0) === 0x89504e47) return 'png'
  if (head.readUInt16BE(0) === 0xffd8) return 'jpeg'
  if (head.toString('latin1', 0, 3) === 'GIF') return 'gif'
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') return 'webp'
  return null
}

// Three ways to write a WebP: lossy, lossless, extended (https://developers.google.com/speed/webp/docs/riff_container).
const webpSize = (head: Buffer): ImageSize | null => {
  const type = 'webp' as const
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { type, width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const bits = head.readUInt32LE(21)
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { type, width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 }
    default:
      return null
  }
}

// The frame header is behind segments of any length (ITU-T T.81, B.2.2): SOF0 to SOF15 but DHT, JPG and DAC.
const jpegSize = (head: Buffer): ImageSize | null => {
  for (let at = 2; at + 9 <= head.length;) {
    if (head[at] !== 0xff) return null
    const marker = head[at + 1] ?? 0
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { type: 'jpeg', width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) }
    }
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(at + 2)
  }
  return null
}

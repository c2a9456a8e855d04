import { nativeImage, type NativeImage } from 'electron'

const SIZE = 32
const COLORS = {
  running: [0x2f, 0x7f, 0xd6],
  paused: [0x8a, 0x8f, 0x98],
  trouble: [0xc9, 0x3a, 0x3a],
} as const

/**
 * A clock: a ring and two hands, and for a pause its two bars, drawn here so that it is sharp and coloured by state without a
 * file for each. macOS takes the shape alone and colours it itself.
 */
export function trayIcon(state: keyof typeof COLORS): NativeImage {
  const template = process.platform === 'darwin'
  const [red, green, blue] = template ? [0, 0, 0] : COLORS[state]
  const pixels = Buffer.alloc(SIZE * SIZE * 4)
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const alpha = coverage(x + 0.5 - SIZE / 2, y + 0.5 - SIZE / 2, state === 'paused' ? bars : hands)
      // BGRA, colours multiplied by what covers the pixel.
      const pixel = [blue, green, red].map(channel => Math.round(channel * alpha))
      pixels.set([...pixel, Math.round(alpha * 255)], (y * SIZE + x) * 4)
    }
  }
  const image = nativeImage.createFromBitmap(pixels, { width: SIZE, height: SIZE, scaleFactor: 2 })
  if (template) image.setTemplateImage(true)
  return image
}

/** How much of a pixel is drawn, from 0 to 1; its distance to the nearest line, softened over one pixel. */
function coverage(x: number, y: number, inside: (x: number, y: number) => number): number {
  const ring = Math.abs(Math.hypot(x, y) - 12) - 1.8
  return Math.min(Math.max(0.5 - Math.min(ring, inside(x, y)), 0), 1)
}

function hands(x: number, y: number): number {
  const minuteHand = Math.hypot(x, y - Math.min(Math.max(y, -8), 0)) - 1.6
  const hourHand = Math.hypot(x - Math.min(Math.max(x, 0), 6), y) - 1.6
  return Math.min(minuteHand, hourHand)
}

const bars = (x: number, y: number): number =>
  Math.hypot(Math.abs(x) - 3.2, y - Math.min(Math.max(y, -4.5), 4.5)) - 1.6

/** A file, or a piece of one, as the core is sent it. */
export async function base64Of(from: Blob): Promise<string> {
  const bytes = new Uint8Array(await from.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}

/** What the core sent in base64. */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** `2,4 Mo`, `2.4 MB`: decimal units, as disks are sold. */
export function formatBytes(bytes: number, tag: string): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power < 2 ? 0 : 1,
  }).format(bytes / 1000 ** power)
}

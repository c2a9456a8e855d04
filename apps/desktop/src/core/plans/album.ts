import type { AlbumLayout, MediaId, PlanMedia } from '../../contract/index.ts'

/** Sides of a picture nobody has measured, and the bounds in which one is shown. */
const UNKNOWN_ASPECT = 1
const [NARROWEST, WIDEST] = [0.5, 2.5]
/** About the width by height of one row of an album on a telephone. */
const ROW_ASPECT = 2.4

/**
 * Rows of pictures and films, each filled to its width, as Telegram's applications show an album (theirs differ among
 * themselves by some pixels). Null for what is shown as a list: files and music.
 */
export function albumLayout(media: readonly PlanMedia[]): AlbumLayout | null {
  const shown = media.filter(({ kind }) => kind === 'photo' || kind === 'video' || kind === 'animation')
  if (shown.length === 0 || shown.length < media.length) return null
  const rows = rowsOf(shown.map(one => ({ id: one.id, aspect: aspectOf(one) })))
  const heights = rows.map(row => 1 / widthOf(row))
  const whole = heights.reduce((sum, height) => sum + height, 0)
  let y = 0
  const tiles = rows.flatMap((row, index) => {
    const height = ((heights[index] ?? 0) / whole) * 100
    const top = y
    y += height
    let x = 0
    return row.map(({ id, aspect }) => {
      const width = (aspect / widthOf(row)) * 100
      const tile = { id, x, y: top, width, height }
      x += width
      return tile
    })
  })
  return { aspect: 1 / whole, tiles }
}

type Tile = { readonly id: MediaId; readonly aspect: number }

const widthOf = (row: readonly Tile[]): number => row.reduce((sum, { aspect }) => sum + aspect, 0)

const aspectOf = ({ width, height }: PlanMedia): number =>
  width === null || height === null ? UNKNOWN_ASPECT : Math.min(WIDEST, Math.max(NARROWEST, width / height))

/** As many in a row as come nearest to its shape, in their order. */
function rowsOf(tiles: readonly Tile[]): readonly (readonly Tile[])[] {
  const rows: Tile[][] = []
  for (const tile of tiles) {
    const row = rows.at(-1)
    const width = row === undefined ? Infinity : widthOf(row)
    const isNearer = Math.abs(width + tile.aspect - ROW_ASPECT) < Math.abs(width - ROW_ASPECT)
    if (row !== undefined && row.length < 4 && isNearer) row.push(tile)
    else rows.push([tile])
  }
  return rows
}

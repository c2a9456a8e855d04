/** Figures of one plot: for each category, a value of each series. */
export type Figures = {
  readonly categories: readonly string[]
  readonly series: readonly { readonly label: string; readonly values: readonly number[] }[]
}
type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
type Word = { readonly x: number; readonly y: number; readonly anchor: 'start' | 'middle' | 'end' }
export type Bar = {
  readonly key: string
  readonly which: number
  readonly value: number
  readonly box: Box
  readonly word: Word
}
export type Layout = {
  readonly width: number
  readonly height: number
  readonly bars: readonly Bar[]
  readonly labels: readonly (Word & { readonly text: string })[]
  /** Where every bar begins. */
  readonly floor: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number }
}

const WIDTH = 480
/** Of a letter, at the size that labels have. */
const LETTER = 6.6

const highest = ({ series }: Figures): number => Math.max(1, ...series.flatMap(one => one.values))

/** Upright bars, side by side for each category; labels that would touch each other are left out in turn. */
export function standing(figures: Figures): Layout {
  const { categories, series } = figures
  const [height, foot, head] = [200, 24, 18]
  const step = WIDTH / Math.max(1, categories.length)
  const thick = Math.min(36, (step * 0.75) / Math.max(1, series.length))
  const longest = Math.max(0, ...categories.map(one => one.length)) * LETTER
  const every = Math.max(1, Math.ceil(longest / step))
  return {
    width: WIDTH,
    height,
    floor: { x1: 0, y1: height - foot, x2: WIDTH, y2: height - foot },
    labels: categories.flatMap((text, at) =>
      // Counted from the newest, which is last.
      (categories.length - 1 - at) % every === 0
        ? [{ text, x: (at + 0.5) * step, y: height - 6, anchor: 'middle' as const }]
        : [],
    ),
    bars: categories.flatMap((category, at) =>
      series.map(({ label, values }, which) => {
        const value = values[at] ?? 0
        const tall = (value / highest(figures)) * (height - head - foot)
        const x = at * step + (step - thick * series.length) / 2 + which * thick
        const y = height - foot - tall
        return {
          key: `${category} ${label}`,
          ...{ which, value },
          box: { x: x + 1, y, width: Math.max(2, thick - 2), height: tall },
          word: { x: x + thick / 2, y: y - 5, anchor: 'middle' as const },
        }
      }),
    ),
  }
}

/** Bars that lie, for categories with long names: one series. */
export function lying(figures: Figures): Layout {
  const { categories, series } = figures
  const [row, tail] = [24, 44]
  const names = Math.min(WIDTH / 2, Math.max(0, ...categories.map(one => one.length)) * LETTER + 12)
  const height = Math.max(1, categories.length) * row
  return {
    width: WIDTH,
    height,
    floor: { x1: names, y1: 0, x2: names, y2: height },
    labels: categories.map((text, at) => ({ text, x: names - 8, y: at * row + 16, anchor: 'end' as const })),
    bars: categories.map((category, at) => {
      const value = series[0]?.values[at] ?? 0
      const long = (value / highest(figures)) * (WIDTH - names - tail)
      return {
        key: category,
        ...{ which: 0, value },
        box: { x: names, y: at * row + 4, width: long, height: row - 8 },
        word: { x: names + long + 6, y: at * row + 16, anchor: 'start' as const },
      }
    }),
  }
}

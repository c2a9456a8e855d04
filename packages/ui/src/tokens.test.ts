// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// WCAG 2.2: 1.4.3 asks 4.5:1 for text, 1.4.11 asks 3:1 for what one has to see to use a control.
const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const usual = css.slice(0, css.indexOf('@media'))
const strong = css.slice(css.indexOf('@media (prefers-contrast: more)'))

type Theme = 0 | 1
const THEMES: readonly (readonly [string, Theme])[] = [
  ['light', 0],
  ['dark', 1],
]

/** `--name` in one theme, as #rrggbb. */
function colour(name: string, theme: Theme, sheet: string): string {
  const value = new RegExp(`--${name}:\\s*([^;]+);`).exec(sheet)?.[1] ?? ''
  const both = value.match(/#[0-9a-f]{6}/gi) ?? []
  const found = both[theme] ?? both[0]
  if (found === undefined) throw new Error(`--${name} has no colour`)
  return found
}

/** Relative luminance (WCAG 2.2, "relative luminance"). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

test('the measure itself: black on white is 21, #767676 on white the first grey that may be read', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
  expect(contrast('#767676', '#ffffff')).toBeGreaterThan(4.5)
  expect(contrast('#777777', '#ffffff')).toBeLessThan(4.5)
})

const grounds = ['bg', 'bg-sidebar', 'bg-raised', 'bg-sunken', 'bg-hover', 'bg-selected']
const readable = [
  ...['text', 'text-soft'].flatMap(ink => grounds.map(ground => [ink, ground] as const)),
  ...['bg', 'bg-raised', 'bg-sunken'].map(ground => ['text-faint', ground] as const),
  ...['bg', 'bg-raised'].map(ground => ['accent', ground] as const),
  ...['good', 'warn', 'bad', 'info'].flatMap(tone => [[tone, `${tone}-bg`] as const, [tone, 'bg'] as const]),
  ...['accent-solid', 'accent-solid-hover', 'bad-solid', 'bad-solid-hover'].map(
    ground => ['on-accent', ground] as const,
  ),
]
const visible = ['bg', 'bg-raised'].flatMap(ground =>
  ['line-strong', 'accent', 'plot-second'].map(ink => [ink, ground] as const),
)

test.each(THEMES)('every text can be read on its ground, %s', (_name, theme) => {
  for (const [ink, ground] of readable)
    expect(
      contrast(colour(ink, theme, usual), colour(ground, theme, usual)),
      `${ink} on ${ground}`,
    ).toBeGreaterThanOrEqual(4.5)
})

test.each(THEMES)('controls and plots can be seen, %s', (_name, theme) => {
  for (const [ink, ground] of visible)
    expect(
      contrast(colour(ink, theme, usual), colour(ground, theme, usual)),
      `${ink} on ${ground}`,
    ).toBeGreaterThanOrEqual(3)
})

test.each(THEMES)('asked for more contrast, texts have at least 7:1 (WCAG 1.4.6), %s', (_name, theme) => {
  for (const ink of ['text', 'text-soft', 'text-faint'])
    for (const ground of ['bg', 'bg-raised'])
      expect(
        contrast(colour(ink, theme, strong), colour(ground, theme, usual)),
        `${ink} on ${ground}`,
      ).toBeGreaterThanOrEqual(7)
})

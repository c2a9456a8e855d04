import { expect, test } from 'vitest'
import { lying, standing } from './bars.ts'

const figures = {
  categories: Array.from({ length: 12 }, (_, n) => `sept. ${String(n)}`),
  series: [
    { label: 'a', values: [0, 5, 10] },
    { label: 'b', values: [10, 2] },
  ],
}

test('the length of a bar is to its value as every other, and none leaves the picture', () => {
  for (const { bars, width, height } of [standing(figures), lying(figures)]) {
    for (const { box } of bars) {
      expect(box.x).toBeGreaterThanOrEqual(0)
      expect(box.y).toBeGreaterThanOrEqual(0)
      expect(box.x + box.width).toBeLessThanOrEqual(width)
      expect(box.y + box.height).toBeLessThanOrEqual(height)
    }
  }
  const of = (key: string) => standing(figures).bars.find(bar => bar.key === key)!.box.height
  expect(of('sept. 1 a')).toBeCloseTo(of('sept. 2 a') / 2)
  expect(of('sept. 0 a')).toBe(0)
})

test('labels that would touch are left out, never the newest', () => {
  const { labels } = standing(figures)
  expect(labels.length).toBeLessThan(12)
  expect(labels.at(-1)?.text).toBe('sept. 11')
  for (const [at, label] of labels.slice(1).entries())
    expect(label.x - labels[at]!.x).toBeGreaterThan(label.text.length * 6)
})

test('nothing to show is no division by nothing', () => {
  for (const { bars } of [standing({ categories: [], series: [] }), lying({ categories: ['x'], series: [] })])
    for (const { box } of bars) expect(Object.values(box).every(Number.isFinite)).toBe(true)
})

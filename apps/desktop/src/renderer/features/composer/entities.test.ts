import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TextEntity } from '../../../contract/index.ts'
import { applyEdit, findEdit, hasFormat, segments, toggleEntity } from './entities.ts'

const bold = (offset: number, length: number): TextEntity => ({ type: 'bold', offset, length })
const link = (offset: number, length: number): TextEntity => ({
  type: 'text-link',
  offset,
  length,
  url: 'https://exemple.fr/',
})

/** Types `typed` over [from, to) of `text`, as a textarea would tell it. */
function edit(text: string, entities: TextEntity[], from: number, to: number, typed: string) {
  const after = text.slice(0, from) + typed + text.slice(to)
  return { after, entities: applyEdit(entities, findEdit(text, after, from + typed.length)) }
}

test('typing before a bold word moves it, typing inside or at its end keeps it whole', () => {
  expect(edit('un mot ici', [bold(3, 3)], 0, 0, '>> ').entities).toEqual([bold(6, 3)])
  expect(edit('un mot ici', [bold(3, 3)], 4, 4, 'xx').entities).toEqual([bold(3, 5)])
  expect(edit('un mot ici', [bold(3, 3)], 6, 6, 's').entities).toEqual([bold(3, 4)])
  expect(edit('un mot ici', [bold(3, 3)], 3, 3, 'z').entities).toEqual([bold(4, 3)])
})

test('a link does not grow at its end', () => {
  expect(edit('voir ici', [link(5, 3)], 8, 8, ' et là').entities).toEqual([link(5, 3)])
})

test('deleting a formatted word deletes its format, deleting part of it keeps the rest', () => {
  expect(edit('un mot ici', [bold(3, 3)], 3, 6, '').entities).toEqual([])
  expect(edit('un mot ici', [bold(3, 3)], 5, 8, '').entities).toEqual([bold(3, 2)])
  expect(edit('un mot ici', [bold(3, 3)], 0, 4, '').entities).toEqual([bold(0, 2)])
})

test('the place of an edit among equal letters is that of the caret', () => {
  expect(findEdit('aaa', 'aaaa', 1)).toEqual({ at: 0, removed: 0, inserted: 1 })
  expect(findEdit('aaa', 'aaaa', 4)).toEqual({ at: 3, removed: 0, inserted: 1 })
})

test('whatever is typed or deleted, every entity stays within the text and the untouched letters keep theirs', () => {
  const cases = fc
    .record({
      text: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
      typed: fc.string({ maxLength: 8, unit: 'grapheme' }),
      cuts: fc.array(fc.nat(200), { minLength: 4, maxLength: 4 }),
    })
    .map(({ text, typed, cuts }) => {
      const [a = 0, b = 0, c = 0, d = 0] = cuts.map(cut => cut % (text.length + 1))
      return {
        text,
        typed,
        from: Math.min(a, b),
        to: Math.max(a, b),
        start: Math.min(c, d),
        end: Math.max(c, d),
      }
    })
  fc.assert(
    fc.property(cases, ({ text, typed, from, to, start, end }) => {
      fc.pre(end > start)
      const exact = { at: from, removed: to - from, inserted: typed.length }
      const after = text.slice(0, from) + typed + text.slice(to)
      const entities = applyEdit([bold(start, end - start)], exact)
      const isBold = (position: number) =>
        entities.some(one => one.offset <= position && position < one.offset + one.length)
      for (const one of entities) {
        expect(one.length).toBeGreaterThan(0)
        expect(one.offset + one.length).toBeLessThanOrEqual(after.length)
      }
      for (let at = 0; at < text.length; at++) {
        if (at >= from && at < to) continue
        const moved = at < from ? at : at + typed.length - (to - from)
        expect(isBold(moved)).toBe(at >= start && at < end)
      }
    }),
  )
})

test('a format is added over a range, taken away from it, and joined with its neighbours', () => {
  expect(toggleEntity([bold(0, 3)], 'bold', 3, 6)).toEqual([bold(0, 6)])
  expect(toggleEntity([bold(0, 6)], 'bold', 2, 4)).toEqual([bold(0, 2), bold(4, 2)])
  expect(hasFormat([bold(0, 2), bold(2, 2)], 'bold', 1, 4)).toBe(true)
  expect(hasFormat([bold(0, 2), bold(3, 2)], 'bold', 1, 4)).toBe(false)
})

test('the drawn runs are the text itself, each with its formats', () => {
  const text = 'un 🙂 mot'
  const runs = segments(text, [bold(3, 2), { type: 'italic', offset: 4, length: 4 }])
  expect(runs.map(run => run.text).join('')).toBe(text)
  expect(
    segments('ab', [bold(0, 2), { type: 'italic', offset: 1, length: 1 }]).map(run => run.types),
  ).toEqual([['bold'], ['bold', 'italic']])
})

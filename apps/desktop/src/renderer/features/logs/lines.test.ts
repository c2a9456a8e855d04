import { expect, test } from 'vitest'
import type { LogLine } from '../../../contract/index.ts'
import { appendLines, asText, searchLines } from './lines.ts'

const line = (event: string, level: LogLine['level'] = 'info', fields: LogLine['fields'] = {}): LogLine => ({
  at: '2027-01-05T09:00:00.000+01:00',
  level,
  source: 'core',
  event,
  fields,
})

test('a line is found by all of the words, whatever their case and accents', () => {
  const lines = [line('Compte hors ligne', 'info', { nom: 'Léa' }), line('account online')]
  expect(searchLines(lines, 'LEA ligne')).toEqual([lines[0]])
  expect(searchLines(lines, '  ')).toBe(lines)
  expect(searchLines(lines, 'lea online')).toEqual([])
})

test('what is followed keeps to the level asked for, and the oldest lines go', () => {
  const many = Array.from({ length: 5000 }, (_, index) => line(String(index)))
  const after = appendLines(many, [line('quiet', 'debug'), line('loud', 'error')], 'warning')
  expect(after).toHaveLength(5000)
  expect(after.at(-1)?.event).toBe('loud')
  expect(after.some(({ event }) => event === 'quiet' || event === '0')).toBe(false)
})

test('a line is copied with everything that is known of it', () => {
  expect(asText(line('placed', 'warning', { attempt: 2, ok: true }))).toBe(
    '2027-01-05T09:00:00.000+01:00 warning core placed attempt=2 ok=true',
  )
})

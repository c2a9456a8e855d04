import type { logs as fr } from '../fr/logs.ts'
import type { Sentences } from '../sentences.ts'

export const logs: Sentences<typeof fr> = {
  text: 'What AutoTele did, without numbers, texts or secrets. Kept for 90 days on this computer.',
  level: 'Level',
  levels: { debug: 'All', info: 'Normal', warning: 'Warnings', error: 'Errors' },
  names: { debug: 'detail', info: 'info', warning: 'warning', error: 'error' },
  day: 'Day',
  newest: 'Latest',
  search: 'Search the log',
  follow: 'Follow live',
  copy: 'Copy these lines',
  lines: 'Lines of the log',
  count: '{n} line | {n} lines',
  empty: 'Nothing in the log',
  emptyText: 'Nothing was written at this level on that day. Choose another day or another level.',
  noneFound: 'No line contains these words.',
  folder: 'The files are in “{folder}”. Level written: {level}.',
}

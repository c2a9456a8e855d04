import type { TextEntity } from '../../contract/index.ts'
import type { Content } from '../messages/index.ts'

/** What stands for something of each chat and date. The same names in both languages, whichever the interface speaks. */
const NAMES = {
  group: 'group',
  groupe: 'group',
  date: 'date',
  time: 'time',
  heure: 'time',
  account: 'account',
  compte: 'account',
} as const satisfies Record<string, keyof Values>

export type Values = {
  readonly group: string
  readonly date: string
  readonly time: string
  readonly account: string
}

const BRACES = /\{(\p{L}{1,20})\}/gu
const tags = { fr: 'fr-FR', en: 'en-GB' } as const

const nameOf = (word: string): keyof Values | null => {
  const name = word.toLowerCase()
  return Object.hasOwn(NAMES, name) ? NAMES[name as keyof typeof NAMES] : null
}

/** Does what is sent depend on the chat or the date? */
export const hasVariables = (text: string): boolean =>
  [...text.matchAll(BRACES)].some(([, word = '']) => nameOf(word) !== null)

/** Words in braces that stand for nothing and stay as they were typed: `{prénom}`. */
export const unknownVariables = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(BRACES)].flatMap(([all, word = '']) => (nameOf(word) === null ? [all] : []))),
]

/**
 * The content with its variables replaced, once: what a value brings is never read again. Formatting follows the text; a
 * format that begins or ends within a variable covers its whole value. Offsets are UTF-16 code units.
 */
export function fillIn({ text, entities }: Content, values: Values): Content {
  let filled = ''
  let read = 0
  const moves: { readonly from: number; readonly to: number; readonly at: number; readonly end: number }[] =
    []
  for (const match of text.matchAll(BRACES)) {
    const name = nameOf(match[1] ?? '')
    if (name === null) continue
    filled += text.slice(read, match.index)
    read = match.index + match[0].length
    moves.push({ from: match.index, to: read, at: filled.length, end: filled.length + values[name].length })
    filled += values[name]
  }
  filled += text.slice(read)
  if (moves.length === 0) return { text, entities }
  const moved = (position: number, edge: 'start' | 'end'): number => {
    const last = moves.findLast(({ from }) => from < position)
    if (last === undefined) return position
    if (position >= last.to) return position - last.to + last.end
    return edge === 'start' ? last.at : last.end
  }
  return {
    text: filled,
    entities: entities.flatMap((entity): TextEntity[] => {
      const offset = moved(entity.offset, 'start')
      const length = moved(entity.offset + entity.length, 'end') - offset
      return length > 0 ? [{ ...entity, offset, length }] : []
    }),
  }
}

const longDate = {
  fr: new Intl.DateTimeFormat(tags.fr, { dateStyle: 'long', timeZone: 'UTC' }),
  en: new Intl.DateTimeFormat(tags.en, { dateStyle: 'long', timeZone: 'UTC' }),
}

/** `14 juillet 2027`, of `2027-07-14`. */
export function dateWords(day: string, language: 'fr' | 'en'): string {
  const words = longDate[language].format(Date.parse(day))
  // French writes the first of a month as an ordinal, which CLDR's patterns do not.
  return language === 'fr' ? words.replace(/^1 /, '1er ') : words
}

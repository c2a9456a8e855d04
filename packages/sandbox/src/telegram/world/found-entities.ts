import type { TlObject } from '../tl/value.ts'

// Telegram marks what it finds in a text beside what the sender marked (https://core.telegram.org/api/entities), so a
// client that compares what it sent with what is kept has to expect more than it sent.

const PATTERNS: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['messageEntityEmail', /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.\p{L}{2,}/gu],
  ['messageEntityUrl', /https?:\/\/[^\s<>"]*[^\s<>".,;:!?»)\]]/giu],
  ['messageEntityMention', /(?<![\w/@.])@[a-z]\w{3,31}(?!\w)/giu],
  ['messageEntityHashtag', /(?<![\p{L}\p{N}_#/])#(?=[\p{L}\p{N}_]*\p{L})[\p{L}\p{N}_]{1,64}/gu],
]

/** Nothing is found inside these, nor twice in one place. */
const CLOSED = /^messageEntity(Code|Pre|Url|TextUrl|Email|Mention|MentionName|Hashtag|CustomEmoji)$/

type Span = { readonly from: number; readonly to: number }

const spanOf = ({ offset, length }: TlObject): Span => {
  const from = typeof offset === 'number' ? offset : 0
  return { from, to: from + (typeof length === 'number' ? length : 0) }
}

/** The links, addresses, mentions and hashtags of a text that are not marked yet. Offsets are UTF-16 code units. */
export const foundEntities = (text: string, marked: readonly TlObject[]): TlObject[] => {
  const taken = marked.filter(entity => CLOSED.test(entity._)).map(spanOf)
  const found: TlObject[] = []
  for (const [type, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const span = { from: match.index, to: match.index + match[0].length }
      if (taken.some(other => other.from < span.to && span.from < other.to)) continue
      taken.push(span)
      found.push({ _: type, offset: span.from, length: match[0].length })
    }
  }
  return found
}

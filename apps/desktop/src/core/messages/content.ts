import type { TextEntity } from '../../contract/index.ts'

export type Content = { readonly text: string; readonly entities: readonly TextEntity[] }

/**
 * The text as Telegram will keep it: without blank ends, its formatting cut to it, nothing empty, in order. What is
 * shown, sent and looked for later is this. Offsets and lengths are UTF-16 code units, as JavaScript counts.
 */
export function canonicalContent(text: string, entities: readonly TextEntity[]): Content {
  const trimmed = text.trim()
  const shift = text.length - text.trimStart().length
  const clipped = entities.flatMap(entity => {
    const start = Math.max(0, entity.offset - shift)
    const end = Math.min(trimmed.length, entity.offset - shift + entity.length)
    if (end <= start || (entity.type === 'text-link' && !entity.url)) return []
    return [{ ...entity, offset: start, length: end - start }]
  })
  return { text: trimmed, entities: clipped.sort((a, b) => a.offset - b.offset || b.length - a.length) }
}

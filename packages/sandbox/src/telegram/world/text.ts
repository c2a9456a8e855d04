import { RpcError } from '../errors.ts'
import type { TlObject } from '../tl/value.ts'

/**
 * help.getConfig's message_length_max: "length in utf8 codepoints" (https://core.telegram.org/constructor/config), so
 * an emoji outside the basic plane counts once although entities count it twice.
 */
export const MESSAGE_LENGTH_MAX = 4096

type Text = { readonly text: string; readonly entities: TlObject[] }

const numberOf = (entity: TlObject, field: 'offset' | 'length'): number => {
  const value = entity[field]
  return typeof value === 'number' ? value : -1
}

/**
 * The text as it is kept: without white space around it, entities moved along. Throws MESSAGE_EMPTY, MESSAGE_TOO_LONG,
 * ENTITY_BOUNDS_INVALID. Offsets are UTF-16 code units (https://core.telegram.org/api/entities#entity-length).
 */
export const checkText = (given: string, entities: readonly TlObject[]): Text => {
  const text = given.trim()
  if (text === '') throw new RpcError(400, 'MESSAGE_EMPTY')
  if (Array.from(text).length > MESSAGE_LENGTH_MAX) throw new RpcError(400, 'MESSAGE_TOO_LONG')
  const shift = given.length - given.trimStart().length
  const kept: TlObject[] = []
  for (const entity of entities) {
    const from = numberOf(entity, 'offset')
    const length = numberOf(entity, 'length')
    if (from < 0 || length <= 0 || from + length > given.length)
      throw new RpcError(400, 'ENTITY_BOUNDS_INVALID')
    const start = Math.max(0, from - shift)
    const end = Math.min(text.length, from + length - shift)
    if (end > start) kept.push({ ...entity, offset: start, length: end - start })
  }
  kept.sort(
    (a, b) => numberOf(a, 'offset') - numberOf(b, 'offset') || numberOf(b, 'length') - numberOf(a, 'length'),
  )
  return { text, entities: kept }
}

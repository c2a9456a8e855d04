import { RpcError } from '../errors.ts'
import type { TlObject } from '../tl/value.ts'
import { foundEntities } from './found-entities.ts'

/**
 * help.getConfig's message_length_max: "length in utf8 codepoints" (https://core.telegram.org/constructor/config), so
 * an emoji outside the basic plane counts once although entities count it twice.
 */
export const MESSAGE_LENGTH_MAX = 4096

/**
 * caption_length_limit_default and caption_length_limit_premium of help.getAppConfig
 * (https://core.telegram.org/api/config#client-configuration), as the service gives them today; 2,048 in earlier years.
 */
export const CAPTION_LENGTH_MAX = { default: 1024, premium: 4096 }

type Text = { readonly text: string; readonly entities: TlObject[] }

const numberOf = (entity: TlObject, field: 'offset' | 'length'): number => {
  const value = entity[field]
  return typeof value === 'number' ? value : -1
}

/**
 * The text as it is kept: without white space around it, entities moved along, those that Telegram finds added. Throws MESSAGE_EMPTY, MESSAGE_TOO_LONG,
 * ENTITY_BOUNDS_INVALID. Offsets are UTF-16 code units (https://core.telegram.org/api/entities#entity-length).
 */
export const checkText = (given: string, entities: readonly TlObject[]): Text => {
  const checked = clean(given, entities)
  if (checked.text === '') throw new RpcError(400, 'MESSAGE_EMPTY')
  if (lengthOf(checked.text) > MESSAGE_LENGTH_MAX) throw new RpcError(400, 'MESSAGE_TOO_LONG')
  return checked
}

/** The same for what stands under a photo or file, which may be empty. Throws MEDIA_CAPTION_TOO_LONG. */
export const checkCaption = (given: string, entities: readonly TlObject[], premium: boolean): Text => {
  const checked = clean(given, entities)
  const most = premium ? CAPTION_LENGTH_MAX.premium : CAPTION_LENGTH_MAX.default
  if (lengthOf(checked.text) > most) throw new RpcError(400, 'MEDIA_CAPTION_TOO_LONG')
  return checked
}

const lengthOf = (text: string): number => Array.from(text).length

const clean = (given: string, entities: readonly TlObject[]): Text => {
  const text = given.trim()
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
  kept.push(...foundEntities(text, kept))
  kept.sort(
    (a, b) => numberOf(a, 'offset') - numberOf(b, 'offset') || numberOf(b, 'length') - numberOf(a, 'length'),
  )
  return { text, entities: kept }
}

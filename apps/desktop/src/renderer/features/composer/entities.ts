import type { TextEntity } from '../../../contract/index.ts'

export type EntityType = TextEntity['type']

/** What an edit did to the text: `removed` code units at `at` were replaced by `inserted` ones. */
export type Edit = { readonly at: number; readonly removed: number; readonly inserted: number }

/**
 * The smallest edit between two texts. `caret` (after the edit) settles where, among equal letters, it happened.
 * Everything counts UTF-16 code units, as Telegram does (core.telegram.org/api/entities).
 */
export function findEdit(before: string, after: string, caret: number): Edit {
  const longestTail = Math.min(before.length, after.length - Math.min(caret, after.length))
  let tail = 0
  while (tail < longestTail && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  const longestHead = Math.min(before.length, after.length) - tail
  let head = 0
  while (head < longestHead && before[head] === after[head]) head++
  return { at: head, removed: before.length - head - tail, inserted: after.length - head - tail }
}

/**
 * Entities after an edit. Typing at the end of a bold word stays bold, as in Telegram's own editors; typing before it
 * does not; an entity whose text is gone goes too. A link does not grow at its end.
 */
export function applyEdit(entities: readonly TextEntity[], { at, removed, inserted }: Edit): TextEntity[] {
  const move = (position: number) =>
    position >= at + removed ? position + inserted - removed : Math.min(position, at)
  return entities.flatMap(entity => {
    const start = entity.offset
    const end = start + entity.length
    const grows = removed === 0 && end === at && entity.type !== 'text-link'
    const from = start < at ? start : start >= at + removed ? start + inserted - removed : at + inserted
    // An edit inside, or one that replaces the end, keeps what was typed within the entity.
    const touchesEnd = end > at && end < at + removed
    const to = grows ? end + inserted : end <= at ? end : touchesEnd ? at : move(end)
    return to > from ? [{ ...entity, offset: from, length: to - from }] : []
  })
}

/** Adds the format to a range, or takes it away where the whole range has it. */
export function toggleEntity(
  entities: readonly TextEntity[],
  type: EntityType,
  from: number,
  to: number,
  url?: string,
): TextEntity[] {
  if (to <= from) return [...entities]
  const others = entities.filter(entity => entity.type !== type)
  const same = entities.filter(entity => entity.type === type)
  const outside = same.flatMap(entity => cut(entity, from, to))
  if (url === undefined && hasFormat(entities, type, from, to)) return normalize([...others, ...outside])
  const added: TextEntity = { type, offset: from, length: to - from, ...(url === undefined ? {} : { url }) }
  return normalize([...others, ...outside, added])
}

/** Does every code unit of the range have the format? */
export function hasFormat(
  entities: readonly TextEntity[],
  type: EntityType,
  from: number,
  to: number,
): boolean {
  if (to <= from) return false
  let reached = from
  for (const entity of normalize(entities.filter(one => one.type === type))) {
    if (entity.offset <= reached) reached = Math.max(reached, entity.offset + entity.length)
  }
  return reached >= to
}

function cut(entity: TextEntity, from: number, to: number): TextEntity[] {
  const end = entity.offset + entity.length
  const before = { ...entity, length: Math.min(end, from) - entity.offset }
  const start = Math.max(entity.offset, to)
  const after = { ...entity, offset: start, length: end - start }
  return [before, after].filter(part => part.length > 0)
}

/** In reading order, neighbours of one format joined. */
function normalize(entities: readonly TextEntity[]): TextEntity[] {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)
  const joined: TextEntity[] = []
  for (const entity of sorted) {
    const index = joined.findLastIndex(
      one => one.type === entity.type && one.url === entity.url && one.offset + one.length >= entity.offset,
    )
    const last = joined[index]
    if (last === undefined) joined.push(entity)
    else {
      const end = Math.max(last.offset + last.length, entity.offset + entity.length)
      joined[index] = { ...last, length: end - last.offset }
    }
  }
  return joined
}

/** A run of text with one set of formats, for drawing. */
export type Segment = {
  readonly text: string
  readonly types: readonly EntityType[]
  readonly url: string | null
}

export function segments(text: string, entities: readonly TextEntity[]): Segment[] {
  const bounds = new Set([0, text.length])
  for (const { offset, length } of entities) {
    bounds.add(Math.min(offset, text.length))
    bounds.add(Math.min(offset + length, text.length))
  }
  const cuts = [...bounds].sort((a, b) => a - b)
  return cuts.slice(0, -1).map((from, index) => {
    const to = cuts[index + 1] ?? text.length
    const over = entities.filter(({ offset, length }) => offset <= from && offset + length >= to)
    return {
      text: text.slice(from, to),
      types: over.map(({ type }) => type),
      url: over.find(({ type }) => type === 'text-link')?.url ?? null,
    }
  })
}

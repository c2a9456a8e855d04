import { CallFailure } from './failure.ts'

const LONGEST_NAME = 80

/** Two names that a person would take for the same. */
const folded = (name: string): string => name.normalize('NFKC').toLocaleLowerCase()

/**
 * A name as it is kept: without blank ends. `others`: the names it must differ from. Throws `name/missing`,
 * `name/too-long`, `name/taken`.
 */
export function checkedName(typed: string, others: Iterable<string>): string {
  const name = typed.trim().replace(/\s+/g, ' ')
  if (name === '') throw new CallFailure('name/missing')
  if (name.length > LONGEST_NAME) throw new CallFailure('name/too-long', { limit: LONGEST_NAME })
  for (const other of others)
    if (folded(other) === folded(name)) throw new CallFailure('name/taken', { name: other })
  return name
}

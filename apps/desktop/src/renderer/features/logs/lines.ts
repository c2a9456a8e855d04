import type { LogLevelName, LogLine } from '../../../contract/index.ts'
import { folded } from '../../lib/search.ts'

export const LEVELS = ['debug', 'info', 'warning', 'error'] as const satisfies readonly LogLevelName[]
/** More lines than these are not kept on the page: the oldest go. */
const MOST = 5000

/** `minutes=5 chat=…`: what stands beside the event of a line. */
export const fieldsOf = ({ fields }: LogLine): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ')

/** A line as it is copied: everything that is known of it. */
export const asText = (line: LogLine): string =>
  `${line.at} ${line.level} ${line.source} ${line.event} ${fieldsOf(line)}`.trimEnd()

/** The lines that hold every word of `search`. */
export function searchLines(lines: readonly LogLine[], search: string): readonly LogLine[] {
  const words = folded(search).split(/\s+/).filter(Boolean)
  if (words.length === 0) return lines
  return lines.filter(line => {
    const text = folded(asText(line))
    return words.every(word => text.includes(word))
  })
}

/** `lines` with what was written since, as grave as asked for. */
export function appendLines(
  lines: readonly LogLine[],
  fresh: readonly LogLine[],
  level: LogLevelName,
): readonly LogLine[] {
  const least = LEVELS.indexOf(level)
  return [...lines, ...fresh.filter(line => LEVELS.indexOf(line.level) >= least)].slice(-MOST)
}

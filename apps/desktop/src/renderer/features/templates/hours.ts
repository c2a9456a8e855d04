import { readTime } from '../../lib/time.ts'

const MOST = 24

/** `9h 18:30` as times of a day, in order and each once; null where one of them is none, or there are too many. */
export function readHours(typed: string): string[] | null {
  const words = typed.split(/[\s,;]+/).filter(Boolean)
  const hours = words.map(readTime)
  if (hours.includes(null) || hours.length > MOST) return null
  return [...new Set(hours.flatMap(hour => hour ?? []))].sort()
}

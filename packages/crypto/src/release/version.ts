import { z } from 'zod'

const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-beta\.(\d{1,6}))?$/

/** `1.4.0`, or `1.4.0-beta.2` before it: as much of Semantic Versioning as is released. */
export const releaseVersionSchema = z.string().regex(VERSION)

const parts = (version: string): readonly number[] => {
  const found = VERSION.exec(version)
  if (found === null) throw new RangeError(`not a version: ${version}`)
  // A version without `beta` comes after every one with it.
  return found.slice(1).map(part => (part === undefined ? Infinity : Number(part)))
}

/** Negative, zero or positive, as sorting wants it. Throws on what is not a version. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)]
  const at = left.findIndex((part, index) => part !== right[index])
  return at === -1 ? 0 : Math.sign((left[at] ?? 0) - (right[at] ?? 0))
}

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import type { RestorePart } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { withStorageErrors, type DataPaths } from '../storage/index.ts'
import { PARTS, placeOf } from './layout.ts'
import { About, stampOf, syncFolder, writeAbout } from './snapshots.ts'

// Several files change places "at once": what is to be done is written down first, in one atomic write. From then on
// it is done, now or at the next start, before anything is opened; before it, nothing has happened.

const JOURNAL = 'restore.json'
export const STAGING = 'restoring'

const Journal = z.object({
  version: z.literal(1),
  keptAs: z.string(),
  about: About,
  moves: z.array(z.object({ from: z.string(), to: z.string(), aside: z.string() })),
})
type Journal = z.infer<typeof Journal>

/** Writes down what is to change places, which makes it happen. Gives the name of the folder for what was here. */
export function decideRestore(
  paths: DataPaths,
  staged: string,
  parts: readonly RestorePart[],
  about: Omit<About, 'reason'>,
  now: number,
): string {
  return withStorageErrors(() => {
    const keptAs = freeName(paths.root, `before-restore-${stampOf(now)}`)
    const inRoot = (path: string): string => {
      const short = relative(paths.root, path)
      return short.startsWith('..') || isAbsolute(short) ? path : short
    }
    const moves = parts
      .flatMap(part => PARTS[part])
      .flatMap(name => {
        const from = join(staged, ...name.split('/'))
        const to = placeOf(paths, name)
        // A companion of the old database may not stay beside the new one; media that a copy lacks may.
        if (!existsSync(from) && !/-(?:wal|shm)$/.test(name)) return []
        // A folder elsewhere, perhaps on another disk, is kept aside where it is.
        const isHere = inRoot(to) !== to
        const aside = isHere ? join(paths.root, keptAs, ...name.split('/')) : `${to}.${keptAs}`
        return [{ from: inRoot(from), to: inRoot(to), aside: inRoot(aside) }]
      })
    const journal: Journal = { version: 1, keptAs, about: { ...about, reason: 'restore' }, moves }
    const file = join(paths.root, JOURNAL)
    writeFileSync(`${file}.next`, JSON.stringify(journal), { mode: 0o600, flush: true })
    renameSync(`${file}.next`, file)
    syncFolder(paths.root)
    return keptAs
  })
}

const freeName = (root: string, wanted: string): string => {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}-${count}`
    if (!existsSync(join(root, name))) return name
  }
}

/**
 * Does what was decided and not yet done; nothing where there is nothing. Called before anything of the folder is
 * opened. Every step is one rename and is seen to be done by what is where, so it may be cut short anywhere.
 */
export function finishRestore(root: string): void {
  withStorageErrors(() => {
    const file = join(root, JOURNAL)
    if (!existsSync(file)) return
    const journal = Journal.safeParse(readJson(file))
    if (!journal.success) throw new CallFailure('storage/damaged')
    const at = (path: string): string => resolve(root, path)
    const kept = join(root, journal.data.keptAs)
    mkdirSync(kept, { recursive: true, mode: 0o700 })
    writeAbout(kept, journal.data.about)
    const touched = new Set<string>([root, kept])
    for (const { from, to, aside } of journal.data.moves.map(move => ({
      from: at(move.from),
      to: at(move.to),
      aside: at(move.aside),
    }))) {
      const companion = /-(?:wal|shm)$/.test(to)
      if (existsSync(to) && !existsSync(aside) && (companion || existsSync(from))) {
        mkdirSync(dirname(aside), { recursive: true, mode: 0o700 })
        renameSync(to, aside)
      }
      if (existsSync(from)) {
        mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
        renameSync(from, to)
      }
      for (const path of [to, aside]) if (existsSync(dirname(path))) touched.add(dirname(path))
    }
    for (const folder of touched) syncFolder(folder)
    rmSync(file)
    syncFolder(root)
  })
}

/** What an inspection left behind that came to nothing. */
export function clearStaging(root: string): void {
  if (existsSync(join(root, JOURNAL))) return
  rmSync(join(root, STAGING), { recursive: true, force: true, maxRetries: 3 })
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

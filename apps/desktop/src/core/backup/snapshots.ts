import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Snapshot } from '../../contract/index.ts'
import type { Log } from '../ports.ts'
import { withStorageErrors, type DataPaths } from '../storage/index.ts'
import { instantOf } from '../time.ts'
import { copySmallFiles, DATABASE, VAULT_FILE } from './layout.ts'

/** How many of each reason stay; what a restore put aside is a person's to remove. */
const KEPT: Readonly<Record<Snapshot['reason'], number>> = {
  daily: 7,
  migration: 3,
  asked: 3,
  restore: Infinity,
}

export const About = z.object({
  createdAt: Snapshot.shape.createdAt,
  reason: Snapshot.shape.reason,
  appVersion: z.string(),
})
export type About = z.infer<typeof About>

const ABOUT = 'snapshot.json'
const PARTIAL = 'unfinished'
/** Names that we give: never a path. */
const NAME = /^(?:before-restore-)?\d{8}-\d{6}[\w-]{0,40}$/

/** `20270104-090000`, in UTC: sorts by time. */
export const stampOf = (now: number): string => instantOf(now).replaceAll(/[-:Z]/g, '').replace('T', '-')

/** Writes `to`, a consistent copy of the database as it is now: `VACUUM INTO`. */
export type CopyDatabase = (to: string) => void

/**
 * Copies in the data folder, sealed as the data itself, without media. Synchronous: nothing changes while one is made,
 * and a folder either has its name, whole, or is not there.
 */
export function createSnapshots(deps: {
  readonly paths: DataPaths
  readonly now: () => number
  readonly version: string
  readonly log: Log
}) {
  const { paths, log } = deps
  const root = join(paths.root, 'snapshots')

  const folderOf = (name: string): string | null => {
    if (!NAME.test(name)) return null
    const folder = name.startsWith('before-restore-') ? join(paths.root, name) : join(root, name)
    return existsSync(folder) ? folder : null
  }

  const list = (): Snapshot[] =>
    [...namesIn(root), ...namesIn(paths.root).filter(name => name.startsWith('before-restore-'))]
      .flatMap(name => {
        const folder = NAME.test(name) ? folderOf(name) : null
        const about = folder === null ? null : readAbout(folder)
        if (folder === null || about === null) return []
        return [{ name, createdAt: about.createdAt, reason: about.reason, bytes: sizeOf(folder) }]
      })
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0))

  const remove = (name: string): void => {
    const folder = folderOf(name)
    if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }

  /** Throws `storage/*` and leaves nothing behind then. */
  const take = (reason: 'daily' | 'migration' | 'asked', copyDatabase: CopyDatabase): Snapshot =>
    withStorageErrors(() => {
      const partial = join(root, PARTIAL)
      rmSync(partial, { recursive: true, force: true })
      mkdirSync(partial, { recursive: true, mode: 0o700 })
      try {
        copyDatabase(join(partial, DATABASE))
        copySmallFiles(paths, partial)
        const createdAt = instantOf(deps.now())
        writeAbout(partial, { createdAt, reason, appVersion: deps.version })
        syncAll(partial)
        const name = freeName(`${stampOf(deps.now())}-${reason}`)
        renameSync(partial, join(root, name))
        syncFolder(root)
        // Never the one just made, which is the oldest by its date where the clock was set back.
        for (const old of list()
          .filter(one => one.reason === reason && one.name !== name)
          .slice(KEPT[reason] - 1))
          remove(old.name)
        return { name, createdAt, reason, bytes: sizeOf(join(root, name)) }
      } catch (error) {
        rmSync(partial, { recursive: true, force: true })
        throw error
      }
    })

  const freeName = (wanted: string): string => {
    for (let count = 1; ; count++) {
      const name = count === 1 ? wanted : `${wanted}-${count}`
      if (!existsSync(join(root, name))) return name
    }
  }

  return {
    list,
    sizeOf,
    folderOf,
    remove,
    take,
    /** Once a day, and never in the way of anything else. */
    takeDaily: (copyDatabase: CopyDatabase): void => {
      const now = deps.now()
      // A date to come is of a clock that was wrong: it says nothing of the day.
      const isOfToday = ({ reason, createdAt }: Snapshot): boolean =>
        reason === 'daily' && Date.parse(createdAt) <= now && now - Date.parse(createdAt) < DAY_MS
      try {
        if (!list().some(isOfToday)) take('daily', copyDatabase)
      } catch (error) {
        log('warning', 'snapshot.failed', { error: error instanceof Error ? error.message : 'unknown' })
      }
    },
    /**
     * The ways into the vault have changed: a copy that could still be opened by a passphrase that was taken back would
     * keep it alive. `isSame` tells the vault files under the same data key. A copy that cannot be changed is logged: it
     * undoes nothing, and its turn comes again at the next opening.
     */
    refreshVault: (text: string, isSame: (text: string) => boolean): void => {
      for (const { name } of list()) {
        const file = join(folderOf(name) ?? '', VAULT_FILE)
        try {
          const present = existsSync(file) ? readFileSync(file, 'utf8') : text
          if (present === text || !isSame(present)) continue
          const next = `${file}.next`
          writeFileSync(next, text, { mode: 0o600, flush: true })
          renameSync(next, file)
        } catch {
          log('warning', 'vault.copies-not-changed', { name })
        }
      }
    },
  }
}
export type Snapshots = ReturnType<typeof createSnapshots>

const DAY_MS = 86_400_000

const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : [])

export function readAbout(folder: string): About | null {
  try {
    return About.parse(JSON.parse(readFileSync(join(folder, ABOUT), 'utf8')))
  } catch {
    return null
  }
}

export const writeAbout = (folder: string, about: About): void =>
  writeFileSync(join(folder, ABOUT), `${JSON.stringify(about, null, 2)}\n`, { mode: 0o600, flush: true })

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

function syncAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const file = openSync(path, 'r+')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    syncFolder(dirname(path))
  }
}

/** Without this a rename may be lost in a power cut. Windows offers no such call for folders. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

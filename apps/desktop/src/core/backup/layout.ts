import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RestorePart } from '../../contract/index.ts'
import type { DataPaths } from '../storage/index.ts'

// Backups, snapshots and what a restore puts aside have one layout: the data folder's own, with the standard names.

export const DATABASE = 'autotele.db'
export const SESSIONS = 'sessions'
export const MEDIA = 'media'
export const CONFIG_FILE = 'config/app_config.json'
export const VAULT_FILE = 'config/vault.json'
export const SALT_FILE = 'config/.salt'

/** What belongs to each part. SQLite's companion files go with their database, media with the messages they are in. */
export const PARTS: Readonly<Record<RestorePart, readonly string[]>> = {
  database: [DATABASE, `${DATABASE}-wal`, `${DATABASE}-shm`, MEDIA],
  sessions: [SESSIONS],
  vault: [VAULT_FILE, SALT_FILE],
  settings: [CONFIG_FILE],
}
export const ALL_PARTS = Object.keys(PARTS) as RestorePart[]

/** Where a name of the layout is in this installation. */
export const placeOf = (paths: DataPaths, name: string): string =>
  name === SESSIONS ? paths.sessions : join(paths.root, ...name.split('/'))

/** Names of plain files in a folder; none where there is no folder. */
export const filesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => entry.name)
    : []

/** Copies the small files, settings, vault and sessions, into `to`. What is not there is left out. */
export function copySmallFiles(paths: DataPaths, to: string): void {
  const copy = (from: string, name: string): void => {
    const target = join(to, ...name.split('/'))
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    copyFileSync(from, target)
  }
  for (const name of [CONFIG_FILE, VAULT_FILE, SALT_FILE]) {
    const from = placeOf(paths, name)
    if (existsSync(from)) copy(from, name)
  }
  for (const name of filesIn(paths.sessions).filter(name => SESSION_FILE.test(name)))
    copy(join(paths.sessions, name), `${SESSIONS}/${name}`)
}

export const SESSION_FILE = /^[\w-]{1,64}\.session$/
export const MEDIA_FILE = /^[\w-][\w.-]{0,199}$/

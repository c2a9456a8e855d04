import { chooseUpdate, verifyRelease, type Installed, type ReleaseFile } from '@autotele/crypto'
import type { PublicJwk } from '@autotele/shared'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock, Log, Timers } from '../../core/ports.ts'
import { writeFileAtomic } from '../../core/storage/files.ts'
import { UpdateFailure, type UpdatePort } from '../shell/updates.ts'
import { downloadVerified, isWhole, onDisk } from './download.ts'
import { fetchText, type Fetch } from './fetching.ts'

/** Where releases are announced, and whose signature is believed: compiled in, never configured. */
export type UpdateFeed = {
  readonly key: PublicJwk
  /** The feed's folder, with a slash at its end. */
  readonly url: string
  readonly channel: 'stable' | 'beta'
}

/** The system's way of replacing the program. */
export type Installer = {
  /** Brings a verified file to where it is installed from, and answers where that is. Throws `UpdateFailure`. */
  prepare(file: string): Promise<string>
  /** Installs it and ends the program. */
  install(file: string): void
}

/** A manifest is some kilobytes; more than this is something else. */
const LONGEST_FEED = 256 * 1024
const Newest = z.object({ signedAt: z.iso.datetime() })

/**
 * Finds, fetches and verifies updates. What decides is the release that our key signed; the server and the way to it
 * are believed nothing. `installer` null: this form of the program is replaced by hand.
 */
export function createUpdater(options: {
  readonly feed: UpdateFeed
  readonly installed: Installed
  readonly installer: Installer | null
  /** For what was fetched, and for the time of the newest release that was believed. */
  readonly folder: string
  readonly fetch: Fetch
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly language: () => 'fr' | 'en'
  /** Starts the program again as it is: what lay ready is not what was verified any more. */
  readonly restart: () => void
}): UpdatePort {
  const { feed, installed, installer, folder, clock, log } = options
  const newestFile = join(folder, 'newest.json')
  let offered:
    { readonly version: string; readonly file: ReleaseFile; readonly expiresAt: string } | undefined
  let ready: { readonly path: string; readonly file: ReleaseFile } | undefined

  async function newestSeen(): Promise<string | null> {
    try {
      return Newest.parse(JSON.parse(await readFile(newestFile, 'utf8'))).signedAt
    } catch {
      return null
    }
  }

  return {
    async check() {
      offered = undefined
      const text = await fetchText(options, `${feed.url}${feed.channel}.jws`, LONGEST_FEED)
      const signedAfter = await newestSeen()
      const verified = await verifyRelease(text, { ...feed, now: clock.now(), signedAfter })
      if (!verified.ok) {
        log('warning', 'update.refused', { code: verified.code })
        // What is not even signed text is the page of a portal or of a broken server, not a forgery.
        throw new UpdateFailure(verified.code === 'MALFORMED' ? 'unreachable' : 'untrusted')
      }
      const { version, signedAt, expiresAt, page, notes } = verified.claims
      if (signedAt !== signedAfter) await onDisk(writeFileAtomic(newestFile, JSON.stringify({ signedAt })))
      const update = chooseUpdate(verified.claims, installed)
      if (update === null) return null
      offered = { version, file: update.file, expiresAt }
      const byHand = installer === null || update.byHand
      return { version, notes: notes[options.language()], page: byHand ? page : null }
    },

    async download(version, onProgress) {
      if (installer === null || offered?.version !== version) throw new UpdateFailure('unreachable')
      const { file, expiresAt } = offered
      if (Date.parse(expiresAt) <= clock.now()) throw new UpdateFailure('untrusted')
      const path = await downloadVerified({ ...options, base: feed.url, file, onProgress })
      ready = { path: await installer.prepare(path), file }
    },

    install() {
      // Looked at once more: hours may lie between the download and this moment.
      if (installer !== null && ready !== undefined && isWhole(ready.path, ready.file)) {
        installer.install(ready.path)
        return
      }
      log('error', 'update.changed-on-disk')
      options.restart()
    },
  }
}

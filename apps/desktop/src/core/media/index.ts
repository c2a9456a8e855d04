import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { MAX_MEDIA_READ, MediaFile, MediaId, type Handlers, type HostHandlers } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Clock, Log, Random, Timers } from '../ports.ts'
import type { Database } from '../storage/index.ts'
import type { SealedRecords } from '../vault/index.ts'
import type { Sealer } from '../vault/sealer.ts'
import { createIntake, type TakenIn } from './intake.ts'
import { PIECE_BYTES, readPiece } from './vault-file.ts'

export type Media = {
  readonly handlers: Pick<
    Handlers,
    'media.get' | 'media.describe' | 'media.thumbnail' | 'media.read' | 'media.remove'
  >
  readonly hostHandlers: HostHandlers
  file(id: MediaId): MediaFile | null
  /** The 512 KiB from `piece` × 512 KiB on; null when the copy is damaged or gone. */
  piece(id: MediaId, piece: number): Promise<Uint8Array | null>
  /** A JPEG, if the page has made one. */
  thumbnail(id: MediaId): Uint8Array | null
  start(): void
  stop(): Promise<void>
}

export type MediaDeps = {
  readonly database: Database
  readonly sealer: Sealer
  readonly records: SealedRecords
  readonly folder: string
  readonly random: Random
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** Files that a message still to come, a series or a draft needs; asked when nothing else is under way. */
  readonly inUse: () => Iterable<MediaId>
}

const Sealed = MediaFile.omit({ id: true, thumbnail: true }).extend({ key: z.base64() })
type Stored = { readonly file: string; readonly key: Uint8Array; readonly facts: MediaFile }

const THUMBNAIL = 'media-thumbnail'
const MOST_THUMBNAIL_BYTES = 200 * 1024
const SWEEP_EVERY_MS = 3600_000
/** What was just added belongs to a message that is being written and may not have been saved yet. */
const KEPT_UNUSED_MS = 24 * 3600_000

/** The files of messages: one encrypted copy of each in the profile, for as long as something needs it. */
export function createMedia(deps: MediaDeps): Media {
  const { database, sealer, records, folder, clock } = deps
  const intake = createIntake({ ...deps, digestKey: () => digestKeyOf(records, deps.random) })
  let cancelSweep = (): void => undefined
  let stopped = false
  let cleared: Promise<void> = Promise.resolve()

  const stored = (id: MediaId): Stored | null => {
    const row = database.get('SELECT file, sealed FROM media WHERE id = ?', id)
    if (!row) return null
    const { key, ...facts } = Sealed.parse(
      JSON.parse(sealer.openText('media', id, row['sealed'] as Uint8Array)),
    )
    return {
      file: String(row['file']),
      key: Buffer.from(key, 'base64'),
      facts: { id, ...facts, thumbnail: records.read(THUMBNAIL, id) !== null },
    }
  }
  const known = (id: MediaId): Stored => {
    const found = stored(id)
    if (found === null) throw new CallFailure('media/unknown')
    return found
  }
  const save = (id: MediaId, file: string, key: Uint8Array, facts: Omit<MediaFile, 'id' | 'thumbnail'>) => {
    const sealed = Sealed.parse({ ...facts, key: Buffer.from(key).toString('base64') })
    database.run(
      `INSERT INTO media (id, file, sealed, added_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, added_at = excluded.added_at`,
      ...[id, file, sealer.sealText('media', id, JSON.stringify(sealed)), Math.floor(clock.now())],
    )
  }

  /** The same contents under another name are the copy there is. */
  const keep = async ({ digest, file, key, ...facts }: TakenIn): Promise<MediaFile> => {
    const id = MediaId.parse(digest)
    const before = stored(id)
    const whole = before !== null && (await pieceOf(before, 0)) !== null
    if (whole) {
      await rm(join(folder, file), { force: true })
      save(id, before.file, before.key, { ...before.facts, name: facts.name })
    } else {
      if (before !== null) database.run('DELETE FROM media WHERE id = ?', id)
      save(id, file, key, { duration: null, ...facts })
    }
    return known(id).facts
  }

  const pieceOf = ({ file, key, facts }: Stored, piece: number): Promise<Uint8Array | null> =>
    readPiece(join(folder, file), file, key, facts.size, piece)

  const forget = async (id: MediaId, file: string): Promise<void> => {
    database.transaction(() => {
      database.run('DELETE FROM uploaded_media WHERE media_id = ?', id)
      database.run('DELETE FROM media WHERE id = ?', id)
      records.remove(THUMBNAIL, id)
    })
    await rm(join(folder, file), { force: true })
  }

  const sweep = async (): Promise<void> => {
    const used = new Set<string>(deps.inUse())
    const rows = database.all('SELECT id, file, added_at FROM media')
    const old = rows.filter(
      row => !used.has(String(row['id'])) && clock.now() - Number(row['added_at']) > KEPT_UNUSED_MS,
    )
    for (const row of old) await forget(row['id'] as MediaId, String(row['file']))
    if (old.length > 0) deps.log('info', 'media.swept', { count: old.length })
  }

  /** What a run that was killed left half written, or written and not yet noted. */
  const clear = async (): Promise<void> => {
    const files = new Set(database.all('SELECT file FROM media').map(row => String(row['file'])))
    for (const name of await readdir(folder).catch(() => []))
      if (!files.has(name)) await rm(join(folder, name), { force: true })
  }

  const sweepSoon = (work: () => Promise<void>): void => {
    work()
      .catch((error: unknown) =>
        deps.log('warning', 'media.sweep', { error: error instanceof Error ? error.name : 'unknown' }),
      )
      .finally(() => {
        if (!stopped) cancelSweep = deps.timers.after(SWEEP_EVERY_MS, () => sweepSoon(sweep))
      })
  }

  return {
    handlers: {
      'media.get': ({ ids }) => ids.flatMap(id => stored(id)?.facts ?? []),
      'media.describe': ({ id, thumbnail, width, height, duration }) => {
        const { file, key, facts } = known(id)
        if (thumbnail !== undefined) {
          const bytes = Buffer.from(thumbnail, 'base64')
          const isJpeg =
            bytes.length <= MOST_THUMBNAIL_BYTES && bytes.subarray(0, 2).toString('hex') === 'ffd8'
          if (!isJpeg) throw new CallFailure('call/invalid-input')
          records.write(THUMBNAIL, id, thumbnail)
        }
        save(id, file, key, {
          ...facts,
          width: width ?? facts.width,
          height: height ?? facts.height,
          duration: duration ?? facts.duration,
        })
        return known(id).facts
      },
      'media.thumbnail': ({ id }) => {
        const kept = records.read(THUMBNAIL, id)
        return { base64: typeof kept === 'string' ? kept : null }
      },
      'media.read': async ({ id, offset }) => {
        const found = known(id)
        const piece = Math.floor(offset / PIECE_BYTES)
        const bytes = await pieceOf(found, piece)
        if (bytes === null) throw new CallFailure('media/damaged', { name: found.facts.name })
        const from = offset - piece * PIECE_BYTES
        return { base64: Buffer.from(bytes.subarray(from, from + MAX_MEDIA_READ)).toString('base64') }
      },
      'media.remove': async ({ id }) => {
        const { file } = known(id)
        if (new Set(deps.inUse()).has(id)) throw new CallFailure('media/in-use')
        await forget(id, file)
        return {}
      },
    },
    hostHandlers: {
      'media.begin': async ({ name, size }) => {
        // What is not noted is removed at the start: nothing comes in before that is over.
        await cleared
        return { intake: await intake.begin(name, size) }
      },
      'media.write': async ({ intake: id, bytes }) => {
        await intake.write(id, bytes)
        return {}
      },
      'media.end': async ({ intake: id }) => keep(await intake.end(id)),
      'media.abort': async ({ intake: id }) => {
        await intake.abort(id)
        return {}
      },
    },
    file: id => stored(id)?.facts ?? null,
    piece: async (id, piece) => {
      const found = stored(id)
      return found === null ? null : pieceOf(found, piece)
    },
    thumbnail: id => {
      const kept = records.read(THUMBNAIL, id)
      return typeof kept === 'string' ? Buffer.from(kept, 'base64') : null
    },
    start: () => {
      stopped = false
      cleared = clear().catch(() => undefined)
      sweepSoon(() => cleared.then(sweep))
    },
    stop: async () => {
      stopped = true
      cancelSweep()
      await intake.stop()
    },
  }
}

/** Made once: names of files would otherwise tell whoever has the disk which well-known files are there. */
function digestKeyOf(records: SealedRecords, random: Random): Uint8Array {
  const kept = records.read('media-key', 'digest')
  if (typeof kept === 'string') return Buffer.from(kept, 'base64')
  const made = Buffer.from(random.bytes(32))
  records.write('media-key', 'digest', made.toString('base64'))
  return made
}

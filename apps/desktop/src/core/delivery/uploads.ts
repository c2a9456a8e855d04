import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { AccountId, MediaId, PlanMedia, Progress } from '../../contract/index.ts'
import type { Clock, Random } from '../ports.ts'
import type { Database } from '../storage/database.ts'
import type { FilePart, RemoteFile, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import type { Sealer } from '../vault/sealer.ts'
import type { MediaPort } from './ports.ts'

// Files go to Telegram before the message that carries them, one part at a time between the other work of an account, so
// that nothing waits for a large one. What was made of a file serves every chat of the account until it goes stale.

const PART_BYTES = 512 * 1024
/** Larger files have their own request (core.telegram.org/api/files#uploading-files). */
const BIG_BYTES = 10 * 1024 * 1024
/** References are good for hours, nobody says how many; a refused one is made again anyway. */
const FRESH_MS = 6 * 3600_000

const Remote = z.object({
  kind: z.enum(['photo', 'document']),
  id: z.string(),
  accessHash: z.string(),
  reference: z.string(),
})

const DAMAGED: TelegramFailure = { reaction: 'FIX', code: 'media/damaged', rpc: 'file-damaged' }

type Deps = {
  readonly database: Database
  readonly sealer: Sealer
  readonly clock: Clock
  readonly random: Random
  readonly media: MediaPort
}

type UnderWay = Omit<FilePart, 'bytes'> & {
  readonly key: string
  readonly name: string
  readonly size: number
}

/** `ready` with every file of a message as Telegram knows it, `more` after one step on the way there. */
export type UploadStep =
  | { readonly kind: 'ready'; readonly files: readonly RemoteFile[] }
  | { readonly kind: 'more' }
  | { readonly kind: 'failed'; readonly failure: TelegramFailure }

export type Uploads = ReturnType<typeof createUploads>

/** Brings the files of one account to Telegram. After a kill a file is brought again from its beginning. */
export function createUploads(accountId: AccountId, { database, sealer, clock, random, media }: Deps) {
  let underWay: UnderWay | null = null

  const sealedId = (id: MediaId, variant: string): string => `${accountId}/${id}/${variant}`
  const find = (file: PlanMedia): RemoteFile | null => {
    const variant = variantOf(file)
    const row = database.get(
      'SELECT sealed FROM uploaded_media WHERE account_id = ? AND media_id = ? AND variant = ? AND made_at > ?',
      ...[accountId, file.id, variant, Math.floor(clock.now() - FRESH_MS)],
    )
    if (!row) return null
    const text = sealer.openText('uploaded-media', sealedId(file.id, variant), row['sealed'] as Uint8Array)
    return Remote.parse(JSON.parse(text))
  }
  const keep = (file: PlanMedia, remote: RemoteFile): void => {
    const variant = variantOf(file)
    const sealed = sealer.sealText('uploaded-media', sealedId(file.id, variant), JSON.stringify(remote))
    database.run(
      `INSERT INTO uploaded_media (account_id, media_id, variant, sealed, made_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (account_id, media_id, variant) DO UPDATE SET sealed = excluded.sealed, made_at = excluded.made_at`,
      ...[accountId, file.id, variant, sealed, Math.floor(clock.now())],
    )
  }

  const begin = (file: PlanMedia, key: string): UnderWay => ({
    ...{ key, part: 0, name: file.name, size: file.size },
    fileId: Buffer.from(random.bytes(8)).readBigInt64LE().toString(),
    parts: Math.ceil(file.size / PART_BYTES),
    big: file.size > BIG_BYTES,
  })

  const advance = async (line: TelegramConnection, file: PlanMedia): Promise<UploadStep> => {
    const key = `${file.id}/${variantOf(file)}`
    const now = underWay?.key === key ? underWay : begin(file, key)
    underWay = now
    if (now.part < now.parts) {
      const bytes = await media.piece(file.id, now.part)
      if (bytes === null || bytes.length === 0) return failed(DAMAGED)
      const saved = await line.saveFilePart({ ...now, bytes })
      if (!saved.ok) return failed(saved.error)
      underWay = { ...now, part: now.part + 1 }
      return { kind: 'more' }
    }
    const made = await line.makeMedia({ kind: 'self' }, now, file, media.thumbnail(file.id))
    if (!made.ok) return failed(made.error)
    keep(file, made.value)
    underWay = null
    return { kind: 'more' }
  }

  const failed = (failure: TelegramFailure): UploadStep => {
    // Parts of ours are there still when the connection or a pause was the reason; of anything else nothing is known.
    if (!['OFFLINE', 'UNCERTAIN', 'WAIT', 'BACKOFF'].includes(failure.reaction)) underWay = null
    return { kind: 'failed', failure }
  }

  return {
    /** One step towards all of `files` being there: at most one request. */
    step: async (line: TelegramConnection, files: readonly PlanMedia[]): Promise<UploadStep> => {
      const there = files.map(find)
      const missing = files.find((_, index) => there[index] === null)
      if (missing !== undefined) return advance(line, missing)
      return { kind: 'ready', files: there.flatMap(remote => remote ?? []) }
    },
    /** Nothing is to be placed: what was under way belongs to a message that was cancelled. */
    rest: (): void => {
      underWay = null
    },
    /** Telegram takes these no longer as they are. */
    forget: (files: readonly PlanMedia[]): void => {
      underWay = null
      for (const { id } of files)
        database.run('DELETE FROM uploaded_media WHERE account_id = ? AND media_id = ?', accountId, id)
    },
    progress: (): Progress['upload'] =>
      underWay === null
        ? null
        : {
            name: underWay.name,
            done: Math.min(underWay.part * PART_BYTES, underWay.size),
            total: underWay.size,
          },
  }
}

/** A file sent as a photo and as a document, or under two names, is two at Telegram. */
const variantOf = ({ kind, name, mime, width, height, duration }: PlanMedia): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, name, mime, width, height, duration]))
    .digest('hex')
    .slice(0, 16)

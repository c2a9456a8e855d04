import { z } from 'zod'
import { Done, Instant, Nothing } from './common.ts'
import { event, method } from './define.ts'
import { MAX_UPLOAD_BASE64 } from './limits.ts'

// All but `create`, `takeSnapshot` and `removeKept` also answer while the vault is locked or new, and where the data
// cannot be opened at all (`storage/damaged`, `vault/damaged`, `storage/newer-version`): that is when one restores.

const Id = z.string().min(1).max(64)
const Path = z.string().min(1).max(4096)

/** A finished backup, an encrypted file. `path`: where it was written; null: fetch it with `read`, then `discard` it. */
export const BackupFile = z.object({
  backupId: z.string(),
  path: z.string().nullable(),
  fileName: z.string(),
  bytes: z.int(),
})
export type BackupFile = z.infer<typeof BackupFile>

/** A copy that AutoTele keeps in its own folder, sealed as the data itself. */
export const Snapshot = z.object({
  name: z.string(),
  createdAt: Instant,
  /** `migration`: before a new version changed the database; `restore`: what a restore put aside. */
  reason: z.enum(['daily', 'migration', 'asked', 'restore']),
  bytes: z.int(),
})
export type Snapshot = z.infer<typeof Snapshot>

export const RestoreSource = z.discriminatedUnion('kind', [
  /** A backup on the machine of the core. */
  z.strictObject({ kind: z.literal('path'), path: Path }),
  /** A backup sent with `beginUpload` and `upload`. */
  z.strictObject({ kind: z.literal('upload'), uploadId: Id }),
  z.strictObject({ kind: z.literal('snapshot'), name: z.string().max(100) }),
])
export type RestoreSource = z.infer<typeof RestoreSource>

/** What may be restored on its own. `sessions` come with their `database`, and both with their `vault`. */
export const RestorePart = z.enum(['database', 'sessions', 'vault', 'settings'])
export type RestorePart = z.infer<typeof RestorePart>

export const RestoreWarning = z.enum([
  /** Telegram ends a session that is used on two computers: it must not stay in use where the backup comes from. */
  'session-on-two-computers',
  /** What was not placed yet waits, paused, until a person has looked at it: it may have been placed since. */
  'waiting-is-paused',
  /** The data here is newer than what would replace it. */
  'newer-here',
  /** It comes from an older version of AutoTele and is brought up to date. */
  'older-version',
  'session-missing',
])
export type RestoreWarning = z.infer<typeof RestoreWarning>

/** What a backup holds; all of it was decrypted and verified, nothing was replaced yet. */
export const RestorePreview = z.object({
  restoreId: z.string(),
  createdAt: Instant,
  appVersion: z.string(),
  bytes: z.int(),
  /** Null: a snapshot whose vault is not open here, so that names cannot be read. */
  accounts: z.array(z.object({ name: z.string(), phone: z.string(), session: z.boolean() })).nullable(),
  counts: z.object({
    accounts: z.int(),
    chats: z.int(),
    waiting: z.int(),
    messages: z.int(),
    series: z.int(),
  }),
  /** The same of what would be put aside; null where there is none, or it cannot be read. */
  here: z
    .object({ accounts: z.int(), chats: z.int(), waiting: z.int(), messages: z.int(), series: z.int() })
    .nullable(),
  /** What can be restored of it. */
  parts: z.array(RestorePart),
  /** Parts that cannot be read here, proposed for a repair. */
  damagedHere: z.array(RestorePart),
  warnings: z.array(RestoreWarning),
})
export type RestorePreview = z.infer<typeof RestorePreview>

export const backup = {
  /**
   * Writes everything into one file that only `passphrase` opens: `vault/passphrase-too-weak`. `path`: an absolute
   * name for it on the machine of the core (`backup/path-unusable`, `backup/file-exists`); null: a temporary one.
   */
  create: method(
    z.strictObject({ passphrase: z.string().min(1).max(1024), path: Path.nullable() }),
    BackupFile,
  ),
  /** A piece of a finished backup; put together in order, they are the file. `backup/over` when it was discarded. */
  read: method(
    z.strictObject({ backupId: Id, offset: z.int().min(0) }),
    z.object({ base64: z.string(), next: z.int().nullable() }),
  ),
  discard: method(z.strictObject({ backupId: Id }), Done),
  beginUpload: method(Nothing, z.object({ uploadId: z.string() })),
  /** In order: `offset` is how much was sent before. Answers with how much there is now. */
  upload: method(
    z.strictObject({ uploadId: Id, offset: z.int().min(0), base64: z.base64().max(MAX_UPLOAD_BASE64) }),
    z.object({ bytes: z.int() }),
  ),
  /**
   * Decrypts and verifies into a folder beside the data, and tells what is there. Throws `backup/path-unusable`,
   * `backup/over`, `backup/not-a-backup`, `backup/damaged`, `vault/wrong-passphrase`, `storage/newer-version`,
   * `storage/disk-full`. A snapshot needs no passphrase.
   */
  inspect: method(
    z.strictObject({ source: RestoreSource, passphrase: z.string().min(1).max(1024).nullable() }),
    RestorePreview,
  ),
  /**
   * Puts what was inspected in the place of the present data, all of it or nothing, whatever happens meanwhile; the
   * present data is kept aside (`keptAs`, a folder's name). The core starts anew: everything is to be fetched again. A
   * backup's passphrase opens the vault from then on. `parts`: null for all.
   */
  restore: method(
    z.strictObject({ restoreId: Id, parts: z.array(RestorePart).min(1).nullable() }),
    z.object({ keptAs: z.string() }),
  ),
  forget: method(z.strictObject({ restoreId: Id }), Done),
  /** Newest first. */
  snapshots: method(Nothing, z.array(Snapshot)),
  takeSnapshot: method(Nothing, Snapshot),
  /** Removes what a restore put aside. */
  removeKept: method(z.strictObject({ name: z.string().max(100) }), Done),
  /** Bytes written, read or verified. */
  progressed: event(z.object({ doing: z.enum(['create', 'inspect']), done: z.int(), total: z.int() })),
} as const

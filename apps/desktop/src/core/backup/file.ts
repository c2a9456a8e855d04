import { createHash, type KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  BACKUP_PIECE_BYTES,
  BACKUP_TAG_BYTES,
  deriveBackupKey,
  openBackupPiece,
  sealBackupPiece,
} from '@autotele/crypto'
import { z } from 'zod'
import { CallFailure } from '../failure.ts'
import { openWithPassphrase, parseVaultFile, vaultFileText, type VaultFile } from '../vault/index.ts'

// The backup file of docs/vault-format.md, written and read piece by piece.

const MAGIC = Buffer.from('AutoTele backup\n')
const LONGEST_HEADER = 64 * 1024
const LONGEST_MANIFEST = 32 * 1024 * 1024

const Header = z.object({
  format: z.literal('autotele-backup'),
  version: z.literal(1),
  salt: z.base64(),
  vault: z.unknown(),
})

/** Whatever a manifest says, nothing is written elsewhere than in these places. */
const SAFE_PATH =
  /^(?:autotele\.db|config\/app_config\.json|sessions\/[\w-]{1,64}\.session|media\/[\w-][\w.-]{0,199})$/

const Manifest = z.object({
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  appVersion: z.string().max(100),
  files: z
    .array(z.object({ path: z.string().regex(SAFE_PATH), bytes: z.int().min(0) }))
    // Also by a disk that takes two cases of a name for one.
    .refine(files => new Set(files.map(({ path }) => path.toLowerCase())).size === files.length),
})
export type Manifest = z.infer<typeof Manifest>

export type BackupContents = {
  readonly createdAt: string
  readonly appVersion: string
  /** `path` in the backup, `from` on this disk, and how long it is. */
  readonly files: readonly { readonly path: string; readonly from: string; readonly bytes: number }[]
}

/**
 * Writes a backup into an open, empty file. `vault` opens by passphrases alone; `salt` is 32 random bytes of this
 * backup's own. Gives its length. Throws when a file is not as long as was said.
 */
export async function writeBackup(
  file: FileHandle,
  { createdAt, appVersion, files }: BackupContents,
  seal: { readonly vault: VaultFile; readonly vaultKey: Uint8Array; readonly salt: Uint8Array },
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const header = Buffer.from(
    JSON.stringify({
      format: 'autotele-backup',
      version: 1,
      salt: Buffer.from(seal.salt).toString('base64'),
      vault: JSON.parse(vaultFileText(seal.vault)),
    }),
  )
  const start = Buffer.concat([MAGIC, lengthOf(header), header])
  const manifest: Manifest = {
    version: 1,
    createdAt,
    appVersion,
    files: files.map(({ path, bytes }) => ({ path, bytes })),
  }
  const first = Buffer.from(JSON.stringify(manifest))
  const total = files.reduce((sum, { bytes }) => sum + bytes, 4 + first.length)

  async function* plaintext(): AsyncGenerator<Uint8Array> {
    yield lengthOf(first)
    yield first
    for (const { from, bytes } of files) {
      let seen = 0
      for await (const piece of createReadStream(from, { highWaterMark: 4 * BACKUP_PIECE_BYTES })) {
        seen += (piece as Buffer).length
        yield piece as Buffer
      }
      if (seen !== bytes) throw new Error('a file changed while it was backed up')
    }
  }

  const key = deriveBackupKey(seal.vaultKey, seal.salt)
  const prefix = createHash('sha256').update(start).digest()
  await file.writeFile(start)
  let length = start.length
  let done = 0
  let index = 0
  for await (const { bytes, last } of piecesOf(plaintext(), total)) {
    const sealed = sealBackupPiece(bytes, key, { index, last, prefix })
    await file.writeFile(sealed)
    length += sealed.length
    done += bytes.length
    index += 1
    onProgress(done, total)
  }
  return length
}

const lengthOf = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return length
}

/** Cuts `total` bytes into pieces of one length; the last one, which may be shorter, is marked. */
async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  total: number,
): AsyncGenerator<{ bytes: Uint8Array; last: boolean }> {
  const piece = Buffer.alloc(BACKUP_PIECE_BYTES)
  let filled = 0
  let given = 0
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + piece.length - filled)
      piece.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < piece.length && given + filled < total) continue
      given += filled
      yield { bytes: piece.subarray(0, filled), last: given === total }
      filled = 0
    }
  }
}

/** What a backup says of itself before it is opened, and the key to the rest. The caller zeroes the key. */
export type OpenedBackup = {
  readonly vault: VaultFile
  readonly vaultKey: Uint8Array
  readonly manifest: Manifest
}

/**
 * Decrypts a backup into `folder`. Throws `backup/not-a-backup`, `backup/damaged`, `vault/wrong-passphrase`,
 * `storage/newer-version` (of the backup's format).
 */
export async function readBackup(
  path: string,
  passphrase: string,
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<OpenedBackup> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const { header, start } = await readHeader(file)
    const vault = parseVaultFile(JSON.stringify(header.vault))
    if (!vault) throw new CallFailure('backup/damaged')
    const vaultKey = await openWithPassphrase(vault, passphrase)
    const key = deriveBackupKey(vaultKey, Buffer.from(header.salt, 'base64'))
    const prefix = createHash('sha256').update(start).digest()
    const plaintext = openPieces(file, start.length, size, key, prefix, onProgress)
    return { vault, vaultKey, manifest: await unpack(plaintext, folder) }
  } finally {
    await file.close()
  }
}

async function readHeader(file: FileHandle): Promise<{ header: z.infer<typeof Header>; start: Buffer }> {
  const fixed = Buffer.alloc(MAGIC.length + 4)
  await file.read(fixed, 0, fixed.length, 0)
  const length = fixed.readUInt32BE(MAGIC.length)
  if (!fixed.subarray(0, MAGIC.length).equals(MAGIC) || length > LONGEST_HEADER)
    throw new CallFailure('backup/not-a-backup')
  const json = Buffer.alloc(length)
  const { bytesRead } = await file.read(json, 0, length, fixed.length)
  if (bytesRead < length) throw new CallFailure('backup/damaged')
  const header = Header.safeParse(tryJson(json))
  if (header.success) return { header: header.data, start: Buffer.concat([fixed, json]) }
  const version = z.object({ version: z.int().min(2) }).safeParse(tryJson(json))
  throw new CallFailure(version.success ? 'storage/newer-version' : 'backup/damaged')
}

function tryJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}

async function* openPieces(
  file: FileHandle,
  from: number,
  size: number,
  key: KeyObject,
  prefix: Uint8Array,
  onProgress: (done: number, total: number) => void,
): AsyncGenerator<Uint8Array> {
  const sealed = Buffer.alloc(BACKUP_PIECE_BYTES + BACKUP_TAG_BYTES)
  for (let index = 0, at = from; at < size; index += 1) {
    const { bytesRead } = await file.read(sealed, 0, sealed.length, at)
    at += bytesRead
    if (bytesRead === 0) break
    try {
      yield openBackupPiece(sealed.subarray(0, bytesRead), key, { index, last: at >= size, prefix })
    } catch {
      throw new CallFailure('backup/damaged')
    }
    onProgress(at, size)
  }
}

/** Reads the manifest, then writes the files that it names, which must come to the very end. */
async function unpack(plaintext: AsyncGenerator<Uint8Array>, folder: string): Promise<Manifest> {
  const source = reader(plaintext)
  const length = Buffer.from(await source.exactly(4)).readUInt32BE()
  if (length > LONGEST_MANIFEST) throw new CallFailure('backup/damaged')
  const manifest = Manifest.safeParse(tryJson(await source.exactly(length)))
  if (!manifest.success) throw new CallFailure('backup/damaged')
  for (const { path, bytes } of manifest.data.files) {
    const target = join(folder, ...path.split('/'))
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    const file = await open(target, 'wx', 0o600)
    try {
      for (let left = bytes; left > 0;) {
        const piece = await source.some(left)
        await file.writeFile(piece)
        left -= piece.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
  }
  if ((await source.some(1).catch(() => null)) !== null) throw new CallFailure('backup/damaged')
  return manifest.data
}

/** Takes bytes out of a stream; `backup/damaged` where it ends too early. */
function reader(source: AsyncGenerator<Uint8Array>) {
  let rest: Uint8Array = new Uint8Array()
  const some = async (most: number): Promise<Uint8Array> => {
    while (rest.length === 0) {
      const next = await source.next()
      if (next.done === true) throw new CallFailure('backup/damaged')
      rest = next.value
    }
    const part = rest.subarray(0, most)
    rest = rest.subarray(part.length)
    return part
  }
  const exactly = async (length: number): Promise<Uint8Array> => {
    const parts: Uint8Array[] = []
    for (let left = length; left > 0;) {
      const part = Uint8Array.from(await some(left))
      parts.push(part)
      left -= part.length
    }
    return Buffer.concat(parts)
  }
  return { some, exactly }
}

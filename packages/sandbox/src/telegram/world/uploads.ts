import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RpcError } from '../errors.ts'

// https://core.telegram.org/api/files#uploading-files. The bytes are on disk, so that memory stays flat.

const MOST_PART_BYTES = 512 * 1024
/** Above, a file has to come by saveBigFilePart. */
const SMALL_BYTES = 10 * 1024 * 1024
/** upload_max_fileparts_default and upload_max_fileparts_premium of help.getAppConfig. */
export const MOST_PARTS = { default: 4000, premium: 8000 }
const HEAD_BYTES = 256 * 1024
/** How long parts wait for their use. Not documented; "several hours" for what is uploaded, our belief. */
const KEPT_SECONDS = 6 * 3600

export type UploadedPart = {
  readonly fileId: bigint
  readonly part: number
  readonly bytes: Uint8Array
  /** Of saveBigFilePart; null for saveFilePart. -1 while the uploader does not know. */
  readonly total: number | null
}

/** A file put together. */
export type UploadedFile = { readonly blob: string; readonly size: number; readonly head: Buffer }

export type Uploads = {
  /** Keeps one part of an account's file. Throws what Telegram answers to a part that cannot be. */
  readonly savePart: (userId: number, part: UploadedPart, premium: boolean) => void
  /** Puts the parts together. Asked again for the same file, gives the same. Throws FILE_PART_n_MISSING and the like. */
  readonly assemble: (
    userId: number,
    file: { readonly id: bigint; readonly parts: number; readonly md5: string; readonly big: boolean },
    premium: boolean,
  ) => UploadedFile
  /** Up to `length` bytes of a file put together; empty beyond its end or when it is gone. */
  readonly read: (blob: string, offset: number, length: number) => Buffer
  /** Writes a file without parts, for worlds that begin with one. */
  readonly write: (blob: string, bytes: Uint8Array) => void
  /** Forgets parts that have not become a file, as the service does after a while. */
  readonly expire: () => void
  /** Removes what was on disk, unless it is in a folder that was given. */
  readonly close: () => void
}

type Upload = {
  readonly big: boolean
  readonly path: string
  readonly sizes: Map<number, number>
  at: number
  made: UploadedFile | null
}

/** `folder` is made at the first write; without one a temporary folder is used and removed in the end. */
export const createUploads = (now: () => number, folder?: string): Uploads => {
  const uploads = new Map<string, Upload>()
  let place: string | undefined
  let blobs = 0

  const home = (): string => {
    if (place === undefined) {
      if (folder !== undefined) {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        for (const name of readdirSync(folder)) if (name.startsWith('parts-')) rmSync(join(folder, name))
      }
      place = folder ?? mkdtempSync(join(tmpdir(), 'autotele-files-'))
    }
    return place
  }
  const pathOf = (name: string): string => join(home(), name)

  const drop = (key: string, upload: Upload): void => {
    uploads.delete(key)
    rmSync(upload.path, { force: true })
  }
  const forgetOld = (): void => {
    for (const [key, upload] of uploads) if (upload.at + KEPT_SECONDS < now()) drop(key, upload)
  }

  const open = (key: string, big: boolean): Upload => {
    const there = uploads.get(key)
    if (there?.big === big && there.made === null) return there
    if (there) drop(key, there)
    blobs += 1
    const upload = {
      big,
      path: pathOf(`parts-${process.pid}-${blobs}`),
      sizes: new Map<number, number>(),
      at: now(),
      made: null,
    }
    uploads.set(key, upload)
    return upload
  }

  return {
    savePart: (userId, { fileId, part, bytes, total }, premium) => {
      checkPart(part, bytes.length, total, premium)
      forgetOld()
      const upload = open(`${userId}/${fileId}`, total !== null)
      writeAt(upload.path, bytes, part * MOST_PART_BYTES)
      upload.sizes.set(part, bytes.length)
      upload.at = now()
    },
    assemble: (userId, { id, parts, md5, big }, premium) => {
      const most = premium ? MOST_PARTS.premium : MOST_PARTS.default
      if (parts < 1 || parts > most) throw new RpcError(400, 'FILE_PARTS_INVALID')
      forgetOld()
      const upload = uploads.get(`${userId}/${id}`)
      if (!upload) throw new RpcError(400, 'FILE_PART_0_MISSING')
      if (upload.big !== big) throw new RpcError(400, 'FILE_PARTS_INVALID')
      if (upload.made) return upload.made
      const size = wholeSize(upload.sizes, parts)
      if (!big && size > SMALL_BYTES) throw new RpcError(400, 'FILE_PARTS_INVALID')
      const blob = `${now()}-${process.pid}-${(blobs += 1)}`
      const isWhole =
        big && upload.sizes.size === parts && (parts === 1 || upload.sizes.get(0) === MOST_PART_BYTES)
      if (isWhole) renameSync(upload.path, pathOf(blob))
      else if (joinParts(upload, parts, pathOf(blob)) !== md5.toLowerCase() && !big && md5 !== '') {
        rmSync(pathOf(blob), { force: true })
        throw new RpcError(400, 'MD5_CHECKSUM_INVALID')
      }
      rmSync(upload.path, { force: true })
      upload.made = { blob, size, head: readAt(pathOf(blob), 0, HEAD_BYTES) }
      return upload.made
    },
    read: (blob, offset, length) => readAt(pathOf(blob), offset, length),
    write: (blob, bytes) => {
      writeAt(pathOf(blob), bytes, 0)
    },
    expire: () => {
      for (const [key, upload] of uploads) drop(key, upload)
    },
    close: () => {
      for (const [key, upload] of uploads) drop(key, upload)
      if (place !== undefined && folder === undefined) rmSync(place, { recursive: true, force: true })
    },
  }
}

const checkPart = (part: number, length: number, total: number | null, premium: boolean): void => {
  const most = premium ? MOST_PARTS.premium : MOST_PARTS.default
  if (total !== null && total !== -1 && (total < 1 || total > most))
    throw new RpcError(400, 'FILE_PARTS_INVALID')
  if (part < 0 || part >= (total === null || total === -1 ? most : total))
    throw new RpcError(400, 'FILE_PART_INVALID')
  if (length === 0) throw new RpcError(400, 'FILE_PART_EMPTY')
  if (length > MOST_PART_BYTES) throw new RpcError(400, 'FILE_PART_TOO_BIG')
}

// All parts but the last have one size, a multiple of 1 KB that divides 512 KB.
const wholeSize = (sizes: ReadonlyMap<number, number>, parts: number): number => {
  const first = sizes.get(0)
  let whole = 0
  for (let part = 0; part < parts; part += 1) {
    const size = sizes.get(part)
    if (size === undefined || first === undefined) throw new RpcError(400, `FILE_PART_${part}_MISSING`)
    if (part < parts - 1 && (size % 1024 !== 0 || MOST_PART_BYTES % size !== 0)) {
      throw new RpcError(400, 'FILE_PART_SIZE_INVALID')
    }
    if (part < parts - 1 ? size !== first : size > first) throw new RpcError(400, 'FILE_PART_SIZE_CHANGED')
    whole += size
  }
  return whole
}

/** Writes the parts one after another; gives the MD5 of the whole, hexadecimal. */
const joinParts = (upload: Upload, parts: number, to: string): string => {
  const hash = createHash('md5')
  const [source, target] = [openSync(upload.path, 'r'), openSync(to, 'w', 0o600)]
  const buffer = Buffer.allocUnsafe(MOST_PART_BYTES)
  try {
    for (let part = 0; part < parts; part += 1) {
      const bytes = buffer.subarray(
        0,
        readSync(source, buffer, 0, upload.sizes.get(part) ?? 0, part * MOST_PART_BYTES),
      )
      hash.update(bytes)
      writeSync(target, bytes)
    }
  } finally {
    closeSync(source)
    closeSync(target)
  }
  return hash.digest('hex')
}

const writeAt = (path: string, bytes: Uint8Array, position: number): void => {
  const file = openSync(path, existsSync(path) ? 'r+' : 'w', 0o600)
  try {
    writeSync(file, bytes, 0, bytes.length, position)
  } finally {
    closeSync(file)
  }
}

const readAt = (path: string, offset: number, length: number): Buffer => {
  if (!existsSync(path)) return Buffer.alloc(0)
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(file, buffer, 0, length, offset))
  } finally {
    closeSync(file)
  }
}

import { randomBytes } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { openRecord, sealRecord } from '@autotele/crypto'
import { storageFailure } from '../storage/errors.ts'

// A file at rest: pieces of 512 KiB, each sealed under a key of the file's own with its place as identity, one after
// another. Every piece but the last has the same length, so any of them is found without reading the others, and a
// piece that was moved, left out or taken from another file does not open.

/** Plain bytes in a piece: also the size of a part of an upload (core.telegram.org/api/files#uploading-files). */
export const PIECE_BYTES = 512 * 1024
/** What sealing adds: version, nonce and tag (docs/vault-format.md). */
const OVERHEAD = 29

const identity = (file: string, piece: number) => ({ vaultId: file, kind: 'media-piece', id: String(piece) })

export const newFileKey = (): Uint8Array => new Uint8Array(randomBytes(32))

/** Writes pieces as bytes come in. `file` is the name the pieces are bound to. Throws `storage/*`. */
export async function createPieceWriter(path: string, file: string, key: Uint8Array) {
  const handle = await opened(path, 'wx')
  let pending = Buffer.alloc(0)
  let pieces = 0

  const flush = async (bytes: Uint8Array): Promise<void> => {
    const sealed = sealRecord(bytes, key, identity(file, pieces))
    pieces += 1
    await handle.write(sealed)
  }
  return {
    write: async (bytes: Uint8Array): Promise<void> => {
      try {
        pending = Buffer.concat([pending, bytes])
        while (pending.length >= PIECE_BYTES) {
          await flush(pending.subarray(0, PIECE_BYTES))
          pending = Buffer.from(pending.subarray(PIECE_BYTES))
        }
      } catch (error) {
        throw storageFailure(error)
      }
    },
    /** On disk when it returns. */
    end: async (): Promise<void> => {
      try {
        if (pending.length > 0) await flush(pending)
        await handle.sync()
      } catch (error) {
        throw storageFailure(error)
      } finally {
        await handle.close()
      }
    },
    abort: () => handle.close(),
  }
}

async function opened(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags, 0o600)
  } catch (error) {
    throw storageFailure(error)
  }
}

/** One piece of a file of `size` plain bytes; null when it is gone, cut or altered. */
export async function readPiece(
  path: string,
  file: string,
  key: Uint8Array,
  size: number,
  piece: number,
): Promise<Uint8Array | null> {
  const length = Math.min(PIECE_BYTES, size - piece * PIECE_BYTES)
  if (length <= 0) return new Uint8Array()
  const handle = await open(path, 'r').catch(() => null)
  if (handle === null) return null
  try {
    const sealed = Buffer.alloc(length + OVERHEAD)
    const { bytesRead } = await handle.read(sealed, 0, sealed.length, piece * (PIECE_BYTES + OVERHEAD))
    return bytesRead === sealed.length ? openRecord(sealed, key, identity(file, piece)) : null
  } catch {
    return null
  } finally {
    await handle.close()
  }
}

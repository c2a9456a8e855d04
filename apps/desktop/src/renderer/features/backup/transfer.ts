import type { Core } from '../../core.ts'
import type { BackupFile, CallError, Envelope, Output } from '../../../contract/index.ts'
import { base64Of, bytesOf } from '../../lib/bytes.ts'

/** Bytes of a file in one call; in base64 they stay under the contract's limit of a call. */
const PIECE = 600_000

type Sent<T> = { readonly value: T } | { readonly error: CallError }
type OnProgress = (done: number, total: number) => void

/** A finished backup, piece by piece; it is given up in the core whatever happens. Fails with the core's error. */
export async function fetchBackup(core: Core, file: BackupFile, onProgress: OnProgress): Promise<Sent<Blob>> {
  const pieces: Blob[] = []
  let offset: number | null = 0
  try {
    while (offset !== null) {
      const answer: Envelope<Output<'backup.read'>> = await core.call('backup.read', {
        backupId: file.backupId,
        offset,
      })
      if (!answer.ok) return { error: answer.error }
      pieces.push(new Blob([bytesOf(answer.data.base64)]))
      offset = answer.data.next
      onProgress(offset ?? file.bytes, file.bytes)
    }
    return { value: new Blob(pieces, { type: 'application/octet-stream' }) }
  } finally {
    await core.call('backup.discard', { backupId: file.backupId })
  }
}

/** Brings a file of this computer to the core. Answers with the name under which it can be inspected there. */
export async function sendBackup(core: Core, file: File, onProgress: OnProgress): Promise<Sent<string>> {
  const begun = await core.call('backup.beginUpload', {})
  if (!begun.ok) return { error: begun.error }
  const { uploadId } = begun.data
  for (let offset = 0; offset < file.size; offset += PIECE) {
    const base64 = await base64Of(file.slice(offset, offset + PIECE))
    const answer = await core.call('backup.upload', { uploadId, offset, base64 })
    if (!answer.ok) return { error: answer.error }
    onProgress(Math.min(file.size, offset + PIECE), file.size)
  }
  return { value: uploadId }
}

import type { Core } from '../../core.ts'
import type { CallError, Envelope, Input, Output } from '../../../contract/index.ts'

/** Hands a file to the person: the browser, or Electron, asks where to. Nothing is navigated to. */
export function saveFile(parts: readonly BlobPart[], name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([...parts], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has begun when the click returns; the address is only needed to begin it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** Asks for a whole export, piece by piece, and saves it. Answers with how many messages it holds, or why it does not. */
export async function exportAll(
  core: Core,
  input: Omit<Input<'history.export'>, 'cursor'>,
  onRows: (rows: number) => void,
): Promise<{ readonly rows: number } | { readonly error: CallError }> {
  const parts: string[] = []
  let cursor: string | null = null
  let rows = 0
  for (;;) {
    const answer: Envelope<Output<'history.export'>> = await core.call('history.export', { ...input, cursor })
    if (!answer.ok) return { error: answer.error }
    parts.push(answer.data.piece)
    rows += answer.data.rows
    onRows(rows)
    cursor = answer.data.next
    if (cursor !== null) continue
    saveFile(parts, answer.data.fileName, answer.data.type)
    return { rows }
  }
}

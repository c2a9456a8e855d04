import type { CallError, Envelope, HostMethodName, MediaFile } from '../contract/index.ts'
import type { Supervisor } from './supervisor.ts'

/** A piece given to the core; it waits for each to be on disk, so that memory stays flat whatever the file. */
const PIECE_BYTES = 512 * 1024

const OVER: Envelope<never> = {
  ok: false,
  error: { code: 'media/intake-over', retryable: true } satisfies CallError,
}

/**
 * Hands a file to the core as its bytes come. `size` is what is known beforehand; null when nothing is. `progress` is told
 * the bytes that are on disk.
 */
export async function addFile(
  core: Pick<Supervisor, 'call'>,
  { name, size }: { readonly name: string; readonly size: number | null },
  bytes: AsyncIterable<Uint8Array>,
  progress: (done: number) => void = () => undefined,
): Promise<Envelope<MediaFile>> {
  const ask = (method: HostMethodName, input: unknown): Promise<Envelope<unknown>> => core.call(method, input)
  const begun = await ask('media.begin', { name, size })
  if (!begun.ok) return begun
  const { intake } = begun.data as { intake: string }
  let done = 0
  try {
    for await (const chunk of bytes)
      for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
        // Copied: what is handed over may be a view of a buffer that is written again.
        const piece = Uint8Array.from(chunk.subarray(from, from + PIECE_BYTES))
        const written = await ask('media.write', { intake, bytes: piece })
        if (!written.ok) return written
        done += piece.length
        progress(done)
      }
  } catch {
    await ask('media.abort', { intake })
    return OVER
  }
  return (await ask('media.end', { intake })) as Envelope<MediaFile>
}

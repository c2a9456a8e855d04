import type { Timers } from '../../core/ports.ts'
import { UpdateFailure } from '../shell/updates.ts'

/** The platform's `fetch`, or Electron's, which knows the system's proxy. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** The same, told of each address that was called, and whether it answered. */
export const counting =
  (fetch: Fetch, onContact: (url: string, reached: boolean) => void): Fetch =>
  async (url, init) => {
    let reached = false
    try {
      const response = await fetch(url, init)
      reached = true
      return response
    } finally {
      onContact(url, reached)
    }
  }

/** What may pass between two pieces of an answer. */
const STALL_MS = 60_000

/**
 * An answer piece by piece; one that stands still is given up. The feed names its own files: a redirect would lead to
 * another host, or to the page of a portal, and is refused. Throws `UpdateFailure` `unreachable`.
 */
export async function* fetchPieces(
  { fetch, timers }: { readonly fetch: Fetch; readonly timers: Timers },
  url: string,
  headers: Readonly<Record<string, string>>,
  onAnswer: (response: Response) => void | Promise<void>,
): AsyncGenerator<Uint8Array> {
  const giveUp = new AbortController()
  const patience = (): (() => void) =>
    timers.after(STALL_MS, () => {
      giveUp.abort()
    })
  let cancel = patience()
  try {
    const response = await reached(
      fetch(url, {
        headers: { 'accept-encoding': 'identity', ...headers },
        redirect: 'error',
        credentials: 'omit',
        cache: 'no-store',
        signal: giveUp.signal,
      }),
    )
    await onAnswer(response)
    const reader = response.body?.getReader()
    for (;;) {
      const piece = await reached(reader?.read() ?? Promise.resolve({ done: true, value: undefined }))
      cancel()
      if (piece.done || piece.value === undefined) return
      yield piece.value
      cancel = patience()
    }
  } finally {
    cancel()
    giveUp.abort()
  }
}

const reached = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((cause: unknown) => {
    throw new UpdateFailure('unreachable', { cause })
  })

/** A whole answer of at most `limit` bytes, as text. Throws `UpdateFailure` `unreachable`. */
export async function fetchText(
  tools: { readonly fetch: Fetch; readonly timers: Timers },
  url: string,
  limit: number,
): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  const pieces = fetchPieces(tools, url, {}, ({ ok }) => {
    if (!ok) throw new UpdateFailure('unreachable')
  })
  for await (const piece of pieces) {
    length += piece.byteLength
    if (length > limit) throw new UpdateFailure('unreachable')
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}

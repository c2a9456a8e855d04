import type { Bridge, CallError, Envelope, EventMessage } from '../contract/index.ts'

/** What the loopback client needs of a browser, so that a test can stand in for it. */
export type LoopbackParts = {
  readonly fetch: typeof globalThis.fetch
  /** Rejects when no answer came. */
  readonly upload: (
    file: File,
    headers: Record<string, string>,
    progress: (done: number) => void,
    onStart: (stop: () => void) => void,
  ) => Promise<string>
  readonly openEvents: (url: string) => EventSource
  readonly openWindow: (url: string) => void
  readonly setTimeout: (run: () => void, milliseconds: number) => unknown
}

const browserParts = (): LoopbackParts => ({
  fetch: (...request) => fetch(...request),
  upload: postFile,
  openEvents: url => new EventSource(url),
  openWindow: url => void window.open(url, '_blank', 'noopener'),
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
})

/** A request of the older kind: `fetch` does not tell how far a body has gone. */
const postFile: LoopbackParts['upload'] = (file, headers, progress, onStart) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/files')
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => progress(loaded)
    request.onload = () => resolve(request.responseText)
    request.onerror = () => reject(new TypeError('The host did not answer'))
    request.onabort = request.onerror
    request.send(file)
    onStart(() => request.abort())
  })

const unreachable: { readonly ok: false; readonly error: CallError } = {
  ok: false,
  error: { code: 'call/core-unavailable', retryable: true },
}

const RECONNECT_MILLISECONDS = 2_000

/**
 * The bridge of a browser on this machine: calls by `POST /rpc`, events by server-sent events. Both are same-origin;
 * the header makes a cross-site form or image unable to call (a custom header needs a preflight, Fetch standard).
 */
export function createLoopbackBridge(parts: LoopbackParts = browserParts()): Bridge {
  const messageListeners = new Set<(message: EventMessage) => void>()
  const connectionListeners = new Set<(connected: boolean) => void>()
  let connected = true
  let started = false

  const report = (now: boolean) => {
    if (now === connected) return
    connected = now
    for (const listener of connectionListeners) listener(now)
  }

  function listen() {
    const source = parts.openEvents('/events')
    source.onopen = () => report(true)
    source.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as EventMessage
      for (const listener of messageListeners) listener(message)
    }
    source.onerror = () => {
      report(false)
      // A browser gives up by itself after an HTTP error (readyState CLOSED, HTML standard 9.2.3): open another.
      if (source.readyState === 2) parts.setTimeout(listen, RECONNECT_MILLISECONDS)
    }
  }

  const start = () => {
    if (started) return
    started = true
    listen()
  }

  return {
    async call(name, input) {
      try {
        const response = await parts.fetch('/rpc', {
          method: 'POST',
          credentials: 'same-origin',
          headers: { 'content-type': 'application/json', 'x-autotele': '1' },
          body: JSON.stringify({ name, input }),
        })
        const answer: unknown = await response.json()
        return isEnvelope(answer) ? (answer as never) : unreachable
      } catch {
        return unreachable
      }
    },
    subscribe(listener) {
      start()
      messageListeners.add(listener)
      return () => void messageListeners.delete(listener)
    },
    onConnection(listener) {
      start()
      connectionListeners.add(listener)
      listener(connected)
      return () => void connectionListeners.delete(listener)
    },
    async addFile(file, progress = () => undefined, onStart = () => undefined) {
      try {
        const headers = {
          'content-type': 'application/octet-stream',
          'x-autotele': '1',
          'x-file-name': encodeURIComponent(file.name),
        }
        const answer: unknown = JSON.parse(await parts.upload(file as File, headers, progress, onStart))
        return isEnvelope(answer) ? (answer as never) : unreachable
      } catch {
        return unreachable
      }
    },
    openExternal: url => parts.openWindow(url),
  }
}

const isEnvelope = (value: unknown): value is Envelope<unknown> =>
  typeof value === 'object' && value !== null && 'ok' in value && typeof value.ok === 'boolean'

/** The preload's bridge where there is one, else the loopback client. */
export const findBridge = (): Bridge => window.autotele ?? createLoopbackBridge()

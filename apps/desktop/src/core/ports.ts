import type { Payload, EventName } from '../contract/index.ts'

// What the core is given by whoever hosts it. Nothing in the core reads a clock, draws a random number, waits, or
// reaches the outside but through these, so that a year of scheduling is tested in a second.

export type Clock = {
  /** Wall clock, milliseconds since 1970-01-01T00:00Z. It may be wrong and it may jump. */
  now(): number
  /** Milliseconds since an arbitrary start; only ever grows while the process lives. */
  monotonic(): number
}

export type Timers = {
  /** Calls `run` once after `ms` milliseconds (any length: the implementation splits long waits). Returns a cancel function. */
  after(ms: number, run: () => void): () => void
}

export type Random = {
  bytes(length: number): Uint8Array
}

export type LogLevel = 'debug' | 'info' | 'warning' | 'error'
/** Values are redacted when written: no phone number, code, token, key or message text is ever passed in `fields`. */
export type Log = (
  level: LogLevel,
  event: string,
  fields?: Readonly<Record<string, string | number | boolean | null>>,
) => void

export type Unwrapped = {
  readonly key: Uint8Array
  /** The system has another key for it by now, or a better one: it should be wrapped again. */
  readonly renew: boolean
}

/** The operating system's keyring, or, in the browser-hosted form, the memory of the supervising process. */
export type Keyring = {
  /** `available`: the system protects it; `weak`: it would be stored in clear (Linux `basic_text`); `missing`: there is none. */
  strength(): Promise<'available' | 'weak' | 'missing'>
  /** The system's own name for what protects it now (`dpapi`, `keychain`, `gnome_libsecret`…), for the keyslot. */
  backend(): Promise<string>
  /** Encrypts with the system's key; the result goes into a keyslot. Only called when `strength` is `available`. */
  wrap(key: Uint8Array): Promise<Uint8Array>
  unwrap(wrapped: Uint8Array): Promise<Unwrapped>
  /** Held in the host's memory only, so that a core that crashed opens its vault again without asking. */
  hold(key: Uint8Array | null): Promise<void>
  held(): Promise<Uint8Array | null>
}

/** Emits an event of the contract to the interface. */
export type Emit = <N extends EventName>(name: N, payload: Payload<N>) => void

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
}
export type HttpResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
/** Throws when no answer came (name resolution, connection, TLS, timeout). Redirects are not followed. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>

export type Ports = {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly keyring: Keyring
  readonly http: Http
  /** Opens a page in the system's browser; false when this host cannot (the interface then shows the address). */
  readonly openExternal: (url: string) => Promise<boolean>
}

import type { Envelope, EventMessage } from '../contract/index.ts'
import type { Keyring } from '../core/ports.ts'

// What the process that hosts a core and the process that supervises it say to each other. Both transports (Node's
// advanced serialization, Electron's structured clone) carry plain objects and Uint8Array as they are.

/** A message port, whatever carries it. Messages that arrive before a listener stands are the transport's to keep. */
export type MessagePort = {
  postMessage(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
}

/** What the core needs to know of its surroundings before it starts. */
export type CoreInit = {
  readonly dataFolder: string
  readonly version: string
  readonly hosted: 'electron' | 'web'
  /** Whatever the entry of the core's process understands; the product's own takes none. */
  readonly args: unknown
}

export type KeyringMethod = keyof Keyring

export type ToCore =
  | { readonly type: 'init'; readonly init: CoreInit }
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly ok: boolean; readonly value: unknown }
  /** The machine woke up: connections are stale, and dates may have passed. */
  | { readonly type: 'resume' }
  /** The program around the core called an address itself, or tried to: the core counts whom this computer talks to. */
  | { readonly type: 'contacted'; readonly url: string; readonly reached: boolean }
  /** Answered with `pong` by a core that is not stuck. */
  | { readonly type: 'ping' }
  | { readonly type: 'stop' }

export type FromCore =
  | { readonly type: 'ready' }
  | { readonly type: 'pong' }
  | { readonly type: 'result'; readonly id: number; readonly envelope: Envelope<unknown> }
  | { readonly type: 'event'; readonly message: EventMessage }
  /** A question to the supervisor; `value` is a key, a wrapped key, an address, or nothing. */
  | {
      readonly type: 'ask'
      readonly id: number
      readonly what: KeyringMethod | 'openExternal'
      readonly value: unknown
    }

/** The core as its host drives it; `createCore` makes one. */
export type HostedCore = {
  call(name: string, input: unknown): Promise<Envelope<unknown>>
  start(): Promise<void> | void
  stop(): Promise<void> | void
  resume(): void | Promise<void>
  /** For updates, which are none of the core's business but of who wants to know whom this computer talks to. */
  contacted(url: string, reached: boolean): void
}

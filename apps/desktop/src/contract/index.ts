import type { z } from 'zod'
import { accounts } from './accounts.ts'
import { app } from './app.ts'
import { backup } from './backup.ts'
import { deliveries } from './deliveries.ts'
import type { Event, Method } from './define.ts'
import { diagnostics, logs } from './diagnostics.ts'
import type { Envelope } from './errors.ts'
import { history } from './history.ts'
import { imports } from './import.ts'
import { license } from './license.ts'
import { intake, media, type MediaFile } from './media.ts'
import type { EventName, MethodName } from './names.ts'
import { network } from './network.ts'
import { plans } from './plans.ts'
import { series } from './series.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'
import { targets } from './targets.ts'
import { defaults, drafts, lists, messages, templates } from './templates.ts'
import { vault } from './vault.ts'

/** Everything the interface and the core may say to each other. */
export const contract = {
  app,
  vault,
  settings,
  backup,
  network,
  accounts,
  import: imports,
  targets,
  media,
  plans,
  series,
  deliveries,
  history,
  license,
  shell,
  templates,
  lists,
  drafts,
  defaults,
  messages,
  logs,
  diagnostics,
} as const

/** What a host alone may say to its core, besides: how files come in. */
export const hostContract = {
  'media.begin': intake.begin,
  'media.write': intake.write,
  'media.end': intake.end,
  'media.abort': intake.abort,
} as const
export type HostMethodName = keyof typeof hostContract
export type HostHandlers = {
  readonly [N in HostMethodName]: (
    input: z.output<(typeof hostContract)[N]['input']>,
  ) => Promise<z.output<(typeof hostContract)[N]['output']>> | z.output<(typeof hostContract)[N]['output']>
}

type Contract = typeof contract
type Entry<N extends string> = N extends `${infer F}.${infer M}`
  ? F extends keyof Contract
    ? M extends keyof Contract[F]
      ? Contract[F][M]
      : never
    : never
  : never

/** What a caller passes (defaults may be left out). */
export type Input<N extends MethodName> = Entry<N> extends Method<infer I> ? z.input<I> : never
/** What a handler receives, parsed. */
export type ParsedInput<N extends MethodName> = Entry<N> extends Method<infer I> ? z.output<I> : never
export type Output<N extends MethodName> = Entry<N> extends Method<z.ZodType, infer O> ? z.output<O> : never
export type Payload<N extends EventName> = Entry<N> extends Event<infer P> ? z.output<P> : never

/** One handler per method. Handlers return values or throw `CallFailure`; the router makes the envelope. */
export type Handlers = {
  readonly [N in MethodName]: (input: ParsedInput<N>) => Promise<Output<N>> | Output<N>
}

/** `revision` grows by one with every event of a core's life; a gap or a lower one means: fetch again. */
export type EventMessage = {
  [N in EventName]: { readonly name: N; readonly revision: number; readonly payload: Payload<N> }
}[EventName]

/** A browser's `File`, for zones that know of no browser. */
export type ChosenFile = { readonly name: string; readonly size: number }

/** What the interface is given, by the preload in Electron or by the loopback client in a browser. */
export type Bridge = {
  call<N extends MethodName>(name: N, input: Input<N>): Promise<Envelope<Output<N>>>
  /** Returns the function that ends the subscription. */
  subscribe(listener: (message: EventMessage) => void): () => void
  /** Tells whether the core can be reached just now; called at once with the present state. */
  onConnection(listener: (connected: boolean) => void): () => void
  /**
   * Copies a file that a person chose into the profile: from its place on disk in Electron, streamed to this machine's own
   * host in a browser. `progress` is told the bytes that have gone, `onStart` what stops it: nothing of it is kept then.
   */
  addFile(
    file: ChosenFile,
    progress?: (done: number) => void,
    onStart?: (stop: () => void) => void,
  ): Promise<Envelope<MediaFile>>
  /** Opens a page in the system's browser; only addresses the application itself handed out are opened. */
  openExternal(url: string): void
}

export { METHOD_NAMES, EVENT_NAMES } from './names.ts'
export type { EventName, MethodName } from './names.ts'
export * from './accounts.ts'
export * from './app.ts'
export * from './backup.ts'
export * from './common.ts'
export * from './diagnostics.ts'
export * from './deliveries.ts'
export * from './errors.ts'
export * from './history.ts'
export * from './import.ts'
export * from './license.ts'
export * from './media.ts'
export * from './network.ts'
export * from './plans.ts'
export * from './series.ts'
export * from './settings.ts'
export * from './shell.ts'
export * from './targets.ts'
export * from './templates.ts'
export * from './vault.ts'

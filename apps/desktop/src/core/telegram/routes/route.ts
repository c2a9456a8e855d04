import type { Socket } from 'node:net'
import type { RouteOutcome } from '../../../contract/index.ts'

export type Address = { readonly host: string; readonly port: number }

/** A connection that is up; with `cipher`, everything that passes it is enciphered once more. */
export type Opened = {
  readonly socket: Socket
  readonly cipher?: {
    /** To be written first, as it is. */
    readonly header: Buffer
    readonly encrypt: (data: Buffer) => Buffer
    readonly decrypt: (data: Buffer) => Buffer
  }
}

/** A way to Telegram: what to dial, in order, and how. */
export type Route = {
  readonly addresses: readonly Address[]
  /** Throws `RouteError`. `signal` gives the attempt up. */
  readonly open: (address: Address, signal: AbortSignal) => Promise<Opened>
  /** The packets are framed for a proxy: intermediate, with random padding. */
  readonly padded: boolean
}

/** An address that could not be reached. `final`: nor can any other by this way. */
export class RouteError extends Error {
  readonly outcome: Exclude<RouteOutcome, 'reached' | 'no-answer'>
  readonly final: boolean

  constructor(outcome: RouteError['outcome'], final: boolean) {
    super(outcome)
    this.name = 'RouteError'
    this.outcome = outcome
    this.final = final
  }
}

/** What can go wrong between an integration and BTCPay. All but `refuse` concern `/api/` alone. */
export type Fault =
  /** The work is done at once, its answer comes late: a webhook can overtake it. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'server-error'; readonly status?: 500 | 503 | 429 }
  /** A proxy in front answers with its own page. */
  | { readonly kind: 'proxy-html'; readonly status?: 502 | 503 | 504 | 403 | 200 }
  /** Nobody listens on the port. */
  | { readonly kind: 'refuse' }
  /** The node is catching up: health says so, and invoices cannot be made (400 `generic-error`). */
  | { readonly kind: 'syncing' }
  /** Every key is unknown: 401. */
  | { readonly kind: 'key-revoked' }
  /** Every key lacks what it needs: 403. */
  | { readonly kind: 'forbidden' }
  /** An invoice is made, and its maker never hears of it: no answer for `holdMs` (default: until the client gives up), then the connection is cut. */
  | { readonly kind: 'lost-answer'; readonly holdMs?: number }

export type FaultOptions = {
  /** For so many requests; default: until cleared. Has no meaning for `refuse`. */
  readonly times?: number
}

export type Faults = {
  /** Replaces the fault in force. Resolves when it is in force. */
  set(fault: Fault, options?: FaultOptions): Promise<void>
  clear(): Promise<void>
  readonly current: Fault | undefined
}

/** The switchboard; `listen` opens or closes the port. */
export function createFaults(listen: (open: boolean) => Promise<void>) {
  let fault: Fault | undefined
  let left = Infinity

  const faults: Faults = {
    async set(next, { times = Infinity } = {}) {
      fault = next
      left = times
      await listen(next.kind !== 'refuse')
    },
    async clear() {
      fault = undefined
      await listen(true)
    },
    get current() {
      return fault
    },
  }

  return {
    faults,
    /** The fault for a request that it concerns; each call uses one of its times. */
    take(concerns: (fault: Fault) => boolean): Fault | undefined {
      const current = fault
      if (!current || !concerns(current)) return undefined
      left -= 1
      if (left <= 0) fault = undefined
      return current
    },
  }
}

export type FaultBox = ReturnType<typeof createFaults>

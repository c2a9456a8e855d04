/** How long a fault lasts: so many calls (1 unless told; without end when `until` is given), or until a world time in ms. */
type Span = { readonly times?: number; readonly until?: number }

/** Instead of the answer, an error; `withResults` makes it travel with so many later answers in one container, before them. */
type Refused = { readonly text: string; readonly code?: number; readonly withResults?: number }
/** The connection is cut before the call is executed, or after it and before its answer. */
type Dropped = { readonly drop: 'before' | 'after' }
/** No answer ever, though the server has said that it received the call; executed or not. */
type Unanswered = { readonly noAnswer: 'executed' | 'ignored' }
type Late = { readonly delayMs: number }

/** What goes wrong with the calls of a method; `*` is any. `ping` and `ping_delay_disconnect` can be late or unanswered. */
export type CallFault = Span & { readonly method: string; readonly delayMs?: number } & (
    Refused | Dropped | Unanswered | Late
  )

/** A packet is answered with a bare number and the connection ends: -404 key unknown, -429 too many, -444 wrong place. */
export type TransportFault = Span & { readonly transport: -404 | -429 | -444 }

export type Fault = CallFault | TransportFault

export type Faults = {
  /** Gives what takes it back. */
  readonly add: (fault: Fault) => () => void
  readonly clear: () => void
  /** What is still to go wrong, oldest first. */
  readonly list: () => readonly Fault[]
  /** The oldest fault for a method, used up by one. */
  readonly take: (method: string) => CallFault | undefined
  /** The same for MTProto's own messages, which `*` does not mean. */
  readonly takeExact: (method: string) => CallFault | undefined
  readonly takeTransport: () => TransportFault['transport'] | undefined
}

type Entry = { readonly fault: Fault; left: number }

/** `now` is world time in ms. */
export const createFaults = (now: () => number): Faults => {
  let entries: Entry[] = []

  const current = (): Entry[] => {
    entries = entries.filter(
      ({ fault, left }) => left > 0 && (fault.until === undefined || now() < fault.until),
    )
    return entries
  }
  const takeCall = (fits: (method: string) => boolean): CallFault | undefined => {
    for (const entry of current()) {
      if ('transport' in entry.fault || !fits(entry.fault.method)) continue
      entry.left -= 1
      return entry.fault
    }
    return undefined
  }

  return {
    add: fault => {
      const entry = { fault, left: fault.times ?? (fault.until === undefined ? 1 : Infinity) }
      entries.push(entry)
      return () => {
        entries = entries.filter(other => other !== entry)
      }
    },
    clear: () => {
      entries = []
    },
    list: () => current().map(({ fault }) => fault),
    take: method => takeCall(wanted => wanted === method || wanted === '*'),
    takeExact: method => takeCall(wanted => wanted === method),
    takeTransport: () => {
      for (const entry of current()) {
        if (!('transport' in entry.fault)) continue
        entry.left -= 1
        return entry.fault.transport
      }
      return undefined
    },
  }
}

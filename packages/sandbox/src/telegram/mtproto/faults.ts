/** What goes wrong with the next calls of a method. `drop` cuts the connection before or after the call is executed. */
export type Fault = {
  readonly method: string
  /** How many calls; 1 unless told, Infinity for all. */
  readonly times?: number
  readonly code?: number
  /** The text of an error that is answered instead of executing, e.g. FLOOD_WAIT_30. */
  readonly text?: string
  readonly drop?: 'before' | 'after'
  readonly delayMs?: number
}

export type Faults = {
  readonly add: (fault: Fault) => void
  readonly clear: () => void
  /** The oldest fault for a method, used up by one. */
  readonly take: (method: string) => Fault | undefined
}

export const createFaults = (): Faults => {
  let faults: { fault: Fault; left: number }[] = []
  return {
    add: fault => {
      faults.push({ fault, left: fault.times ?? 1 })
    },
    clear: () => {
      faults = []
    },
    take: method => {
      const found = faults.find(entry => entry.fault.method === method)
      if (!found) return undefined
      found.left -= 1
      if (found.left <= 0) faults = faults.filter(entry => entry !== found)
      return found.fault
    },
  }
}

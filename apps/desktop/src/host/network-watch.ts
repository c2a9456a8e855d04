import { networkInterfaces } from 'node:os'
import type { Timers } from '../core/ports.ts'

const EVERY_MS = 10_000

/** Whether this machine has an address that others could reach. */
const isConnected = (): boolean =>
  Object.values(networkInterfaces()).some(addresses => addresses?.some(({ internal }) => !internal) === true)

/**
 * Calls `onBack` when the machine gets an address after having had none: a cable, a wireless network, a modem. No system
 * tells a plain process of it. Returns the function that ends the watch.
 */
export function watchForNetwork(timers: Timers, onBack: () => void, connected = isConnected): () => void {
  let before = connected()
  let cancel: () => void
  const look = (): void => {
    cancel = timers.after(EVERY_MS, () => {
      const now = connected()
      if (now && !before) onBack()
      before = now
      look()
    })
  }
  look()
  return () => cancel()
}

import { powerMonitor } from 'electron'
import type { Log } from '../host/log-file.ts'
import { systemClock, systemTimers } from '../host/node-ports.ts'
import { watchForWakes } from '../host/wake.ts'

/**
 * Tells the core when the machine has slept or its clock was set: its connections may be dead, and dates may have
 * passed. A system that says nothing of its sleep is found out by its clocks. Only after `ready`.
 */
export function installPower(core: { resume(): void }, log: Log): void {
  powerMonitor.on('suspend', () => {
    log('info', 'power.suspend')
  })
  powerMonitor.on('resume', () => {
    log('info', 'power.resume')
    core.resume()
  })
  watchForWakes(systemClock, systemTimers, () => {
    log('info', 'power.clock-jump')
    core.resume()
  })
}

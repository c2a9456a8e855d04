import { powerMonitor } from 'electron'
import type { Log } from '../host/log-file.ts'

/** Tells the core when the machine has slept: its connections are dead, and dates may have passed. Only after `ready`. */
export function installPower(core: { resume(): void }, log: Log): void {
  powerMonitor.on('suspend', () => {
    log('info', 'power.suspend')
  })
  powerMonitor.on('resume', () => {
    log('info', 'power.resume')
    core.resume()
  })
}

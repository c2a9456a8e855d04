import type { CoreOptions } from '../core/create-core.ts'
import type { Log } from '../core/ports.ts'
import { openLog } from './log-file.ts'
import { watchForNetwork } from './network-watch.ts'
import { systemClock, systemHttp, systemRandom, systemTimers } from './node-ports.ts'
import { parentProcessPort } from './process-port.ts'
import { redactText } from './redaction.ts'
import { serve, type Outside } from './serve.ts'
import type { HostedCore } from './wire.ts'

/** What one product trusts and reaches: fixed in the shipped program, local in the sandbox's. */
export type Trust = Pick<CoreOptions, 'telegram' | 'telegramAddresses' | 'telegramApp' | 'license'>

/** A core that has not stopped by itself in this time is left to the operating system. */
const STOP_WITHIN_MS = 8000

/**
 * Makes the present process the one that hosts the core, with the real ports: the whole of an entry module.
 * `trust` is called with `initOptions`, the `core.args` of whoever started this process.
 */
export function runCoreProcess(
  trust: (given: { readonly initOptions: unknown }) => Trust | Promise<Trust>,
): void {
  hostCore(async (outside, log) => {
    const { dataFolder, version, hosted, args } = outside.init
    // Loaded here, so that a host that only supervises does not carry the core in its own memory.
    const { createCore } = await import('../core/create-core.ts')
    const core = await createCore(
      {
        clock: systemClock,
        timers: systemTimers,
        random: systemRandom,
        http: systemHttp,
        keyring: outside.keyring,
        openExternal: outside.openExternal,
        log,
      },
      { dataFolder, version, hosted, emit: outside.emit, ...(await trust({ initOptions: args })) },
    )
    watchForNetwork(systemTimers, () => {
      log('info', 'core.network-back')
      core.resume()
    })
    return core
  })
}

/** The same for any core. Ends the process when the core has stopped, when the parent is gone, and at a bug. */
export function hostCore(build: (outside: Outside, log: Log) => Promise<HostedCore>): void {
  process.umask(0o077)
  let log: Log = () => undefined

  const leave = (code: number): void => {
    process.exit(code)
  }
  const onBug = (error: unknown): void => {
    log('error', 'core.bug', { error: describe(error) })
    process.stderr.write(`autotele core: ${describe(error)}\n`)
    leave(1)
  }
  const stopSoon = (): void => {
    setTimeout(leave, STOP_WITHIN_MS, 1).unref()
    served.stop()
  }

  process.on('uncaughtException', onBug)
  process.on('unhandledRejection', onBug)
  // Ctrl-C and a closed terminal reach its whole group: the parent gets them too and asks us to stop.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('SIGTERM', stopSoon)

  const served = serve(
    parentProcessPort(stopSoon),
    outside => {
      log = openLog({
        dataFolder: outside.init.dataFolder,
        source: 'core',
        level: process.env['AUTOTELE_LOG_LEVEL'],
        clock: systemClock,
      })
      return build(outside, log)
    },
    {
      onBug,
      onStopped: () => {
        leave(0)
      },
    },
  )
}

const describe = (error: unknown): string =>
  redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))

import { forkNode } from './fork-node.ts'
import { openLog } from './log-file.ts'
import { systemClock, systemTimers } from './node-ports.ts'
import { openCrashStore } from './shell/crash-store.ts'
import { createShell } from './shell/service.ts'
import { openShellSettings } from './shell/settings.ts'
import { readStaticFiles } from './static-files.ts'
import { noKeyring, superviseCore } from './supervisor.ts'
import { watchForWakes } from './wake.ts'
import { startWebServer } from './web-server.ts'
import { announceHost, newRun, outsideLinks } from './web-link.ts'
import { createWebSessions, webSecret } from './web-session.ts'

export type WebHostOptions = {
  readonly dataFolder: string
  /** 0 or left out: any free port. */
  readonly port?: number
  /** The built interface (`out/renderer`). */
  readonly rendererFolder: string
  readonly core: {
    /** Module to fork; it calls `runCoreProcess`. */
    readonly command: string
    /** Handed to it as `initOptions`; plain data. */
    readonly args?: unknown
  }
  readonly version: string
  /** Opens a page for the person; without it the interface shows the address and opens it in its own browser. */
  readonly openExternal?: (url: string) => Promise<boolean>
  /** The core keeps ending at once; it is tried again every minute. */
  readonly onTrouble?: () => void
}

export type WebHost = {
  /** With a one-time token; see `newLink` for another. */
  readonly url: string
  readonly port: number
  newLink(): string
  stop(): Promise<void>
  corePid(): number | null
}

/** Starts the browser-hosted product: a core in a process of its own, its interface on 127.0.0.1. */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { dataFolder, rendererFolder, version, core } = options
  const files = readStaticFiles(rendererFolder)
  const secret = await webSecret(dataFolder)
  const run = newRun()
  const sessions = createWebSessions(secret, systemClock, outsideLinks(secret, run, systemClock))
  const log = openLog({
    dataFolder,
    source: 'host',
    level: process.env['AUTOTELE_LOG_LEVEL'],
    clock: systemClock,
  })
  const crashes = openCrashStore({
    dataFolder,
    version,
    clock: systemClock,
    runtime: `Node ${process.versions.node}`,
  })
  const supervisor = superviseCore({
    fork: () => forkNode(core.command),
    init: { dataFolder, version, hosted: 'web', args: core.args ?? null },
    clock: systemClock,
    timers: systemTimers,
    keyring: noKeyring,
    openExternal: options.openExternal ?? (() => Promise.resolve(false)),
    log,
    onCrash: how => {
      crashes.note(`core-${how}`, 'restarted')
    },
    ...(options.onTrouble === undefined ? {} : { onTrouble: options.onTrouble }),
  })
  const shell = createShell({
    core: supervisor,
    settings: openShellSettings(dataFolder, log),
    crashes,
    here: {
      autostart: null,
      tray: () => false,
      notices: 'page',
      keyring: () => ({ backend: null, changedFrom: null }),
      portable: false,
      pickFolder: null,
      updates: null,
      quitAnd: () => undefined,
      notify: notice => {
        supervisor.emit('shell.noticed', notice)
      },
    },
    clock: systemClock,
    timers: systemTimers,
    log,
  })
  const server = await startWebServer({ core: shell, sessions, files, port: options.port ?? 0 })
  supervisor.start()
  const endAnnouncement = await announceHost(dataFolder, { port: server.port, run })
  const endWatch = watchForWakes(systemClock, systemTimers, () => {
    log('info', 'host.woke')
    supervisor.resume()
  })
  log('info', 'host.started', { port: server.port, version })

  const newLink = (): string => `http://127.0.0.1:${server.port}/?token=${sessions.newToken()}`
  return {
    url: newLink(),
    port: server.port,
    newLink,
    corePid: supervisor.pid,
    stop: async () => {
      endWatch()
      shell.stop()
      await Promise.all([server.close(), supervisor.stop(), endAnnouncement()])
      log('info', 'host.stopped')
    },
  }
}

import { app, utilityProcess } from 'electron'
import { join } from 'node:path'
import { forkNode } from '../host/fork-node.ts'
import type { Log } from '../host/log-file.ts'
import { systemClock, systemTimers } from '../host/node-ports.ts'
import { superviseCore, type CoreChild, type Supervisor, type SystemKeyring } from '../host/supervisor.ts'
import type { Links } from './security.ts'

/** True in a release build: everything behind it is left out of the bundle (electron.vite.config.ts). */
declare const __AUTOTELE_RELEASE__: boolean

/** Keeps the core running in a utility process; calls reach it through what is returned. Only after `ready`. */
export function createCoreProcess(options: {
  readonly dataFolder: string
  readonly keyring: SystemKeyring
  readonly links: Links
  readonly log: Log
  readonly onTrouble: () => void
  readonly onCrash: (how: 'ended' | 'hung') => void
}): Supervisor {
  const { dataFolder, keyring, links, log, onTrouble, onCrash } = options
  const development = developmentCore()
  return superviseCore({
    fork: development?.fork ?? forkUtility,
    init: { dataFolder, version: app.getVersion(), hosted: 'electron', args: development?.args ?? null },
    clock: systemClock,
    timers: systemTimers,
    keyring,
    openExternal: url => {
      links.offer(url)
      return links.open(url)
    },
    log,
    onTrouble,
    onCrash,
  })
}

function forkUtility(): CoreChild {
  const child = utilityProcess.fork(join(import.meta.dirname, 'core-process.js'), [], {
    serviceName: 'AutoTele core',
    stdio: app.isPackaged ? 'ignore' : 'inherit',
  })
  return {
    postMessage: message => {
      child.postMessage(message)
    },
    onMessage: listener => {
      child.on('message', listener)
    },
    onExit: listener => {
      child.once('exit', listener)
    },
    kill: () => {
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
    },
    get pid() {
      return child.pid
    },
  }
}

/**
 * On a developer's machine the core may be another one, in a Node process: the sandbox's, which trusts its own
 * licence server and speaks to its own Telegram.
 */
function developmentCore(): { fork: () => CoreChild; args: unknown } | undefined {
  if (__AUTOTELE_RELEASE__ || app.isPackaged) return undefined
  const entry = process.env['AUTOTELE_CORE_ENTRY']
  if (entry === undefined) return undefined
  const execPath = process.env['AUTOTELE_NODE'] ?? 'node'
  return {
    fork: () => forkNode(entry, { execPath }),
    args: JSON.parse(process.env['AUTOTELE_CORE_ARGS'] ?? 'null') as unknown,
  }
}

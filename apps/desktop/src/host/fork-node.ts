import { fork } from 'node:child_process'
import type { CoreChild } from './supervisor.ts'

/** Starts `entry` (a `.ts` or `.js` module that calls `runCoreProcess`) in a Node process of its own. */
export function forkNode(
  entry: string,
  { execPath = process.execPath }: { execPath?: string } = {},
): CoreChild {
  const child = fork(entry, [], {
    execPath,
    // `advanced` carries Uint8Array; nothing of our own command line (--inspect, --data …) goes to the child.
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let gone = false
  const exitListeners: (() => void)[] = []
  const ended = (): void => {
    if (gone) return
    gone = true
    for (const listener of exitListeners) listener()
  }
  child.once('exit', ended)
  // A process that could not be started has no `exit`.
  child.once('error', ended)
  return {
    postMessage: message => {
      if (child.connected) child.send(message as object, () => undefined)
    },
    onMessage: listener => {
      child.on('message', listener)
    },
    onExit: listener => {
      exitListeners.push(listener)
    },
    kill: () => {
      child.kill('SIGKILL')
    },
    get pid() {
      return child.pid
    },
  }
}

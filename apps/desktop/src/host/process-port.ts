import type { MessagePort } from './wire.ts'

/** Electron gives a utility process its port to the parent as `process.parentPort` (utilityProcess documentation). */
type ParentPort = {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

/**
 * The port to the process that started this one: Electron's utility process or Node's `fork`. `onParentGone` is
 * called when the parent has died, so that no core is left behind; Electron ends its utility processes itself.
 */
export function parentProcessPort(onParentGone: () => void): MessagePort {
  const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort
  if (parentPort !== undefined) {
    return {
      postMessage: message => {
        parentPort.postMessage(message)
      },
      onMessage: listener => {
        parentPort.on('message', event => {
          listener(event.data)
        })
      },
    }
  }
  if (process.send === undefined) throw new Error('this program is started by AutoTele, not by hand')
  process.on('disconnect', onParentGone)
  return {
    postMessage: message => {
      // Between the parent's death and `disconnect` there is nobody to tell.
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
    },
    onMessage: listener => {
      process.on('message', listener)
    },
  }
}

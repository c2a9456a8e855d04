import { EVENT_NAMES, METHOD_NAMES } from '../contract/names.ts'
import type { Bridge, ChosenFile, EventMessage } from '../contract/index.ts'

/** What the bridge needs of `ipcRenderer`. */
export type Ipc = {
  invoke(channel: string, request: unknown): Promise<unknown>
  on(channel: string, listener: (event: unknown, message: unknown) => void): unknown
}

const CHANNEL = 'autotele'

const methods: ReadonlySet<string> = new Set(METHOD_NAMES)
const events: ReadonlySet<string> = new Set(EVENT_NAMES)

/**
 * The interface's only way out of its sandbox: the contract's names over one channel. Listeners get plain data, never
 * Electron's event, which would hand them the sender (Electron security checklist, 20). `pathOf` tells where a file that
 * the person chose lies, '' for one that a script has made: the page never names a path.
 */
export function createBridge(ipc: Ipc, pathOf: (file: ChosenFile) => string): Bridge {
  const messageListeners = new Set<(message: EventMessage) => void>()
  const connectionListeners = new Set<(connected: boolean) => void>()
  const copies = new Map<number, (done: number) => void>()
  let lastCopy = 0

  ipc.on(CHANNEL, (_event, message) => {
    const { kind } = message as { kind: unknown }
    if (kind === 'event') {
      const { message: payload } = message as { message: EventMessage }
      if (events.has(payload.name)) for (const listener of messageListeners) listener(payload)
    } else if (kind === 'connection') {
      const { connected } = message as { connected: boolean }
      for (const listener of connectionListeners) listener(connected)
    } else if (kind === 'copied') {
      const { copy, done } = message as { copy: number; done: number }
      copies.get(copy)?.(done)
    }
  })

  return {
    call: (name, input) =>
      (methods.has(name)
        ? ipc.invoke(CHANNEL, { kind: 'call', name, input })
        : Promise.resolve({ ok: false, error: { code: 'call/unknown-method', retryable: false } })) as never,
    subscribe(listener) {
      messageListeners.add(listener)
      return () => void messageListeners.delete(listener)
    },
    onConnection(listener) {
      connectionListeners.add(listener)
      void ipc.invoke(CHANNEL, { kind: 'connection' }).then(now => {
        if (connectionListeners.has(listener)) listener(now === true)
      })
      return () => void connectionListeners.delete(listener)
    },
    async addFile(file, progress, onStart) {
      const path = pathOf(file)
      if (path === '') return { ok: false, error: { code: 'media/intake-over', retryable: false } }
      const copy = ++lastCopy
      if (progress !== undefined) copies.set(copy, progress)
      try {
        const added = ipc.invoke(CHANNEL, { kind: 'add-file', path, copy })
        onStart?.(() => void ipc.invoke(CHANNEL, { kind: 'stop-file', copy }))
        return (await added) as never
      } finally {
        copies.delete(copy)
      }
    },
    openExternal(url) {
      void ipc.invoke(CHANNEL, { kind: 'open', url })
    },
  }
}

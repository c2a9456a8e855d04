import { inject, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import type {
  Bridge,
  CallError,
  Envelope,
  EventMessage,
  EventName,
  Input,
  MediaFile,
  MethodName,
  Output,
  Payload,
} from '../contract/index.ts'

/** The core as the interface sees it: calls that never throw, events by name, and word of when to fetch again. */
export type Core = {
  readonly connected: Readonly<Ref<boolean>>
  call<N extends MethodName>(name: N, input: Input<N>): Promise<Envelope<Output<N>>>
  on<N extends EventName>(name: N, listener: (payload: Payload<N>) => void): () => void
  /** Called when events were missed (a gap in revisions) or the core came back: what is cached may be wrong. */
  onStale(listener: () => void): () => void
  /** Says so: other data took the place of what was read, as after a restore. */
  refetch(): void
  /** Called when the vault is locked: what was read from it is to be forgotten here too. */
  onLocked(listener: () => void): () => void
  /** A file that a person chose, copied into the profile. */
  addFile(file: File, progress?: (done: number) => void, signal?: AbortSignal): Promise<Envelope<MediaFile>>
  openExternal(url: string): void
}

export const CoreKey: InjectionKey<Core> = Symbol('core')

export function createCore(bridge: Bridge): Core {
  const connected = ref(true)
  const byName = new Map<EventName, Set<(payload: never) => void>>()
  const staleListeners = new Set<() => void>()
  const lockListeners = new Set<() => void>()
  let revision: number | null = null

  const tellStale = () => {
    for (const listener of staleListeners) listener()
  }

  bridge.subscribe((message: EventMessage) => {
    const gap = revision !== null && message.revision !== revision + 1
    revision = message.revision
    for (const listener of byName.get(message.name) ?? []) listener(message.payload as never)
    if (message.name === 'app.changed' && message.payload.vault === 'locked') {
      for (const listener of lockListeners) listener()
    }
    if (gap) tellStale()
  })

  bridge.onConnection(now => {
    const returned = now && !connected.value
    connected.value = now
    if (returned) tellStale()
  })

  return {
    connected,
    async call(name, input) {
      try {
        // Vue's proxies cannot be cloned on their way to another process; what is asked is always plain JSON.
        return await bridge.call(name, JSON.parse(JSON.stringify(input)) as typeof input)
      } catch {
        return { ok: false, error: { code: 'call/core-unavailable', retryable: true } }
      }
    },
    on(name, listener) {
      const listeners = byName.get(name) ?? new Set()
      byName.set(name, listeners.add(listener))
      return () => void listeners.delete(listener)
    },
    onStale(listener) {
      staleListeners.add(listener)
      return () => void staleListeners.delete(listener)
    },
    refetch: tellStale,
    onLocked(listener) {
      lockListeners.add(listener)
      return () => void lockListeners.delete(listener)
    },
    async addFile(file, progress, signal) {
      try {
        return await bridge.addFile(file, progress, stop =>
          signal?.addEventListener('abort', stop, { once: true }),
        )
      } catch {
        return { ok: false, error: { code: 'call/core-unavailable', retryable: true } }
      }
    },
    openExternal: url => bridge.openExternal(url),
  }
}

export function useCore(): Core {
  const core = inject(CoreKey)
  if (core === undefined) throw new Error('The application was mounted without a core')
  return core
}

/** A call bound to a form or a button: busy while under way, its last error kept for display. */
export type Action<N extends MethodName> = {
  readonly busy: Readonly<Ref<boolean>>
  readonly error: ShallowRef<CallError | null>
  /** Null when it failed; then `error` says why. */
  run(input: Input<N>): Promise<Output<N> | null>
}

export function useAction<N extends MethodName>(name: N): Action<N> {
  const core = useCore()
  const busy = ref(false)
  const error = shallowRef<CallError | null>(null)
  return {
    busy,
    error,
    async run(input) {
      busy.value = true
      error.value = null
      const answer = await core.call(name, input)
      busy.value = false
      if (answer.ok) return answer.data
      error.value = answer.error
      return null
    },
  }
}

/** A cached answer. Only the newest request may write; while one is under way the old data stays readable. */
export type Resource<T> = {
  readonly data: ShallowRef<T | null>
  readonly error: ShallowRef<CallError | null>
  readonly loading: Ref<boolean>
  load(): Promise<void>
  /** Takes a newer value than any request under way could bring. */
  set(value: T): void
  /** Forgets everything, a request under way included. */
  clear(): void
}

export function createResource<T>(fetch: () => Promise<Envelope<T>>): Resource<T> {
  const data: ShallowRef<T | null> = shallowRef(null)
  const error = shallowRef<CallError | null>(null)
  const loading = ref(false)
  let newest = 0
  return {
    data,
    error,
    loading,
    async load() {
      const mine = ++newest
      loading.value = true
      const answer = await fetch()
      if (mine !== newest) return
      loading.value = false
      error.value = answer.ok ? null : answer.error
      if (answer.ok) data.value = answer.data
    },
    set(value) {
      newest++
      loading.value = false
      error.value = null
      data.value = value
    },
    clear() {
      newest++
      loading.value = false
      error.value = null
      data.value = null
    },
  }
}

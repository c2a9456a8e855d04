import { defineStore } from 'pinia'
import { watch } from 'vue'
import { createResource, useCore } from '../core.ts'

/** Whether the vault is new, locked or open decides which screens exist. */
export const useSession = defineStore('session', () => {
  const core = useCore()
  const state = createResource(() => core.call('app.state', {}))
  core.on('app.changed', state.set)
  core.onStale(() => void state.load())

  /** Resolves once the state of the application is known, however long the core takes to answer. */
  const known = new Promise<void>(resolve => {
    const stop = watch(state.data, value => {
      if (value === null) return
      queueMicrotask(() => stop())
      resolve()
    })
  })
  return { ...state, known: () => known }
})

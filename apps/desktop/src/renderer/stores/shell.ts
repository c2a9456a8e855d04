import { defineStore } from 'pinia'
import { createResource, useCore } from '../core.ts'

/** The program around the page: window, tray, notices, updates. It answers whatever the state of the vault. */
export const useShell = defineStore('shell', () => {
  const core = useCore()
  const view = createResource(() => core.call('shell.get', {}))
  core.on('shell.changed', view.set)
  core.onStale(() => void view.load())
  return view
})

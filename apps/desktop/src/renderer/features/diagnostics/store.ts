import { defineStore } from 'pinia'
import { createResource, useCore } from '../../core.ts'

/** The last report of what was checked; goes on while another page is looked at. */
export const useDiagnostics = defineStore('diagnostics', () => {
  const core = useCore()
  const report = createResource(() => core.call('diagnostics.get', {}))
  core.on('diagnostics.changed', report.set)
  core.onStale(() => void report.load())
  return report
})

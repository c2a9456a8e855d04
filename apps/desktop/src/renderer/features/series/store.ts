import { defineStore } from 'pinia'
import { createResource, useCore } from '../../core.ts'

const REFRESH_AFTER_MILLISECONDS = 300

/** What repeats, fetched again when the core says that something of it changed. */
export const useSeries = defineStore('series', () => {
  const core = useCore()
  const { data, error, loading, load, clear } = createResource(() => core.call('series.list', {}))

  // Reserves grow message by message while they are placed: one request for many.
  let timer: ReturnType<typeof setTimeout> | undefined
  function refreshSoon() {
    if (data.value === null || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      void load()
    }, REFRESH_AFTER_MILLISECONDS)
  }
  core.on('series.changed', refreshSoon)
  core.on('deliveries.changed', refreshSoon)
  core.on('license.changed', refreshSoon)
  core.on('accounts.changed', refreshSoon)
  core.onStale(refreshSoon)
  core.onLocked(clear)
  return { data, error, loading, load }
})

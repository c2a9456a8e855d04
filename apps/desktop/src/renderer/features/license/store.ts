import { defineStore } from 'pinia'
import { computed } from 'vue'
import { createResource, useCore } from '../../core.ts'

export const useLicense = defineStore('license', () => {
  const core = useCore()
  const license = createResource(() => core.call('license.get', {}))
  core.on('license.changed', license.set)
  core.onLocked(license.clear)
  core.onStale(() => void license.load())

  const canCreate = computed(() => license.data.value?.canCreate ?? true)
  return { ...license, canCreate }
})

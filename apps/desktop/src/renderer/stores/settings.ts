import { defineStore } from 'pinia'
import { computed } from 'vue'
import { createResource, useCore } from '../core.ts'
import { machineZone } from '../lib/time.ts'

export const useSettings = defineStore('settings', () => {
  const core = useCore()
  const settings = createResource(() => core.call('settings.get', {}))
  core.on('settings.changed', settings.set)
  core.onStale(() => void settings.load())

  const zone = computed(() => settings.data.value?.timeZone ?? machineZone())
  return { ...settings, zone }
})

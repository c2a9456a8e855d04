import { defineStore } from 'pinia'
import { computed } from 'vue'
import { createResource, useCore } from '../../core.ts'

export const useAccounts = defineStore('accounts', () => {
  const core = useCore()
  const accounts = createResource(() => core.call('accounts.list', {}))
  core.on('accounts.changed', accounts.set)
  core.onLocked(accounts.clear)
  core.onStale(() => void accounts.load())

  const list = computed(() => accounts.data.value ?? [])
  const byId = computed(() => new Map(list.value.map(account => [account.id, account])))
  return { ...accounts, list, byId }
})

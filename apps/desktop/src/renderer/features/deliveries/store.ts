import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AccountId, CallError, DeliveryId, DeliveryView, Progress } from '../../../contract/index.ts'
import { createResource, useCore } from '../../core.ts'

export type Scope = 'upcoming' | 'past' | 'all'

const PAGE = 100
/** The most that one call answers (contract). */
const MOST = 500
const REFRESH_AFTER_MILLISECONDS = 300

/** The list of what was scheduled, a page at a time, and how the placing goes. */
export const useDeliveries = defineStore('deliveries', () => {
  const core = useCore()
  const scope = ref<Scope>('upcoming')
  const accountId = ref<AccountId | null>(null)
  const items = shallowRef<readonly DeliveryView[]>([])
  const next = ref<string | null>(null)
  const total = ref(0)
  const loading = ref(false)
  const loaded = ref(false)
  const error = shallowRef<CallError | null>(null)
  let newest = 0

  async function fetch(cursor: string | null, limit: number) {
    const mine = ++newest
    loading.value = true
    const answer = await core.call('deliveries.list', {
      scope: scope.value,
      cursor,
      limit,
      ...(accountId.value === null ? {} : { accountId: accountId.value }),
    })
    if (mine !== newest) return
    loading.value = false
    error.value = answer.ok ? null : answer.error
    if (!answer.ok) return
    items.value = cursor === null ? answer.data.items : [...items.value, ...answer.data.items]
    next.value = answer.data.next
    total.value = answer.data.total
    loaded.value = true
  }

  const load = () => fetch(null, Math.min(MOST, Math.max(PAGE, items.value.length)))

  async function show(what: Scope, whose: AccountId | null) {
    scope.value = what
    accountId.value = whose
    items.value = []
    loaded.value = false
    await fetch(null, PAGE)
  }

  // Many rows change at once while they are placed: one request for all of them.
  let timer: ReturnType<typeof setTimeout> | undefined
  function refreshSoon() {
    // What is being read just now may already be older than the change.
    if ((!loaded.value && !loading.value) || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      void load()
    }, REFRESH_AFTER_MILLISECONDS)
  }
  core.on('deliveries.changed', refreshSoon)

  const progress = createResource(() => core.call('deliveries.progress', {}))
  core.on('deliveries.progressed', one => {
    const others = (progress.data.value ?? []).filter(({ accountId: id }) => id !== one.accountId)
    progress.set([...others, one])
  })
  core.onStale(() => {
    refreshSoon()
    void progress.load()
  })
  core.onLocked(() => {
    newest++
    items.value = []
    total.value = 0
    next.value = null
    loaded.value = false
    loading.value = false
    progress.clear()
  })
  const isActive = ({ done, failed, total: all }: Progress) => done + failed < all
  const active = computed(() => (progress.data.value ?? []).filter(isActive))

  const actionError = shallowRef<CallError | null>(null)

  async function cancel(ids: DeliveryId[]) {
    const answer = await core.call('deliveries.cancel', { ids })
    actionError.value = answer.ok ? null : answer.error
    refreshSoon()
    return answer.ok ? answer.data : null
  }

  async function retry(ids: DeliveryId[]) {
    const answer = await core.call('deliveries.retry', { ids })
    actionError.value = answer.ok ? null : answer.error
    refreshSoon()
    return answer.ok ? answer.data : null
  }

  async function pause(id: AccountId, paused: boolean) {
    const answer = await core.call('deliveries.pause', { accountId: id, paused })
    actionError.value = answer.ok ? null : answer.error
    if (answer.ok) progress.set(answer.data)
  }

  return {
    scope,
    accountId,
    items,
    next,
    total,
    loading,
    loaded,
    error,
    load,
    show,
    loadMore: () => fetch(next.value, PAGE),
    progress: progress.data,
    loadProgress: progress.load,
    active,
    actionError,
    cancel,
    retry,
    pause,
  }
})

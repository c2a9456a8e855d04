import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  AccountId,
  Asked,
  CallError,
  ChatId,
  DeliveryId,
  DeliveryView,
  Envelope,
  Input,
  Progress,
} from '../../../contract/index.ts'
import { createResource, useCore } from '../../core.ts'
import { addDays, machineZone, toInstant } from '../../lib/time.ts'
import { stateGroups, type StateGroup } from './states.ts'

export type Scope = 'upcoming' | 'past' | 'all'

/** What the list is narrowed to, beside its scope and account; `from` and `until` are days, included. */
export type Filters = {
  readonly text: string
  readonly state: StateGroup | ''
  readonly from: string
  readonly until: string
  readonly chatId: ChatId | null
}
export const noFilters: Filters = { text: '', state: '', from: '', until: '', chatId: null }

const PAGE = 100
/** The most that one call answers (contract). */
const MOST = 500
const REFRESH_AFTER_MILLISECONDS = 300

const startOf = (day: string, zone: string): string => toInstant(`${day}T00:00`, zone).replace('.000Z', 'Z')

/** The list of what was scheduled, a page at a time, and how the placing goes. */
export const useDeliveries = defineStore('deliveries', () => {
  const core = useCore()
  const scope = ref<Scope>('upcoming')
  const accountId = ref<AccountId | null>(null)
  const items = shallowRef<readonly DeliveryView[]>([])
  const filters = shallowRef<Filters>(noFilters)
  const next = ref<string | null>(null)
  const total = ref<number | null>(0)
  const loading = ref(false)
  const loaded = ref(false)
  const error = shallowRef<CallError | null>(null)
  let newest = 0

  const narrowed = computed(() => JSON.stringify(filters.value) !== JSON.stringify(noFilters))

  /** The present conditions, as the core takes them. */
  function filter(): Input<'history.export'>['filter'] {
    const { text, state, from, until, chatId } = filters.value
    const here = machineZone()
    return {
      scope: scope.value,
      ...(accountId.value === null ? {} : { accountId: accountId.value }),
      ...(chatId === null ? {} : { chatId }),
      ...(text.trim() === '' ? {} : { text: text.trim().slice(0, 200) }),
      ...(state === '' ? {} : { states: [...stateGroups[state]] }),
      ...(from === '' ? {} : { from: startOf(from, here) }),
      ...(until === '' ? {} : { to: startOf(addDays(until, 1), here) }),
    }
  }

  async function fetch(cursor: string | null, limit: number) {
    const mine = ++newest
    loading.value = true
    const answer = await core.call('deliveries.list', { ...filter(), cursor, limit })
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

  async function show(what: Scope, whose: AccountId | null, narrow: Filters = filters.value) {
    scope.value = what
    accountId.value = whose
    filters.value = narrow
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
    filters.value = noFilters
    total.value = 0
    next.value = null
    loaded.value = false
    loading.value = false
    progress.clear()
  })
  const isActive = ({ done, failed, total: all }: Progress) => done + failed < all
  const active = computed(() => (progress.data.value ?? []).filter(isActive))

  const actionError = shallowRef<CallError | null>(null)

  /** Something asked of several messages; each answers for itself. Null when the call itself failed. */
  async function asked(call: Promise<Envelope<Asked>>): Promise<Asked | null> {
    const answer = await call
    actionError.value = answer.ok ? null : answer.error
    refreshSoon()
    return answer.ok ? answer.data : null
  }
  const cancel = (ids: DeliveryId[]) => asked(core.call('deliveries.cancelSoon', { ids }))
  const sendNow = (ids: DeliveryId[]) => asked(core.call('deliveries.sendNow', { ids }))
  const edit = (input: Input<'deliveries.edit'>) => asked(core.call('deliveries.edit', input))
  const move = (items: Input<'deliveries.move'>['items']) => asked(core.call('deliveries.move', { items }))
  const resolve = (ids: DeliveryId[], keep: 'mine' | 'theirs') =>
    asked(core.call('deliveries.resolve', { ids, keep }))

  async function undo(ids: DeliveryId[]) {
    const answer = await core.call('deliveries.undo', { ids })
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
    filters,
    narrowed,
    filter,
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
    sendNow,
    edit,
    move,
    resolve,
    undo,
    retry,
    pause,
  }
})

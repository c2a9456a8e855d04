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
  PlanId,
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
/** The most that one call takes or answers (contract). */
const MOST = 500
/** Lists longer than this are corrected where they changed instead of being read again. */
const READ_AGAIN_UP_TO = MOST
const REFRESH_AFTER_MILLISECONDS = 300

const parts = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / MOST) }, (_, index) =>
    all.slice(index * MOST, (index + 1) * MOST),
  )

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

  /** True while the list may lack messages that came after it was read. */
  const behind = ref(false)

  const load = () => {
    behind.value = false
    return fetch(null, Math.min(MOST, Math.max(PAGE, items.value.length)))
  }
  const loadMore = () => fetch(next.value, items.value.length < MOST ? PAGE : MOST)

  /** Reads on to the end; false when that failed or something else was asked for meanwhile. */
  async function loadAll(): Promise<boolean> {
    while (next.value !== null) {
      const from = next.value
      await fetch(from, MOST)
      if (error.value !== null || next.value === from) return false
    }
    return true
  }

  /** Puts the present state of these messages where they stand in the list. */
  async function correct(ids: readonly DeliveryId[]) {
    const known = new Set(items.value.map(({ id }) => id))
    const ours = ids.filter(id => known.has(id))
    if (ours.length < ids.length) behind.value = true
    const mine = newest
    const answers = await Promise.all(parts(ours).map(some => core.call('deliveries.get', { ids: some })))
    if (mine !== newest) return refreshSoon({ ids })
    const after = new Map(answers.flatMap(answer => (answer.ok ? answer.data : [])).map(one => [one.id, one]))
    const moved = items.value.some(one => (after.get(one.id)?.at ?? one.at) !== one.at)
    const patched = items.value.map(one => after.get(one.id) ?? one)
    const descending = (items.value[0]?.at ?? '') > (items.value.at(-1)?.at ?? '')
    items.value = moved
      ? patched.sort((a, b) => (descending ? b.at.localeCompare(a.at) : a.at.localeCompare(b.at)))
      : patched
  }

  async function show(what: Scope, whose: AccountId | null, narrow: Filters = filters.value) {
    scope.value = what
    accountId.value = whose
    filters.value = narrow
    items.value = []
    loaded.value = false
    behind.value = false
    await fetch(null, PAGE)
  }

  // Many rows change at once while they are placed: one request for all of them.
  let timer: ReturnType<typeof setTimeout> | undefined
  const changed = new Set<DeliveryId>()
  /** Without ids, anything may have changed. */
  function refreshSoon(what?: { readonly ids: readonly DeliveryId[] }) {
    for (const id of what?.ids ?? []) changed.add(id)
    if (what === undefined) behind.value = items.value.length > READ_AGAIN_UP_TO
    // What is being read just now may already be older than the change.
    if ((!loaded.value && !loading.value) || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      const ids = [...changed]
      changed.clear()
      if (items.value.length <= READ_AGAIN_UP_TO) void load()
      else if (ids.length > 0) void correct(ids)
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

  /** Calls one after the other, as one answer. Null when the first failed; where a later one does, those before it count. */
  async function summed(calls: readonly (() => Promise<Envelope<Asked>>)[]): Promise<Asked | null> {
    const sum: Asked = { asked: [], failed: [], until: null }
    let answered = false
    actionError.value = null
    for (const call of calls) {
      const answer = await call()
      if (!answer.ok) {
        actionError.value = answer.error
        break
      }
      answered = true
      sum.asked.push(...answer.data.asked)
      sum.failed.push(...answer.data.failed)
      sum.until = answer.data.until ?? sum.until
    }
    return answered ? sum : null
  }

  /** Something asked of many messages, in as many calls as the contract needs; each message answers for itself. */
  async function asked<T>(
    all: readonly T[],
    idOf: (one: T) => DeliveryId,
    call: (some: T[]) => Promise<Envelope<Asked>>,
  ): Promise<Asked | null> {
    const sum = await summed(parts(all).map(some => () => call(some)))
    refreshSoon({ ids: all.map(idOf) })
    return sum
  }
  const itself = (id: DeliveryId) => id
  const cancel = (ids: DeliveryId[]) =>
    asked(ids, itself, some => core.call('deliveries.cancelSoon', { ids: some }))
  /** All of these plans that has not come out, also what the list does not show: the core tells what changed. */
  const cancelPlans = (ids: readonly PlanId[]) =>
    summed(ids.map(planId => () => core.call('plans.cancel', { planId })))
  const sendNow = (ids: DeliveryId[]) =>
    asked(ids, itself, some => core.call('deliveries.sendNow', { ids: some }))
  const edit = ({ ids, ...content }: Omit<Input<'deliveries.edit'>, 'ids'> & { ids: DeliveryId[] }) =>
    asked(ids, itself, some => core.call('deliveries.edit', { ids: some, ...content }))
  const move = (items: { id: DeliveryId; to: string }[]) =>
    asked(
      items,
      ({ id }) => id,
      some => core.call('deliveries.move', { items: some }),
    )
  const resolve = (ids: DeliveryId[], keep: 'mine' | 'theirs') =>
    asked(ids, itself, some => core.call('deliveries.resolve', { ids: some, keep }))

  const undo = (ids: DeliveryId[]) =>
    asked(ids, itself, async some => {
      const answer = await core.call('deliveries.undo', { ids: some })
      return answer.ok ? { ok: true, data: { asked: answer.data.undone, failed: [], until: null } } : answer
    })

  /** The messages that go out again; null when the call failed. */
  async function retry(ids: DeliveryId[]) {
    const sum = await asked(ids, itself, async some => {
      const answer = await core.call('deliveries.retry', { ids: some })
      return answer.ok ? { ok: true, data: { asked: answer.data.queued, failed: [], until: null } } : answer
    })
    return sum?.asked ?? null
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
    loadMore,
    loadAll,
    behind,
    progress: progress.data,
    loadProgress: progress.load,
    active,
    actionError,
    cancel,
    cancelPlans,
    sendNow,
    edit,
    move,
    resolve,
    undo,
    retry,
    pause,
  }
})

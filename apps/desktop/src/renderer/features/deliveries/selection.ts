import { computed, ref, shallowRef } from 'vue'
import type { DeliveryId, DeliveryView } from '../../../contract/index.ts'
import { rangeOf } from './list-rows.ts'
import { canChange, canRetry, canSendNow } from './states.ts'
import { useDeliveries } from './store.ts'

/** What a window asks about before it is done. `plans`: cancelling everything of the plans that the messages belong to. */
export type Change = 'edit' | 'move' | 'send' | 'cancel' | 'plans'

/** What of the list is chosen, and what can be done with it. `now`: milliseconds since 1970. */
export function useSelection(now: () => number) {
  const deliveries = useDeliveries()
  const selected = shallowRef<ReadonlySet<DeliveryId>>(new Set())
  const gathering = ref(false)
  let anchor: DeliveryId | null = null

  const selectable = (one: DeliveryView) => canChange(one) || canRetry(one, now())
  const chosen = computed(() =>
    selected.value.size === 0 ? [] : deliveries.items.filter(({ id }) => selected.value.has(id)),
  )

  function set(items: readonly DeliveryView[], on: boolean) {
    const after = new Set(selected.value)
    for (const one of items) {
      if (!on) after.delete(one.id)
      else if (selectable(one)) after.add(one.id)
    }
    selected.value = after
  }

  /** With Shift, everything between this message and the last one touched. */
  function toggle(one: DeliveryView, range: boolean) {
    const on = !selected.value.has(one.id)
    set(range ? rangeOf(deliveries.items, anchor, one.id) : [one], on)
    anchor = one.id
  }

  /** Everything that the filters let through, read to its end first. */
  async function chooseAll() {
    gathering.value = true
    const complete = await deliveries.loadAll()
    gathering.value = false
    if (complete) set(deliveries.items, true)
  }

  return {
    selected,
    chosen,
    gathering,
    selectable,
    set,
    toggle,
    chooseAll,
    clear: () => {
      selected.value = new Set()
    },
    /** Also those that can be cancelled. */
    toChange: computed(() => chosen.value.filter(canChange)),
    plans: computed(() => new Set(chosen.value.filter(canChange).map(({ planId }) => planId)).size),
    toSend: computed(() => chosen.value.filter(canSendNow)),
    toRetry: computed(() => chosen.value.filter(one => canRetry(one, now()))),
  }
}

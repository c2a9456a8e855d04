import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { AccountId, CalendarDay, CalendarItem, DeliveryId } from '../../../contract/index.ts'
import { createResource, useCore } from '../../core.ts'
import { useClock } from '../../lib/now.ts'
import { dayOf, machineZone } from '../../lib/time.ts'
import { daysShown, type Span } from './period.ts'

/** How many messages of a day are asked for: where only a few fit, what else there is is counted. */
const ASKED: Record<Span, number> = { month: 4, week: 200, day: 500, chats: 200 }

/** The period that is looked at and what stands in it, kept for when one comes back from a message or another page. */
export const useCalendar = defineStore('calendar', () => {
  const core = useCore()
  const clock = useClock()
  const span = ref<Span>('month')
  const account = ref<AccountId | ''>('')
  /** The zone (IANA) whose days these are: this machine's, as it was when the calendar was read. */
  const zone = ref(machineZone())
  /** Null: whatever day it is. */
  const chosen = ref<string | null>(null)
  const today = ref(dayOf(clock(), zone.value))
  const day = computed({
    get: () => chosen.value ?? today.value,
    set: value => (chosen.value = value === today.value ? null : value),
  })
  const days = computed(() => daysShown(span.value, day.value))

  const {
    data,
    error,
    loading,
    load: read,
    clear,
  } = createResource(() =>
    core.call('deliveries.calendar', {
      from: days.value[0] ?? day.value,
      to: days.value.at(-1) ?? day.value,
      timeZone: zone.value,
      perDay: ASKED[span.value],
      ...(account.value === '' ? {} : { accountId: account.value }),
    }),
  )
  core.onLocked(() => {
    clear()
    span.value = 'month'
    account.value = ''
    chosen.value = null
  })

  function load() {
    zone.value = machineZone()
    today.value = dayOf(clock(), zone.value)
    return read()
  }

  // Read again, most days are as they were: the same objects, so that what they fill is not drawn again.
  const byDay = computed<ReadonlyMap<string, CalendarDay>>(
    before =>
      new Map(
        (data.value ?? []).map(one => {
          const known = before?.get(one.day)
          return [one.day, JSON.stringify(known) === JSON.stringify(one) && known !== undefined ? known : one]
        }),
      ),
  )
  const shown = computed(() => days.value.flatMap(one => byDay.value.get(one) ?? []))

  return {
    span,
    account,
    zone,
    today,
    day,
    days,
    byDay,
    error,
    loading,
    empty: computed(() => data.value !== null && shown.value.length === 0),
    /** Has a day more than was asked for, where all that it has should stand? */
    crowded: computed(
      () => span.value !== 'month' && shown.value.some(({ total, items }) => total > items.length),
    ),
    asked: computed(() => ASKED[span.value]),
    find: (id: DeliveryId): CalendarItem | undefined =>
      data.value?.flatMap(({ items }) => items).find(item => item.id === id),
    load,
    /** Another period, another view of it, or another account's. */
    show(what: { readonly span?: Span; readonly day?: string; readonly account?: AccountId | '' }) {
      span.value = what.span ?? span.value
      day.value = what.day ?? day.value
      account.value = what.account ?? account.value
      return load()
    },
  }
})

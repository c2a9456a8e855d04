import { nextTick, ref, type InjectionKey, type Ref } from 'vue'
import type { CalendarItem, DeliveryId } from '../../../contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { addDays, machineZone, toInstant, toLocal } from '../../lib/time.ts'
import { useToasts } from '../../ui/toasts.ts'
import { useActs } from '../deliveries/acts.ts'
import { canChange } from '../deliveries/states.ts'
import type { Span, Step } from './period.ts'

const TYPE = 'application/x-autotele-delivery'
const HOUR_MILLISECONDS = 3_600_000

/** What the parts of a calendar share: its span, where something is dragged over, and how a message is moved. */
export type Moving = {
  readonly span: Readonly<Ref<Span>>
  /** The cell under what is being dragged. */
  readonly over: Ref<string>
  begin(event: DragEvent, item: CalendarItem): void
  /** To a day, and to an hour of it where hours are shown; the minutes stay. */
  drop(event: DragEvent, day: string, hour?: number): void
  move(item: CalendarItem, by: Step): Promise<void>
}
export const MovingKey: InjectionKey<Moving> = Symbol('moving')

/** `find`: an item that is shown; `refresh`: reads the calendar again after something was moved. */
export function createMoving(
  span: Readonly<Ref<Span>>,
  find: (id: DeliveryId) => CalendarItem | undefined,
  refresh: () => Promise<void>,
): Moving {
  const { t } = useText()
  const acts = useActs()
  const toasts = useToasts()
  const here = machineZone()
  const over = ref('')

  async function moveTo(item: CalendarItem, to: string) {
    if (!canChange(item)) {
      toasts.show({ tone: 'warn', title: t('calendar.notMovable') })
      return
    }
    await acts.move([item], () => to)
    await refresh()
    await nextTick()
    document.querySelector<HTMLElement>(`[data-delivery="${item.id}"]`)?.focus()
  }
  const later = (item: CalendarItem, milliseconds: number) =>
    new Date(Date.parse(item.at) + milliseconds).toISOString().replace('.000Z', 'Z')

  const move: Moving['move'] = (item, by) =>
    moveTo(
      item,
      'hours' in by
        ? later(item, by.hours * HOUR_MILLISECONDS)
        : `${addDays(item.local.slice(0, 10), by.days)}T${item.local.slice(11)}`,
    )

  return {
    span,
    over,
    move,
    begin(event, item) {
      event.dataTransfer?.setData(TYPE, item.id)
      if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = 'move'
    },
    drop(event, day, hour) {
      over.value = ''
      const item = find((event.dataTransfer?.getData(TYPE) ?? '') as DeliveryId)
      if (item === undefined) return
      const local = toLocal(item.at, here)
      const days = Math.round((Date.parse(day) - Date.parse(local.slice(0, 10))) / 86_400_000)
      if (hour === undefined || hour === Number(local.slice(11, 13))) {
        if (days !== 0) void move(item, { days })
        return
      }
      const there = `${day}T${String(hour).padStart(2, '0')}${local.slice(13)}`
      void moveTo(item, toInstant(there, here).replace('.000Z', 'Z'))
    },
  }
}

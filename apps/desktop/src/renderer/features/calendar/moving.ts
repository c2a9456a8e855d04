import { inject, nextTick, provide, ref, type InjectionKey, type Ref } from 'vue'
import { storeToRefs } from 'pinia'
import type { CalendarItem, DeliveryId } from '../../../contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { addDays, dayOf, toInstant, toLocal } from '../../lib/time.ts'
import { useToasts } from '../../ui/toasts.ts'
import { useActs } from '../deliveries/acts.ts'
import { canChange } from '../deliveries/states.ts'
import type { Span, Step } from './period.ts'
import { useCalendar } from './store.ts'

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
const MovingKey: InjectionKey<Moving> = Symbol('moving')

export function useMoving(): Moving {
  const moving = inject(MovingKey)
  if (moving === undefined) throw new Error('Nothing is moved outside a calendar')
  return moving
}

/** Gives the parts of a calendar what they share. */
export function provideMoving(): void {
  const calendar = useCalendar()
  const { t } = useText()
  const acts = useActs()
  const toasts = useToasts()
  const { span } = storeToRefs(calendar)
  const over = ref('')

  async function moveTo(item: CalendarItem, to: string) {
    if (!canChange(item)) {
      toasts.show({ tone: 'warn', title: t('calendar.notMovable') })
      return
    }
    await acts.move([item], () => to)
    const day = dayOf(to.endsWith('Z') ? to : toInstant(to, item.timeZone), calendar.zone)
    await (calendar.days.includes(day) ? calendar.load() : calendar.show({ day }))
    await nextTick()
    // Where its day shows no more than a few, it may be among the others.
    const there =
      document.querySelector<HTMLElement>(`[data-delivery="${item.id}"]`) ??
      document.querySelector<HTMLElement>(`[data-day="${day}"] button`)
    there?.focus()
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

  provide(MovingKey, {
    span,
    over,
    move,
    begin(event, item) {
      event.dataTransfer?.setData(TYPE, item.id)
      if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = 'move'
    },
    drop(event, day, hour) {
      over.value = ''
      const item = calendar.find((event.dataTransfer?.getData(TYPE) ?? '') as DeliveryId)
      if (item === undefined) return
      const here = calendar.zone
      const local = toLocal(item.at, here)
      const days = Math.round((Date.parse(day) - Date.parse(local.slice(0, 10))) / 86_400_000)
      if (hour === undefined || hour === Number(local.slice(11, 13))) {
        if (days !== 0) void move(item, { days })
        return
      }
      const there = `${day}T${String(hour).padStart(2, '0')}${local.slice(13)}`
      void moveTo(item, toInstant(there, here).replace('.000Z', 'Z'))
    },
  })
}

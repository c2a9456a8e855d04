import { computed, onScopeDispose, shallowRef } from 'vue'
import type { DeliveryView } from '../../../contract/index.ts'
import type { ListRow } from './list-rows.ts'

/** What is said under a message's text, a line each; of troubles as many lines as the window needs. */
export const notes = {
  elsewhere: ({ timeZone }: DeliveryView, here: string) => timeZone !== here,
  trouble: ({ error }: DeliveryView) => error !== null,
  pending: ({ pending }: DeliveryView) => pending !== null,
  notBefore: ({ notBefore, state }: DeliveryView) => notBefore !== null && state !== 'cancelled',
}

/** In rem, as the styles of DeliveryList and DeliveryRow draw them. */
const DAY = 3.75
const MESSAGE = 4.25
const NOTE = 1.25
/** The state stands on a line of its own in a narrow window. */
const STATE = 1.75

const narrow = matchMedia('(max-width: 640px)')
const wide = matchMedia('(min-width: 1100px)')
const measure = () => ({
  rem: Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16,
  state: narrow.matches ? STATE : 0,
  troubleLines: narrow.matches ? 3 : wide.matches ? 1 : 2,
})

/** How high each row is, in pixels, in a window of the present size. */
export function useRowHeights(here: string) {
  const sizes = shallowRef(measure())
  const again = () => (sizes.value = measure())
  for (const query of [narrow, wide]) query.addEventListener('change', again)
  onScopeDispose(() => {
    for (const query of [narrow, wide]) query.removeEventListener('change', again)
  })

  const heightOf = computed(() => {
    const { rem, state, troubleLines } = sizes.value
    return (row: ListRow): number => {
      if (row.kind === 'day') return DAY * rem
      const { item } = row
      const lines =
        Number(notes.elsewhere(item, here)) +
        Number(notes.trouble(item)) * troubleLines +
        Number(notes.pending(item)) +
        Number(notes.notBefore(item))
      return (MESSAGE + NOTE * lines + state) * rem
    }
  })
  return { heightOf, sizes }
}

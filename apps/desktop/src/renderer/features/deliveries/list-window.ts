import { computed, onMounted, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'

/** Shown beyond each edge, in pixels, so that a quick wheel does not meet emptiness. */
const BEYOND = 280
/** Before the page is laid out, and where it never is (a test without a layout). */
const UNSEEN = 1200

/** The index of the row at `y`: the last whose offset is at most that. */
function indexAt(offsets: Float64Array, y: number): number {
  let [low, high] = [0, Math.max(offsets.length - 2, 0)]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((offsets[middle] ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return low
}

/** For each key a place of its own; one that a key has left is given to the next that has none. */
export function createSlots(): (keys: readonly string[]) => ReadonlyMap<string, number> {
  let slots: ReadonlyMap<string, number> = new Map()
  return keys => {
    const taken = new Set(keys.map(key => slots.get(key)))
    let free = 0
    const next = () => {
      while (taken.has(free)) free++
      return free++
    }
    return (slots = new Map(keys.map(key => [key, slots.get(key) ?? next()])))
  }
}

/**
 * Of a list of rows, those in sight in the element `main` that scrolls. Their heights (pixels) are known beforehand, so
 * nothing is measured on the way. The row that has the focus stays in the page, even out of sight.
 */
export function useListWindow<Row>(
  root: Readonly<Ref<HTMLElement | null>>,
  rows: Readonly<Ref<readonly Row[]>>,
  keyOf: (row: Row) => string,
  heightOf: Readonly<Ref<(row: Row) => number>>,
) {
  const scroller = shallowRef<HTMLElement | null>(null)
  /** Where the list begins inside what scrolls: below the heading and the filters, which grow and shrink. */
  let above = 0
  const first = ref(0)
  const last = ref(0)
  const focused = ref<string | null>(null)

  /** Where each row begins and, at the end, where the list ends; of a list that only grew, what is new is counted. */
  let counted:
    { readonly rows: readonly Row[]; readonly measure: unknown; readonly offsets: Float64Array } | undefined
  const offsets = computed(() => {
    const all = new Float64Array(rows.value.length + 1)
    const before = counted?.measure === heightOf.value ? counted : undefined
    let index = 0
    while (before !== undefined && index < before.rows.length && before.rows[index] === rows.value[index])
      index++
    if (before !== undefined) all.set(before.offsets.subarray(0, index + 1))
    for (; index < rows.value.length; index++) {
      const row = rows.value[index]
      all[index + 1] = (all[index] ?? 0) + (row === undefined ? 0 : heightOf.value(row))
    }
    counted = { rows: rows.value, measure: heightOf.value, offsets: all }
    return all
  })

  function look() {
    const top = (scroller.value?.scrollTop ?? 0) - above
    const height = scroller.value?.clientHeight ?? 0
    first.value = indexAt(offsets.value, top - BEYOND)
    last.value = indexAt(offsets.value, top + (height === 0 ? UNSEEN : height) + BEYOND)
  }
  watch(offsets, look, { immediate: true })

  const slotsOf = createSlots()
  const shown = computed(() => {
    const all = rows.value
    const indices = new Set<number>()
    const pinned = focused.value === null ? -1 : all.findIndex(row => keyOf(row) === focused.value)
    if (pinned >= 0 && pinned < first.value) indices.add(pinned)
    for (let index = first.value; index <= Math.min(last.value, all.length - 1); index++) indices.add(index)
    if (pinned >= 0) indices.add(pinned)
    const visible = [...indices].flatMap(index => {
      const row = all[index]
      return row === undefined ? [] : [{ row, index, key: keyOf(row) }]
    })
    const slots = slotsOf(visible.map(({ key }) => key))
    return visible.map(({ row, index, key }) => ({
      row,
      index,
      /** Pixels from the top of the list. */
      start: offsets.value[index] ?? 0,
      height: heightOf.value(row),
      /** What shows it: a row that came into sight takes the elements of one that left, and only their words change. */
      slot: slots.get(key) ?? 0,
    }))
  })

  function settle() {
    if (root.value === null || scroller.value === null) return
    const { top } = root.value.getBoundingClientRect()
    above = top - scroller.value.getBoundingClientRect().top + scroller.value.scrollTop
    look()
  }
  let observer: ResizeObserver | undefined
  onMounted(() => {
    scroller.value = root.value?.closest<HTMLElement>('main') ?? root.value?.parentElement ?? null
    settle()
    scroller.value?.addEventListener('scroll', look, { passive: true })
    if (scroller.value === null || root.value?.parentElement == null || !('ResizeObserver' in window)) return
    observer = new ResizeObserver(settle)
    observer.observe(scroller.value)
    observer.observe(root.value.parentElement)
  })
  onScopeDispose(() => {
    observer?.disconnect()
    scroller.value?.removeEventListener('scroll', look)
  })

  /** Scrolls no further than it takes to see the whole row. */
  function scrollTo(index: number) {
    const list = scroller.value
    if (list === null) return
    const top = above + (offsets.value[index] ?? 0)
    const bottom = above + (offsets.value[index + 1] ?? 0)
    if (top < list.scrollTop) list.scrollTop = top
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight
    look()
  }

  return { shown, focused, scrollTo, last, total: computed(() => offsets.value.at(-1) ?? 0) }
}

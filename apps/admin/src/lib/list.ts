import { ref, shallowRef } from 'vue'
import type { AdminAnswer, AdminRouteName } from '@autotele/shared'
import { useApi, type AdminInput, type ApiError } from '../api/client.ts'

type Paged = { readonly data: readonly unknown[]; readonly next: string | null }
/** Routes that answer page by page. */
export type ListRoute = {
  [N in AdminRouteName]: AdminAnswer<N> extends Paged ? N : never
}[AdminRouteName]
type RowOf<N extends ListRoute> = AdminAnswer<N> extends { data: (infer R)[] } ? R : never

/**
 * A list that is read page by page from where the last one ended. `input` is asked anew at each `load`; what an earlier
 * question still answers is thrown away.
 */
export function useList<N extends ListRoute>(
  name: N,
  input: () => Record<string, string | undefined> = () => ({}),
) {
  const api = useApi()
  const rows = shallowRef<readonly RowOf<N>[]>([])
  const next = ref<string | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const busy = ref(false)
  let question = 0

  async function read(cursor?: string): Promise<void> {
    const mine = ++question
    busy.value = true
    const query = { ...input(), cursor }
    const result = await api.call(name, { query } as unknown as AdminInput<N>)
    if (mine !== question) return
    busy.value = false
    if (result.ok) {
      const page = result.data as unknown as { data: RowOf<N>[]; next: string | null }
      rows.value = cursor === undefined ? page.data : [...rows.value, ...page.data]
      next.value = page.next
      error.value = null
      state.value = 'ready'
    } else {
      error.value = result.error
      if (rows.value.length === 0) state.value = 'failed'
    }
  }
  return {
    rows,
    next,
    error,
    state,
    busy,
    load: () => read(),
    more: () => (next.value === null ? Promise.resolve() : read(next.value)),
    /** Puts a row that changed in the place of what it was. */
    replace(same: (row: RowOf<N>) => boolean, row: RowOf<N>) {
      rows.value = rows.value.map(one => (same(one) ? row : one))
    },
  }
}

import { computed, type Ref } from 'vue'
import type { CallError, Envelope } from '../../../contract/index.ts'
import { createResource } from '../../core.ts'

type Troubled = { readonly error: Readonly<Ref<CallError | null>> }

/** What menus of kept things have in common: their list is read when they open, and again after each change to it. */
export function useSaved<One>(read: () => Promise<Envelope<One[]>>, ...changes: readonly Troubled[]) {
  const list = createResource(read)
  return {
    items: computed<readonly One[]>(() => list.data.value ?? []),
    /** Of a change, or of the reading. */
    error: computed(() => [...changes, list].find(one => one.error.value !== null)?.error.value ?? null),
    load: list.load,
    /** True when the change was made: its answer is not null. */
    async after(change: Promise<object | null>): Promise<boolean> {
      const done = await change
      void list.load()
      return done !== null
    },
  }
}

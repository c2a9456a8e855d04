import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallError, ImportResult, ImportSource, Inspection } from '../../../contract/index.ts'
import { createResource, useCore } from '../../core.ts'

/** One look at an older program's data and what came of it. Leaving the page keeps where one was. */
export const useImport = defineStore('import', () => {
  const core = useCore()
  const inspection = shallowRef<Inspection | null>(null)
  const chosen = ref(new Set<string>())
  const results = shallowRef<ReadonlyMap<string, ImportResult> | null>(null)
  const progress = shallowRef<{ readonly done: number; readonly total: number } | null>(null)
  const error = shallowRef<CallError | null>(null)
  const busy = ref(false)
  const drafts = createResource(() => core.call('import.drafts', {}))

  core.on('import.progressed', ({ inspectionId, done, total }) => {
    if (busy.value && inspectionId === inspection.value?.inspectionId) progress.value = { done, total }
  })

  const wantsAccounts = computed(
    () => inspection.value?.items.some(({ id, kind }) => kind === 'account' && chosen.value.has(id)) ?? false,
  )

  async function inspect(source: ImportSource): Promise<void> {
    await forget()
    busy.value = true
    error.value = null
    const answer = await core.call('import.inspect', source)
    busy.value = false
    if (!answer.ok) {
      error.value = answer.error
      return
    }
    inspection.value = answer.data
    chosen.value = new Set(answer.data.items.filter(({ state }) => state === 'ready').map(({ id }) => id))
  }

  async function run(): Promise<void> {
    const { inspectionId } = inspection.value ?? {}
    if (inspectionId === undefined) return
    busy.value = true
    error.value = null
    progress.value = { done: 0, total: chosen.value.size }
    const answer = await core.call('import.run', { inspectionId, itemIds: [...chosen.value] })
    busy.value = false
    progress.value = null
    if (answer.ok) results.value = new Map(answer.data.map(result => [result.id, result]))
    else error.value = answer.error
    void drafts.load()
  }

  /** Back to the beginning; the core forgets the keys it holds. */
  async function forget(): Promise<void> {
    const { inspectionId } = inspection.value ?? {}
    inspection.value = null
    results.value = null
    chosen.value = new Set()
    if (inspectionId !== undefined) await core.call('import.forget', { inspectionId })
  }

  function choose(id: string, wanted: boolean) {
    const next = new Set(chosen.value)
    if (wanted) next.add(id)
    else next.delete(id)
    chosen.value = next
  }

  core.onLocked(() => {
    inspection.value = null
    results.value = null
    drafts.clear()
  })

  return {
    inspection,
    chosen,
    results,
    progress,
    error,
    busy,
    wantsAccounts,
    drafts: drafts.data,
    loadDrafts: drafts.load,
    inspect,
    run,
    forget,
    choose,
  }
})

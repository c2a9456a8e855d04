import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { CallError, RestorePart, RestorePreview, Snapshot } from '../../../contract/index.ts'
import { createResource, useCore } from '../../core.ts'
import { sendBackup } from './transfer.ts'

type Progress = { readonly doing: 'send' | 'inspect'; readonly done: number; readonly total: number }

/** The copies that AutoTele keeps on this computer, newest first. */
export const useSnapshots = defineStore('snapshots', () => {
  const core = useCore()
  return createResource(() => core.call('backup.snapshots', {}))
})

/**
 * A restore from the choice of the file to its result. Apart from the pages, because the page that began it is left
 * when the core starts anew with other data.
 */
export const useRestore = defineStore('restore', () => {
  const core = useCore()
  const preview = shallowRef<RestorePreview | null>(null)
  const error = shallowRef<CallError | null>(null)
  const progress = shallowRef<Progress | null>(null)
  const busy = ref(false)
  /** The folder that holds what was there before; null: nothing was restored since this window opened. */
  const keptAs = ref<string | null>(null)
  const snapshots = useSnapshots()

  core.on('backup.progressed', ({ doing, done, total }) => {
    if (doing === 'inspect' && busy.value) progress.value = { doing, done, total }
  })

  async function doing(work: () => Promise<CallError | null>) {
    busy.value = true
    error.value = null
    error.value = await work()
    busy.value = false
    progress.value = null
  }

  async function inspect(
    source: { kind: 'upload'; uploadId: string } | { kind: 'snapshot'; name: string },
    passphrase: string | null,
  ) {
    const answer = await core.call('backup.inspect', { source, passphrase })
    if (!answer.ok) return answer.error
    preview.value = answer.data
    return null
  }
  const inspectFile = (file: File, passphrase: string) =>
    doing(async () => {
      const sent = await sendBackup(core, file, (done, total) => {
        progress.value = { doing: 'send', done, total }
      })
      if ('error' in sent) return sent.error
      return inspect({ kind: 'upload', uploadId: sent.value }, passphrase)
    })
  const inspectSnapshot = ({ name }: Snapshot) => doing(() => inspect({ kind: 'snapshot', name }, null))

  const restore = (parts: RestorePart[] | null) =>
    doing(async () => {
      const restoreId = preview.value?.restoreId
      if (restoreId === undefined) return null
      const answer = await core.call('backup.restore', { restoreId, parts })
      if (!answer.ok) return answer.error
      keptAs.value = answer.data.keptAs
      preview.value = null
      core.refetch()
      void snapshots.load()
      return null
    })

  function forget() {
    if (preview.value !== null) void core.call('backup.forget', { restoreId: preview.value.restoreId })
    preview.value = null
    error.value = null
  }

  return { preview, error, progress, busy, keptAs, inspectFile, inspectSnapshot, restore, forget }
})

import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { MAX_ALBUM } from '../../../contract/limits.ts'
import type { CallError, MediaFile, MediaId, PlanMedia } from '../../../contract/index.ts'
import { useCore, type Core } from '../../core.ts'
import { useComposer } from './store.ts'

/** A file on its way into the profile. */
export type Incoming = { readonly key: number; readonly name: string; readonly error: CallError | null }

const THUMBNAIL_PIXELS = 320
const THUMBNAIL_QUALITY = 0.8

/** Width and height of a picture, and a small JPEG of it in base64; null for what the browser cannot draw. */
async function measure(file: Blob) {
  if (!file.type.startsWith('image/') || !('createImageBitmap' in window)) return null
  try {
    const picture = await createImageBitmap(file)
    const { width, height } = picture
    const scale = Math.min(1, THUMBNAIL_PIXELS / Math.max(width, height))
    const canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale))
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    const small = await canvas.convertToBlob({ type: 'image/jpeg', quality: THUMBNAIL_QUALITY })
    const bytes = new Uint8Array(await small.arrayBuffer())
    return { width, height, thumbnail: btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join('')) }
  } catch {
    return null
  }
}

const planned = ({ thumbnail: _, ...facts }: MediaFile): PlanMedia => ({ ...facts, spoiler: false })

/** The files of the message being written: taken in one after the other, in the order they were given. */
export function useFiles() {
  const core = useCore()
  const composer = useComposer()
  const incoming = shallowRef<readonly Incoming[]>([])
  let last = 0
  let queue: Promise<unknown> = Promise.resolve()

  const settle = (key: number, error: CallError | null) => {
    incoming.value =
      error === null
        ? incoming.value.filter(one => one.key !== key)
        : incoming.value.map(one => (one.key === key ? { ...one, error } : one))
  }

  async function take(key: number, file: File) {
    const added = await core.addFile(file)
    if (!added.ok) return settle(key, added.error)
    const facts = await measure(file)
    const described =
      facts === null ? added : await core.call('media.describe', { id: added.data.id, ...facts })
    settle(key, null)
    const one = described.ok ? described.data : added.data
    if (composer.media.some(({ id }) => id === one.id)) return
    composer.media = [...composer.media, planned(one)]
  }

  return {
    incoming,
    forget: (key: number) => settle(key, null),
    /** How many of them did not fit into one message. */
    add(files: readonly File[]): number {
      const room = Math.max(0, MAX_ALBUM - composer.media.length - incoming.value.length)
      for (const file of files.slice(0, room)) {
        const key = ++last
        incoming.value = [...incoming.value, { key, name: file.name, error: null }]
        queue = queue.then(() => take(key, file))
      }
      return Math.max(0, files.length - room)
    },
    /** From one place of the album to another. */
    move(from: number, to: number) {
      const list = [...composer.media]
      const [one] = list.splice(from, 1)
      if (one === undefined || to < 0 || to > list.length) return
      list.splice(to, 0, one)
      composer.media = list
    },
    change(id: MediaId, change: Partial<PlanMedia>) {
      composer.media = composer.media.map(one => (one.id === id ? { ...one, ...change } : one))
    },
    remove(id: MediaId) {
      composer.media = composer.media.filter(one => one.id !== id)
    },
  }
}

/** Addresses of small pictures of these files, for as long as the component lives. */
export function useThumbnails(ids: () => readonly MediaId[]): ShallowRef<ReadonlyMap<MediaId, string>> {
  const core: Core = useCore()
  const urls = shallowRef<ReadonlyMap<MediaId, string>>(new Map())
  const asked = new Set<MediaId>()
  watch(
    ids,
    list => {
      for (const id of list) {
        if (asked.has(id)) continue
        asked.add(id)
        void core.call('media.thumbnail', { id }).then(answer => {
          if (!answer.ok || answer.data.base64 === null) return
          const bytes = Uint8Array.from(atob(answer.data.base64), letter => letter.charCodeAt(0))
          const url = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }))
          urls.value = new Map([...urls.value, [id, url]])
        })
      }
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    for (const url of urls.value.values()) URL.revokeObjectURL(url)
  })
  return urls
}

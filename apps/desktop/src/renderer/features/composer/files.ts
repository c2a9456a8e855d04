import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { MAX_ALBUM } from '../../../contract/limits.ts'
import type { CallError, MediaFile, MediaId, PlanMedia } from '../../../contract/index.ts'
import { useCore, type Core } from '../../core.ts'
import { base64Of, bytesOf } from '../../lib/bytes.ts'
import { useComposer } from './store.ts'

/** A file on its way into the profile. */
export type Incoming = {
  readonly key: number
  readonly name: string
  readonly size: number
  /** Bytes that have gone; null where nobody tells. */
  readonly done: number | null
  readonly error: CallError | null
}

const THUMBNAIL_PIXELS = 320
const THUMBNAIL_QUALITY = 0.8
/** A film that cannot be read in this time goes without its picture. */
const FILM_MILLISECONDS = 15_000

/** A small JPEG in base64 of what is `width` × `height`. */
async function shrink(source: CanvasImageSource, width: number, height: number): Promise<string> {
  const scale = Math.min(1, THUMBNAIL_PIXELS / Math.max(width, height))
  const canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale))
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height)
  const small = await canvas.convertToBlob({ type: 'image/jpeg', quality: THUMBNAIL_QUALITY })
  return base64Of(small)
}

async function measurePicture(file: Blob) {
  const picture = await createImageBitmap(file)
  const { width, height } = picture
  const thumbnail = await shrink(picture, width, height)
  picture.close()
  return { width, height, thumbnail }
}

/** A film's size, its length in seconds, and its first second as a picture. */
async function measureFilm(file: Blob) {
  const film = document.createElement('video')
  const signal = AbortSignal.timeout(FILM_MILLISECONDS)
  const reached = (name: 'loadedmetadata' | 'seeked') =>
    new Promise<void>((resolve, reject) => {
      film.addEventListener(name, () => resolve(), { once: true })
      for (const source of [film, signal])
        source.addEventListener(source === film ? 'error' : 'abort', () => reject(new Error(name)), {
          once: true,
        })
    })
  film.muted = true
  film.src = URL.createObjectURL(file)
  try {
    await reached('loadedmetadata')
    const { videoWidth: width, videoHeight: height, duration } = film
    film.currentTime = Number.isFinite(duration) ? Math.min(1, duration / 2) : 0
    await reached('seeked')
    const thumbnail = await shrink(film, width, height)
    return {
      width,
      height,
      thumbnail,
      ...(Number.isFinite(duration) ? { duration: Math.round(duration) } : {}),
    }
  } finally {
    URL.revokeObjectURL(film.src)
  }
}

/** What the page can tell of a file that it can draw; null for any other. */
async function measure(file: Blob) {
  try {
    if (!('OffscreenCanvas' in window)) return null
    if (file.type.startsWith('image/')) return await measurePicture(file)
    return file.type.startsWith('video/') ? await measureFilm(file) : null
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
  const stops = new Map<number, AbortController>()
  let last = 0
  let queue: Promise<unknown> = Promise.resolve()

  const forget = (key: number) => {
    incoming.value = incoming.value.filter(one => one.key !== key)
    stops.delete(key)
  }
  const note = (key: number, change: Partial<Incoming>) => {
    incoming.value = incoming.value.map(one => (one.key === key ? { ...one, ...change } : one))
  }

  async function take(key: number, file: File) {
    const signal = stops.get(key)?.signal
    // Put away while it waited for its turn.
    if (signal === undefined) return
    const added = await core.addFile(file, done => note(key, { done }), signal)
    if (signal.aborted) return
    if (!added.ok) return note(key, { error: added.error })
    const facts = await measure(file)
    const described =
      facts === null ? added : await core.call('media.describe', { id: added.data.id, ...facts })
    if (signal.aborted) return
    forget(key)
    const one = described.ok ? described.data : added.data
    if (composer.media.some(({ id }) => id === one.id)) return
    composer.media = [...composer.media, planned(one)]
  }

  return {
    incoming,
    /** Puts one away: what is on its way goes no further. */
    stop(key: number) {
      stops.get(key)?.abort()
      forget(key)
    },
    /** How many of them did not fit into one message. */
    add(files: readonly File[]): number {
      const room = Math.max(0, MAX_ALBUM - composer.media.length - incoming.value.length)
      for (const file of files.slice(0, room)) {
        const key = ++last
        stops.set(key, new AbortController())
        incoming.value = [
          ...incoming.value,
          { key, name: file.name, size: file.size, done: null, error: null },
        ]
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
          const url = URL.createObjectURL(new Blob([bytesOf(answer.data.base64)], { type: 'image/jpeg' }))
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

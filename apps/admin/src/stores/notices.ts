import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export type NoticeLine = { readonly id: number; readonly text: string }
const SHOWN_MS = 8_000

/** Short words about what was just done; they go away by themselves and carry the only copy of nothing. */
export const useNotices = defineStore('notices', () => {
  const list = shallowRef<readonly NoticeLine[]>([])
  let last = 0
  const close = (id: number) => {
    list.value = list.value.filter(one => one.id !== id)
  }
  return {
    list,
    close,
    show(text: string) {
      const id = ++last
      list.value = [...list.value, { id, text }]
      setTimeout(() => close(id), SHOWN_MS)
    },
  }
})

import { defineStore } from 'pinia'
import { ref } from 'vue'

export type Toast = {
  readonly id: number
  readonly tone: 'good' | 'warn' | 'bad'
  readonly title: string
  readonly text?: string
}

/** Short words about what was just done; they go away by themselves and never carry the only copy of anything. */
export const useToasts = defineStore('toasts', () => {
  const list = ref<Toast[]>([])
  let last = 0
  return {
    list,
    show(toast: Omit<Toast, 'id'>) {
      list.value = [...list.value, { ...toast, id: ++last }]
    },
    close(id: number) {
      list.value = list.value.filter(toast => toast.id !== id)
    },
  }
})

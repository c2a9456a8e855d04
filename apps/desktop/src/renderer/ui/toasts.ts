import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export type Toast = {
  readonly id: number
  readonly tone: 'good' | 'warn' | 'bad'
  readonly title: string
  readonly text?: string
  /** What can still be done about it; `hint` says how for whoever cannot see the button. */
  readonly action?: { readonly label: string; readonly hint: string; readonly run: () => void }
}

/** Short words about what was just done; they go away by themselves and never carry the only copy of anything. */
export const useToasts = defineStore('toasts', () => {
  const list = shallowRef<readonly Toast[]>([])
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

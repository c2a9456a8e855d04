import { Notification } from 'electron'
import type { Notice } from '../contract/index.ts'

/** Shows notices by the system's own means; `onClick` gets the one that was clicked. Silent where there are none. */
export function createNotifier(onClick: (notice: Pick<Notice, 'page'>) => void): {
  readonly supported: boolean
  show(notice: Pick<Notice, 'title' | 'text' | 'page'>): void
} {
  const supported = Notification.isSupported()
  /** One that nobody holds is collected, and its click with it (Electron notification documentation). */
  const shown = new Set<Notification>()
  return {
    supported,
    show(notice) {
      if (!supported) return
      const notification = new Notification({ title: notice.title, body: notice.text })
      shown.add(notification)
      notification.once('close', () => shown.delete(notification))
      notification.once('click', () => {
        shown.delete(notification)
        onClick(notice)
      })
      notification.show()
    },
  }
}

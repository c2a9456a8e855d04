import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useRouter } from 'vue-router'
import type { Notice, ShellLink, ShellPage } from '../../../contract/index.ts'
import { useCore } from '../../core.ts'

/** What came from outside for a form: shown there, acted on by nobody but the person. */
export const useOpenedLink = defineStore('opened-link', () => {
  const licenseKey = ref('')
  return {
    licenseKey,
    /** The key for the form that asks, once. */
    takeLicenseKey() {
      const key = licenseKey.value
      licenseKey.value = ''
      return key
    },
  }
})

const ROUTES: Readonly<Record<ShellPage, string>> = {
  deliveries: 'messages',
  accounts: 'accounts',
  license: 'license',
  settings: 'settings',
}

/**
 * Follows what the program around the page says: addresses of ours that were opened, and, in a browser, notices. These
 * are shown by the browser's own means, where the person has allowed it and looks elsewhere; nothing is asked for here.
 */
export function useOutside(): void {
  const core = useCore()
  const router = useRouter()
  const opened = useOpenedLink()

  const go = (page: ShellPage) => router.push({ name: ROUTES[page] })
  function follow(link: ShellLink) {
    switch (link.kind) {
      case 'page':
        return go(link.page)
      case 'license':
        opened.licenseKey = link.licenseKey
        return go('license')
      case 'compose':
        return compose(link.text)
    }
  }
  /** What is being written is put aside, not written over. */
  async function compose(text: string) {
    await router.push({ name: 'compose' })
    const { useComposer } = await import('../composer/store.ts')
    const composer = useComposer()
    await composer.load()
    if (!composer.blank) await composer.leave()
    if (composer.blank) composer.text = text
  }
  async function take() {
    const taken = await core.call('shell.takeLink', {})
    if (taken.ok && taken.data.link !== null) await follow(taken.data.link)
  }
  function notify({ title, text, page }: Notice) {
    if (!('Notification' in window) || Notification.permission !== 'granted' || !document.hidden) return
    const shown = new Notification(title, { body: text })
    shown.onclick = () => {
      window.focus()
      void go(page)
    }
  }

  core.on('shell.noticed', notify)
  core.on('shell.changed', ({ link }) => {
    if (link) void take()
  })
  // One that was opened before the page: asked once there is something to answer.
  watch(
    core.connected,
    async connected => {
      if (!connected) return
      const view = await core.call('shell.get', {})
      if (view.ok && view.data.link) await take()
    },
    { immediate: true },
  )
}

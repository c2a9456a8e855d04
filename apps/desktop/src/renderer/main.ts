import { createPinia } from 'pinia'
import { createApp } from 'vue'
import type { Router } from 'vue-router'
import App from './App.vue'
import { findBridge } from './bridge.ts'
import { CoreKey, createCore, type Core } from './core.ts'
import { createText, loadMessages, loadRest, preferredLanguage } from './i18n/index.ts'
import { TextKey } from './lib/language.ts'
import { createAppRouter } from './router.ts'
import { useSession } from './stores/session.ts'
import { useSettings } from './stores/settings.ts'
import '@autotele/ui/tokens.css'
import '@autotele/ui/base.css'
import '@autotele/ui/controls.css'
import './ui/pages.css'

/** How long the page may stay empty for the sake of showing the right language first. */
const PATIENCE_MILLISECONDS = 1_500

/** Puts the interface on the page; in the chosen language at once, unless the core takes its time to start. */
async function start(core: Core): Promise<void> {
  const asked = core.call('settings.get', {})
  const late = new Promise<null>(resolve => setTimeout(() => resolve(null), PATIENCE_MILLISECONDS))
  const router = createAppRouter()
  fetchPage(router)
  const answer = await Promise.race([asked, late])
  const language = answer?.ok ? answer.data.language : preferredLanguage(navigator.languages)
  const text = createText(language, await loadMessages(language))
  document.documentElement.lang = language

  const app = createApp(App)
  app.provide(CoreKey, core).provide(TextKey, text).use(createPinia()).use(text)
  app.runWithContext(() => {
    const settings = useSettings()
    if (answer?.ok) settings.set(answer.data)
    else void asked.then(later => (later.ok ? settings.set(later.data) : undefined))
    void useSession().load()
  })
  app.use(router).mount('#app')
  await router.isReady()
  // After what is being looked at; WebKit has no idle callback.
  const soon = window.requestIdleCallback ?? setTimeout
  soon(() => void loadRest(text, language))
}

/** Begins to fetch the page that the address asks for: the settings and the sentences take as long. */
function fetchPage({ resolve, options }: Router): void {
  const asked = options.history.location
  const page = resolve(asked === '/' ? { name: 'messages' } : asked).matched.at(-1)?.components?.['default']
  // What fails here fails again when the router wants it, and is told then.
  if (typeof page === 'function') (page as () => Promise<unknown>)().catch(() => undefined)
}

void start(createCore(findBridge()))

import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { findBridge } from './bridge.ts'
import { CoreKey, createCore, type Core } from './core.ts'
import { createText, loadMessages, preferredLanguage } from './i18n/index.ts'
import { TextKey } from './lib/language.ts'
import { createAppRouter } from './router.ts'
import { useSession } from './stores/session.ts'
import { useSettings } from './stores/settings.ts'
import './ui/tokens.css'
import './ui/base.css'

/** Puts the interface on the page. The language is known first, so that nothing is ever shown in the wrong one. */
async function start(core: Core): Promise<void> {
  const settings = await core.call('settings.get', {})
  const language = settings.ok ? settings.data.language : preferredLanguage(navigator.languages)
  const text = createText(language, await loadMessages(language))
  document.documentElement.lang = language

  const app = createApp(App)
  app.provide(CoreKey, core).provide(TextKey, text).use(createPinia()).use(text)
  app.runWithContext(() => {
    if (settings.ok) useSettings().set(settings.data)
    void useSession().load()
  })
  app.use(createAppRouter()).mount('#app')
}

void start(createCore(findBridge()))

import './zod-without-eval.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { ApiKey, createApi } from './api/client.ts'
import { createText, loadMessages } from './i18n/index.ts'
import { createConsoleRouter } from './router.ts'
import { startLanguage, TextKey } from './stores/preferences.ts'
import { useSession } from './stores/session.ts'
import '@autotele/ui/tokens.css'
import '@autotele/ui/base.css'
import '@autotele/ui/controls.css'
import './ui/pages.css'

const language = startLanguage()
const text = createText(language, await loadMessages(language))
document.documentElement.lang = language

const pinia = createPinia()
const api = createApi({
  fetch: (input, init) => fetch(input, init),
  hooks: () => useSession(pinia).hooks,
})
const app = createApp(App)
app.provide(ApiKey, api).provide(TextKey, text).use(pinia).use(text)
app.runWithContext(() => app.use(createConsoleRouter()).mount('#app'))

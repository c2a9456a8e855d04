import { defineStore } from 'pinia'
import { inject, ref, watchEffect, type InjectionKey } from 'vue'
import { LANGUAGES, switchLanguage, type Language, type Text } from '../i18n/index.ts'

export const TextKey: InjectionKey<Text> = Symbol('text')
const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const read = <T extends string>(key: string, allowed: readonly T[]): T | undefined =>
  allowed.find(one => one === localStorage.getItem(key))

/** What was chosen here before, else what the browser asks for; French unless it asks for English. */
export const startLanguage = (): Language =>
  read('language', LANGUAGES) ??
  (navigator.languages.find(one => /^(fr|en)\b/i.test(one))?.startsWith('en') ? 'en' : 'fr')

/** How this browser shows the console; nothing of it leaves it. */
export const usePreferences = defineStore('preferences', () => {
  const text = inject(TextKey)
  const theme = ref<Theme>(read('theme', THEMES) ?? 'system')
  watchEffect(() => {
    localStorage.setItem('theme', theme.value)
    if (theme.value === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
  return {
    theme,
    async setLanguage(language: Language) {
      localStorage.setItem('language', language)
      if (text) await switchLanguage(text, language)
    },
  }
})

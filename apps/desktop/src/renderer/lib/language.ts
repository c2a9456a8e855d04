import { inject, type ComputedRef, type InjectionKey } from 'vue'
import { useCore } from '../core.ts'
import { switchLanguage, useText, type Language, type Text } from '../i18n/index.ts'
import { useSettings } from '../stores/settings.ts'

export const TextKey: InjectionKey<Text> = Symbol('text')

/** The language of the interface, and how to change it: at once here, then for good in the settings. */
export function useLanguage(): {
  readonly language: ComputedRef<Language>
  readonly choose: (to: Language) => Promise<void>
} {
  const core = useCore()
  const settings = useSettings()
  const text = inject(TextKey)
  const { language } = useText()
  return {
    language,
    async choose(to) {
      if (text !== undefined) await switchLanguage(text, to)
      const answer = await core.call('settings.update', { language: to })
      if (answer.ok) settings.set(answer.data)
    },
  }
}

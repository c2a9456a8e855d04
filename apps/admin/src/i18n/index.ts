import { inFrench } from '@autotele/ui/typography.ts'
import { computed, type ComputedRef } from 'vue'
import { createI18n, useI18n } from 'vue-i18n'
import type { MessageKey, Messages } from './sentences.ts'

export type { MessageKey } from './sentences.ts'
export const LANGUAGES = ['fr', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** Day before month and 24 hours in both languages. */
const TAGS: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' }
const loaders: Record<Language, () => Promise<Messages>> = {
  fr: async () => inFrench<Messages>((await import('./fr/index.ts')).fr),
  en: async () => (await import('./en/index.ts')).en,
}

export function createText(language: Language, messages: Messages) {
  return createI18n({
    legacy: false,
    locale: language,
    messages: { [language]: messages } as Record<Language, Messages>,
    // In French, nought and one and a half are singular.
    pluralRules: { fr: (choice, length) => Math.min(Math.abs(choice) >= 2 ? 1 : 0, length - 1) },
    missingWarn: false,
    fallbackWarn: false,
  })
}
export type Text = ReturnType<typeof createText>

export const loadMessages = (language: Language): Promise<Messages> => loaders[language]()

/** Switches the whole console, without losing anything typed. */
export async function switchLanguage(text: Text, language: Language): Promise<void> {
  if (!text.global.availableLocales.includes(language)) {
    text.global.setLocaleMessage(language, await loadMessages(language))
  }
  text.global.locale.value = language
  document.documentElement.lang = language
}

export type UseText = {
  readonly t: (key: MessageKey, params?: Readonly<Record<string, string | number>>) => string
  /** A sentence with a number: `{n}` is shown and decides between `one | many`. */
  readonly plural: (key: MessageKey, n: number) => string
  readonly language: ComputedRef<Language>
  /** BCP 47 tag for `Intl`. */
  readonly tag: ComputedRef<string>
}

export function useText(): UseText {
  const { t, locale } = useI18n({ useScope: 'global' })
  const language = computed(() => (locale.value === 'en' ? 'en' : 'fr'))
  return {
    t: (key, params = {}) => t(key, params),
    plural: (key, n) => t(key, { n }, n),
    language,
    tag: computed(() => TAGS[language.value]),
  }
}

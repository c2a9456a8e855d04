import { inFrench } from '@autotele/ui/typography.ts'
import { computed, shallowReactive, type ComputedRef } from 'vue'
import { createI18n, useI18n } from 'vue-i18n'
import type { MessageKey, Messages } from './sentences.ts'

export type Language = 'fr' | 'en'
export type Params = Readonly<Record<string, string | number>>

/** Day before month, 24 hours and weeks from Monday in both languages. */
const tags: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' }

// One language is loaded at a time; vue-i18n compiles messages to a tree, without eval, which the content security
// policy would refuse (intlify/vue-i18n-next, "JIT compilation").
const loaders = {
  fr: {
    first: async () => inFrench((await import('./fr/first.ts')).first),
    later: async () => inFrench((await import('./fr/later.ts')).later),
  },
  en: {
    first: async () => (await import('./en/first.ts')).first,
    later: async () => (await import('./en/later.ts')).later,
  },
} as const

export function createText(language: Language, messages: Partial<Messages>) {
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

/** The sentences of the first page; `loadRest` brings the others. */
export const loadMessages = (language: Language): Promise<Partial<Messages>> => loaders[language].first()

const complete = shallowReactive(new Set<Language>())

/** Adds what is not said on the first page. */
export async function loadRest(text: Text, language: Language): Promise<void> {
  text.global.mergeLocaleMessage(language, await loaders[language].later())
  complete.add(language)
}

/** Is every sentence of this language there? Reactive. */
export const isComplete = (language: Language): boolean => complete.has(language)

/** Switches the whole interface, at once and without losing anything typed. */
export async function switchLanguage(text: Text, language: Language): Promise<void> {
  if (!text.global.availableLocales.includes(language)) {
    text.global.setLocaleMessage(language, (await loadMessages(language)) as Messages)
    await loadRest(text, language)
  }
  text.global.locale.value = language
  document.documentElement.lang = language
}

/** What the machine's own settings ask for; French unless they ask for English. */
export const preferredLanguage = (languages: readonly string[]): Language =>
  languages
    .find(one => /^(fr|en)\b/i.test(one))
    ?.toLowerCase()
    .startsWith('en')
    ? 'en'
    : 'fr'

export type UseText = {
  readonly t: (key: MessageKey, params?: Params) => string
  /** A sentence with a number: `{n}` is shown and decides between `one | many`. */
  readonly plural: (key: MessageKey, n: number, params?: Params) => string
  readonly language: ComputedRef<Language>
  /** BCP 47 tag for `Intl`. */
  readonly tag: ComputedRef<string>
}

/** Sentences without anything to put in, which never change once they are there: a list says them again in every row. */
const said: Record<Language, Map<MessageKey, string>> = { fr: new Map(), en: new Map() }

export function useText(): UseText {
  const { t, locale } = useI18n({ useScope: 'global' })
  const language = computed(() => (locale.value === 'en' ? 'en' : 'fr'))
  function sentence(key: MessageKey): string {
    const known = said[language.value]
    const there = known.get(key)
    if (there !== undefined) return there
    const words = t(key)
    // What has not been fetched yet comes back as its key.
    if (words !== key) known.set(key, words)
    return words
  }
  return {
    t: (key, params) => (params === undefined ? sentence(key) : t(key, params)),
    plural: (key, n, params = {}) => t(key, { ...params, n }, n),
    language,
    tag: computed(() => tags[language.value]),
  }
}

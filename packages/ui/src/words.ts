import { useI18n } from 'vue-i18n'

/** The few words that these components say themselves: whoever uses them has these keys in each of its languages. */
export const UI_WORDS = [
  'common.cancel',
  'common.close',
  'common.hidePassword',
  'common.showPassword',
] as const
type Word = (typeof UI_WORDS)[number]

/** The word in the language that is chosen at present. */
export function useWords(): (word: Word) => string {
  const { t } = useI18n({ useScope: 'global' })
  return word => t(word)
}
